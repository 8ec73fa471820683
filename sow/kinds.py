"""What kind of value each field has, how such values are read out of a quote, and which words speak of the field.

What a model claims is held against these: a value that its quote does not say, or a quote that speaks of another field,
is no term.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from sow.normal import AMOUNT, COUNT, DATE, DIGITS, PERCENT, count, currency, day, duration, money, percent
from sow.normal_form import CHOICES
from sow.rules import rule


class Kind(StrEnum):
    """How a value is written."""

    MONEY = "money"
    DAYS = "days"
    DATE = "date"
    DURATION = "duration"
    CURRENCY = "currency"
    SHARE = "share"
    JUDGEMENT = "judgement"  # a choice or a yes or no: the quote says it in words of its own
    TEXT = "text"


KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(
        ["total_value", "not_to_exceed", "expense_cap", "advance", "rates", "milestones"],
        Kind.MONEY,
    ),
    **dict.fromkeys(
        [
            "payment_terms_days",
            "invoice_dispute_days",
            "acceptance_days",
            "termination_convenience_days",
            "renewal_notice_days",
        ],
        Kind.DAYS,
    ),
    **dict.fromkeys(["effective_date", "end_date"], Kind.DATE),
    "term": Kind.DURATION,
    "currency": Kind.CURRENCY,
    "retainage": Kind.SHARE,
    **dict.fromkeys([*CHOICES, "po_required", "auto_renewal", "change_order_required", "signed"], Kind.JUDGEMENT),
}
# Words of which one must stand in the sentence that a quote is from.
CUES: Mapping[str, str] = {
    "client": r"\b(?:client|customer|buyer|company|between|purchaser|owner)\b",
    "provider": r"\b(?:provider|consultant|contractor|supplier|vendor|between|seller)\b",
    "document_number": r"\b(?:no\.?|number|reference|ref\.?|sow|statement of work|work order|agreement|#)",
    "master_agreement": r"\bagreement\b|\bMSA\b",
    "effective_date": r"\beffective|\bcommenc|\bstart|\bbegin|\bdated?\b|\bentered into|\bmade\b|\bas of\b",
    "end_date": r"\bend|\bexpir|\buntil\b|\bthrough\b|\bcomplet|\bterminat",
    "term": r"\bterm\b|\bperiod\b|\bduration\b|\bremain|\bcontinu",
    "currency": r"",
    "total_value": r"\btotal\b|\bcontract (?:value|price|sum)|\bfixed (?:fee|price)|\blump sum|\bfees?\b|\bprice\b",
    "not_to_exceed": r"\bexceed|\bcap(?:ped)?\b|\bceiling\b|\bmaximum\b|\blimit",
    "rates": r"\brates?\b|\bper (?:hour|day|month|week|unit)|\bhourly\b|\bdaily\b|/ ?(?:h|hr|hour|day)\b",
    "milestones": r"\bmilestone|\bdeliverable|\bphase|\binstal?lment|\bupon\b|\bacceptance\b|\bdue\b|\|",
    "payment_terms_days": r"\bpa(?:y|id|ys|yable|yment|yments)\b|\bdue\b|\bnet\b|\bremit|\bsettle",
    "expense_cap": r"\bexpens|\btravel|\bout[- ]of[- ]pocket|\bdisburs",
    "advance": r"\badvance|\bdeposit|\bdown payment|\bupfront|\bup-front|\bprepa|\bsigning|\bsignature|\bcommencement",
    "late_interest": r"\binterest|\blate\b|\boverdue|\bfinance charge",
    "invoice_dispute_days": r"\bdisput|\bobject|\bcontest",
    "acceptance_days": r"\baccept|\breview|\breject|\bapprov",
    "termination_convenience_days": r"\bterminat|\bcancel",
    "renewal_notice_days": r"\brenew|\bextend|\bextension",
    "governing_law": r"\bgovern|\blaws?\b|\bjurisdiction",
    "rate_escalation": r"\bincreas|\bescalat|\badjust|\bindex|\bCPI\b|\binflation",
    "invoice_delivery": r"\binvoic|\bbill",
    "po_number": r"\bpurchase order|\bP\.?O\.?\b",
    "retainage": r"\bretain|\bretention|\bwithh|\bholdback",
}
# A sentence with one of these speaks of the field only if the field is theirs.
OWNERS: Mapping[str, str] = {
    r"\bterminat|\bcancel": "termination_convenience_days end_date term",
    r"\brenew": "renewal_notice_days auto_renewal term end_date",
    r"\bdisput": "invoice_dispute_days",
    r"\baccept(?:s|ed|ance|ing)?\b|\breject": "acceptance_days milestones invoice_frequency billing_type advance",
    r"\bnot[- ]to[- ]exceed|\bshall not exceed|\bcapped\b|\bceiling\b": "not_to_exceed expense_cap",
    r"\bexpens|\btravel|\bdisburs": "expense_cap expenses",
    r"\bdeposit\b|\badvance payment|\bdown payment|\bretainer\b": "advance billing_type invoice_frequency rates",
    r"\bliabilit|\binsur|\bindemni|\bdamages\b": "",
    r"\bper (?:hour|day|week|month)\b|\bhourly\b": "rates billing_type",
    r"\binterest\b|\blate\b|\boverdue\b": "late_interest",
    r"\bretain(?:ed|age)|\bretention\b|\bholdback|\bwithh": "retainage",
    r"\bwarrant|\bconfidential": "",
}
WEEKS = {"d": 1, "w": 7, "m": 30}


def values(field: str, text: str) -> list[str]:
    """What the folded text says of this field's kind, in normal form as text, each once and in order."""
    found: list[object] = []
    match KINDS.get(field, Kind.TEXT):
        case Kind.MONEY:
            found = [money(m[0]) for m in rule(AMOUNT).finditer(text)] or _bare(text)
            found += [percent(m[0]) for m in rule(PERCENT).finditer(text)]
        case Kind.DAYS:
            found = [
                _days(m) for m in rule(rf"(?P<n>{COUNT})[- ]?(?:[a-z]+ )?(?P<u>day|week|month)s?\b").finditer(text)
            ]
        case Kind.DATE:
            found = [day(m[0]) for m in rule(DATE).finditer(text)]
        case Kind.DURATION:
            found = [
                duration(m[0]) for m in rule(rf"{COUNT}[- ]?(?:[a-z]+ )?(?:year|month|week|day)s?\b").finditer(text)
            ]
        case Kind.CURRENCY:
            found = [currency(m[0]) for m in rule(r"{CURRENCY}|\b(?:us |u\.s\. )?dollars\b|\beuros?\b").finditer(text)]
        case Kind.SHARE:
            found = [percent(m[0]) for m in rule(PERCENT).finditer(text)]
        case _:
            return []
    return list(dict.fromkeys(str(value) for value in found if value is not None))


def _bare(text: str) -> list[object]:
    """Amounts in a table's row stand without their currency: numbers with a separator or decimals."""
    return [money(m[0]) for m in re.finditer(DIGITS, text) if re.search(r"[.,]\d", m[0])]


def _days(match: re.Match[str]) -> int | None:
    number = count(match["n"])
    return number * WEEKS[match["u"][0].lower()] if number is not None else None


def speaks_of(field: str, text: str) -> bool:
    """Whether a sentence has a word of this field, and none that belongs to another one."""
    if not rule(CUES.get(field, "")).search(text):
        return False
    return all(field in fields.split() for words, fields in OWNERS.items() if rule(words).search(text))
