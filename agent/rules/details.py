"""What a sentence says besides names and days: amounts, kinds of change, countries, states."""

from __future__ import annotations

import re
from decimal import Decimal

from actions.catalogue import TYPES
from agent.rules.reading import Reading
from tools.rules import IDLE

CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP",
    "$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "chf": "CHF", "franc": "CHF", "francs": "CHF",
}  # fmt: skip
_CURRENCY = "|".join(re.escape(word) for word in sorted(CURRENCIES, key=len, reverse=True))
AMOUNT = re.compile(
    rf"(?<![\w.-])(?P<c1>{_CURRENCY})?\s?"
    r"(?P<n>\d{1,2}(?:,\d{2})+,\d{3}|\d+(?:[.,'\u2019\u00a0 ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)"
    rf"\s?(?P<s>k|m|mio|thousand|million)?\s?(?P<c2>{_CURRENCY})?(?![\w-])",
    re.IGNORECASE,
)
SCALES = {"k": 1_000, "thousand": 1_000, "m": 1_000_000, "mio": 1_000_000, "million": 1_000_000}
LARGE = 1000  # a bare number from which on it may be an amount
_POLICY = r"(?:polic(?:y|ies)|approval (?:rules?|matrix|limits?|thresholds?))"
_NEW = r"(?:new|creat\w*|open\w*|set(?:ting)? ?up)"
KINDS = (
    ("invoice.cancel_draft", r"(?:cancel\w*|delet\w*|void\w*)(?: \w+){0,3} (?:drafts?|invoices?)"),
    ("project.cancel", r"(?:cancel\w*|delet\w*)(?: \w+){0,3} projects?"),
    ("contract.clear_po_number", r"(?:clear\w*|remov\w*|delet\w*)(?: \w+){0,3} (?:po|purchase order)"),
    ("finding.end_waiver", r"(?:end|lift|revok|withdraw|cancel)\w*(?: \w+){0,3} waiver"),
    ("finding.waive", r"waiv\w*"),
    ("execution.thaw", r"thaw\w*|unfreez\w*|lift\w*(?: \w+){0,2} freeze"),
    ("policy.change", rf"{_POLICY}(?: \w+){{0,2}} chang\w*|chang\w*(?: \w+){{0,4}} {_POLICY}"),
    ("contract.set_po_number", r"pos?|purchase orders?"),
    ("customer.set_billing_identity", r"tax|vat|addresse?s?|billing identity"),
    (
        "project.create",
        rf"{_NEW}(?: \w+){{0,3}} projects?|projects?(?: \w+){{0,3}} (?:creation|set ?up|opened|created)",
    ),
    ("invoice.create_draft", r"invoices?|bills?|billing|draft"),
)  # fmt: skip
COUNTRIES = {
    "GB": r"uk|united kingdom|britain|british|england|english|scotland",
    "IE": r"ireland|irish",
    "DE": r"germany|german",
    "AT": r"austria|austrian",
    "CH": r"switzerland|swiss",
    "US": r"us|usa|united states|america|american",
    "FR": r"france|french",
    "NL": r"netherlands|dutch",
}
HALF = 0.5


def amount_of(said: str) -> tuple[str | None, str | None]:
    """(decimal string, ISO 4217 code) of the first amount; None for what is not said."""
    for match in AMOUNT.finditer(said):
        currency = CURRENCIES.get((match["c1"] or match["c2"] or "").lower())
        value = _number(match["n"]) * SCALES.get((match["s"] or "").lower(), 1)
        if currency or match["s"] or value >= LARGE:
            return format(value.quantize(Decimal("0.01")), "f").removesuffix(".00"), currency
    return None, None


def _number(text: str) -> Decimal:
    """A figure as people write it: one or two digits after the last separator are cents."""
    text = re.sub(r"['\u2019\u00a0 ]", "", text)
    cents = re.search(r"[.,](\d{1,2})$", text)
    whole = re.sub(r"[.,]", "", text[: cents.start()] if cents else text)
    return Decimal(f"{whole}.{cents[1]}" if cents else whole)


def change_of(reading: Reading) -> str | None:
    """The kind of change that is spoken of, as the catalogue of actions calls it."""
    for kind, pattern in KINDS:
        if kind in TYPES and reading.says(pattern):
            return kind
    spoken = set(reading.text.split())
    scored = {kind: _share(spoken, one.title) for kind, one in TYPES.items()}
    best = max(scored, key=lambda kind: scored[kind])
    return best if scored[best] > HALF else None


def _share(spoken: set[str], title: str) -> float:
    telling = {word for word in re.findall(r"[a-z]+", title.lower()) if word not in IDLE}
    return len(telling & spoken) / len(telling) if telling else 0.0


def country_of(reading: Reading) -> str | None:
    """The country that is named, as ISO 3166-1 alpha-2; "us" alone is rather a pronoun."""
    for code, pattern in COUNTRIES.items():
        if re.search(rf"\b(?:{pattern})\b", reading.text.replace(" us ", " ").removesuffix(" us")):
            return code
    return None
