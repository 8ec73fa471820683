"""What a question is about: from this message, and where it refers back, from the turns before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from agent.rules.reading import Reading

ORDINALS = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "4th": 3,
    "fifth": 4,
    "5th": 4,
}
ORDINAL = re.compile(
    rf"\b(?:(?P<word>{'|'.join(ORDINALS)}|last|top|biggest|largest)(?: one| project)\b|number (?P<n>\d{{1,2}})\b)"
)
SCOPES = ("project", "customer", "contract", "practice", "region", "document")
_CODE = r"(?P<v>(?=[\w/-]{0,39}\d)[A-Za-z0-9][\w/-]{2,39})"
PO = re.compile(
    rf"""\b(?:po|purchase\ order)\b(?:\s*(?:number|no\.?|nr\.?|\#))?
    (?:[^.?!\d]{{0,60}}?\b(?:is|to|as|be|=))?[\s:=,]*["']?{_CODE}""",
    re.IGNORECASE | re.VERBOSE,
)
TAX = re.compile(
    r"""\b(?:vat|tax|ust|uid|ein)\b[\s\w.-]{0,80}?(?:is|to|as|:|=|number|id)\s{0,5}
    ["']?(?P<v>[A-Z]{0,3}\s?\d[\dA-Z\ .-]{5,18}\d[A-Z]{0,2})\b""",
    re.IGNORECASE | re.VERBOSE,
)
PO_CODE = re.compile(r"\b(?P<v>PO[-/]\d[\w/-]{2,39})\b", re.IGNORECASE)
TAX_FIRST = re.compile(r"\b(?P<v>[A-Z]{2}\d[\dA-Z]{6,11})\b[^.?!]{0,40}?\b(?:vat|tax|ust|uid)\b", re.IGNORECASE)
BARE = re.compile(rf"""^\W*+(?:it\ is|it's|its|use|take|that's)?\s*+["']?{_CODE}["'.!]*$""", re.IGNORECASE | re.VERBOSE)
# Of the last commas of a message, and each part of it read once: a person may write thousands of characters.
ADDRESS = re.compile(
    r"""(?P<street>(?=[^,\n:]*\d)[^,\n:]++),\s*+
    (?:(?P<city1>[^,\d]++),\s*+(?P<code1>[A-Z0-9][A-Z0-9\ -]{2,9})
    |(?P<code2>[A-Z0-9-]{3,8}(?:\ \d[A-Z]{2})?)(?:,\s*+|\s++)(?P<city2>[^,\d]++)),\s*+(?P<country>[A-Z]{2})$""",
    re.VERBOSE,
)
ADDRESS_COMMAS, ADDRESS_LENGTH, STREET_LENGTH = 4, 600, 200
INTRODUCED = re.compile(r".*?\baddress\b.*?\s(?:is|to)\s+(?=.*\d)", re.IGNORECASE)  # "set the address of … to"
RULE_WORDS = (
    (re.compile(r"\b(?:po|purchase order)\b"), "po."),
    (re.compile(r"\b(?:tax|vat)\b"), "customer.tax_id"),
    (re.compile(r"\baddress\b"), "customer.invoice_address"),
)


@dataclass(frozen=True)
class Slots:
    """Codes and ids as tools take them; `related` are the projects of the customer or contract."""

    project: str | None = None
    customer: str | None = None
    practice: str | None = None
    region: str | None = None
    contract: str | None = None
    month: str | None = None
    since: str | None = None
    until: str | None = None
    person: str | None = None
    staff: str | None = None
    number: str | None = None
    document: str | None = None
    related: tuple[str, ...] = ()

    @property
    def named(self) -> bool:
        """Whether anything but a month is named."""
        return any((self.project, self.customer, self.practice, self.region, self.contract, self.document))


def given(**values: Any) -> dict[str, Any]:
    """Only what is known."""
    return {key: value for key, value in values.items() if value is not None}


def own_slots(reading: Reading) -> Slots:
    """What the message names itself, or picks out of the last list ("the second one")."""
    picked = None if reading.first("project") else _picked(reading)
    customer = next((m for m in reading.of("customer") if len(m["candidates"]) == 1), None)
    contract = next((m for m in reading.of("contract") if len(m["candidates"]) == 1), None)
    return Slots(
        reading.first("project") or picked,
        reading.first("customer"),
        reading.first("practice"),
        reading.first("region"),
        reading.first("contract"),
        reading.first("month") or (_last_month(reading) if picked else None),
        *_days(reading),
        reading.first("employee"),
        reading.first("staff"),
        reading.first("invoice"),
        reading.first("document"),
        tuple((customer or contract or {}).get("projects", ())),
    )


def of_projects(own: Slots) -> Slots:
    """The same for what is known of projects alone: of a contract with one project, that project."""
    if own.contract and not own.project and len(own.related) == 1:
        return replace(own, project=own.related[0], contract=None)
    return own


def _days(reading: Reading) -> tuple[str | None, str | None]:
    since, _, until = (reading.first("range") or "/").partition("/")
    return since or None, until or None


def carried(own: Slots, reading: Reading) -> Slots:
    """The same, with what the last calls were about where this message names nothing."""
    if own.named:
        return own
    for call in reading.last_calls:
        args = call["args"]
        if any(args.get(key) for key in SCOPES):
            kept = {key: args.get(key) for key in SCOPES}
            return replace(own, **kept, month=own.month or args.get("month"))
    return replace(own, month=own.month or _last_month(reading))


def listed(reading: Reading) -> list[str]:
    """The projects of the last answer, in its order."""
    rows = [row for facts in _facts(reading) for row in facts.get("projects", []) if isinstance(row, dict)]
    return list(dict.fromkeys(row["project"] for row in rows if isinstance(row.get("project"), str)))


def last_action(reading: Reading) -> str | None:
    """The proposal that the conversation spoke of last."""
    for facts in _facts(reading):
        if isinstance(facts.get("action_id"), str):
            return facts["action_id"]
        rows = facts.get("actions", [])
        if isinstance(rows, list) and len(rows) == 1:
            return rows[0].get("action_id")
    return None


def stated(reading: Reading) -> dict[str, Any]:
    """What the person states for a fix: a purchase order number, a tax identifier, an invoice address."""
    needs = {name for facts in _facts(reading) for need in facts.get("needs", []) for name in need.get("any_of", [])}
    values: dict[str, Any] = {}
    said = reading.said
    for mention in reading.of("project"):
        said = said.replace(mention["words"], "it")
    if po := PO.search(said) or PO_CODE.search(said):
        values["po_number"] = po["v"]
    if tax := TAX.search(said) or TAX_FIRST.search(said):
        values["tax_code"] = re.sub(r"[\s.-]", "", tax["v"]).upper()
    if address := _address(reading.said):
        values["invoice_address"] = address
    bare = BARE.search(reading.said)
    if not values and bare and needs:
        values["po_number" if "po_number" in needs else "tax_code"] = bare["v"]
    return values


def _address(said: str) -> dict[str, str] | None:
    """The postal address with which the message ends: street, city and code in either order, country."""
    head, *parts = re.sub(r"\W{1,20}\Z", "", said).rsplit(",", ADDRESS_COMMAS)[-ADDRESS_COMMAS:]
    line = re.split(r"[\n:]", head)[-1]
    text = ",".join([line if len(line) <= STREET_LENGTH else "", *parts])
    found = ADDRESS.search(text) if len(text) <= ADDRESS_LENGTH else None
    return found and {
        "street": INTRODUCED.sub("", found["street"], count=1).strip(),
        "postal_code": (found["code1"] or found["code2"]).strip(),
        "city": (found["city1"] or found["city2"]).strip(),
        "country": found["country"],
    }


def wanted_rule(reading: Reading) -> str | None:
    """The finding that the person means, where the last answer had one such."""
    prefixes = [prefix for pattern, prefix in RULE_WORDS if pattern.search(reading.text)]
    rules = [f["rule"] for facts in _facts(reading) for f in facts.get("findings", []) if isinstance(f, dict)]
    return next((rule for prefix in prefixes for rule in rules if rule.startswith(prefix)), None)


def _last_month(reading: Reading) -> str | None:
    return next((call["args"]["month"] for call in reading.last_calls if call["args"].get("month")), None)


def _picked(reading: Reading) -> str | None:
    found = ORDINAL.search(reading.text)
    rows = listed(reading)
    if not found or not rows:
        return None
    word = found["word"] or ""
    index = int(found["n"]) - 1 if found["n"] else -1 if word == "last" else ORDINALS.get(word, 0)
    return rows[index] if index < len(rows) else None


def _facts(reading: Reading) -> Iterator[dict[str, Any]]:
    for call in reading.last_calls:
        facts = call.get("facts")
        if isinstance(facts, dict):
            yield facts


def whose_paper(slots: Slots) -> dict[str, Any]:
    """Whose paper is meant: of what is named the nearest to it."""
    near = (slots.document, slots.contract, slots.project, slots.customer)
    named = zip(("document", "contract", "project", "customer"), near, strict=True)
    return next(({key: value} for key, value in named if value), {})
