"""What a report of each kind may say: one shape for CSV files, the API and the form, so that all refuse the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.facts import FactKind, OutsideFact
from store import facts_spelling as spelling

CLOCKS_MAY_DIFFER = timedelta(days=1)
LONGEST = 200
LONGEST_OF = {"subject": 300, "system": 80}
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Shape:
    """`subject` in words and as a pattern, the cells that it may have, and those of which one must be there."""

    subject: str
    pattern: re.Pattern[str]
    cells: tuple[str, ...]
    needs: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()


ONE, TWO = re.compile(r"[^/]+"), re.compile(r"[^/]+/.+")
MONEY = ("amount", "currency")
SHAPES: Mapping[FactKind, Shape] = {
    FactKind.TIMESHEET: Shape(
        "project code/employee name/2026-W31",
        re.compile(r"[^/]+/.+/\d{4}-W\d{2}"),
        ("status", "on", "billable", *MONEY),
        ("status",),
        ("submitted", "approved", "rejected"),
    ),
    FactKind.MILESTONE: Shape(
        "contract number/milestone name",
        TWO,
        ("status", "on", "evidence", *MONEY),
        ("status",),
        ("delivered", "accepted", "rejected"),
    ),
    FactKind.PURCHASE_ORDER: Shape(
        "contract number",
        ONE,
        ("required", "number", *MONEY, "valid_from", "valid_until", "capped", "evidence"),
        ("required", "number"),
    ),
    FactKind.BILLING_HOLD: Shape("project code", ONE, ("held", "reason_code"), ("held",)),
    FactKind.CHANGE_REQUEST: Shape(
        "contract number/CR-n",
        TWO,
        ("status", "on", *MONEY),
        ("status",),
        ("open", "approved", "rejected", "withdrawn"),
    ),
    FactKind.DELIVERY: Shape(
        "contract number/what is delivered", TWO, ("status", "on"), ("status",), ("planned", "delivered", "confirmed")
    ),
    FactKind.OPPORTUNITY: Shape(
        "customer code/opportunity", TWO, ("status", "on", "number", *MONEY), ("status",), ("open", "won", "lost")
    ),
    FactKind.BUDGET: Shape("project code", ONE, (*MONEY, "held"), ("amount", "held")),
    FactKind.PART_CAP: Shape("contract number/role or task", TWO, MONEY, ("amount",)),
    FactKind.ASSIGNMENT: Shape(
        "project code/employee name", TWO, ("valid_from", "valid_until"), ("valid_from", "valid_until")
    ),
    FactKind.EXPENSE: Shape(
        "project code/expense",
        TWO,
        (*MONEY, "on", "category", "status", "receipt", "billable", "billed"),
        ("amount",),
        ("submitted", "approved", "rejected"),
    ),
    FactKind.RETAINER: Shape("contract number", ONE, (*MONEY, "used"), ("amount",)),
    FactKind.CREDIT: Shape("customer code", ONE, (*MONEY, "used"), ("amount",)),
    FactKind.TAX_SETUP: Shape(
        "customer code",
        ONE,
        ("tax_code", "withholding", "withholding_category"),
        ("tax_code", "withholding", "withholding_category"),
    ),
    FactKind.E_INVOICING: Shape(
        "customer code", ONE, ("required", "endpoint", "buyer_reference", "order_reference"), ("required",)
    ),
    FactKind.ACCOUNTING: Shape(
        "project code",
        ONE,
        ("posting", "cost_centre", "income_account", "revenue_schedule"),
        ("posting", "cost_centre", "income_account", "revenue_schedule"),
    ),
}
HEAD = ("kind", "subject", "reported_at", "system")
DOCUMENT = "document"  # the id of the document that a person attached as evidence


def read(row: Mapping[str, str], now: datetime, *, cells_of_others: bool = False) -> OutsideFact:
    """The report that these cells make; empty ones are absent. Raises ValueError saying which cell is wrong.

    With `cells_of_others` a cell that this kind does not have is left out, as in a file of several kinds; else refused.
    """
    given = {name: text.strip() for name, text in row.items() if text.strip()}
    if unwritable := [name for name, text in given.items() if CONTROL.search(text)]:
        raise ValueError(f"{unwritable[0]} has characters that cannot be shown.")
    name = re.sub(r"[\s-]+", "_", given.get("kind", "").lower())
    if name not in [kind.value for kind in FactKind]:
        raise ValueError(f"kind must be one of {', '.join(kind.value for kind in FactKind)}.")
    kind = FactKind(name)
    shape = SHAPES[kind]
    given["subject"] = _subject(kind, given.get("subject", ""))
    if not shape.pattern.fullmatch(given["subject"]):
        raise ValueError(f"subject of a {kind} must be: {shape.subject}.")
    for name, longest in LONGEST_OF.items():
        if len(given.get(name, "")) > longest:
            raise ValueError(f"{name} is longer than {longest} characters.")
    reported_at = _reported(given.get("reported_at", ""), now)
    cells = {name: text for name, text in given.items() if name not in HEAD}
    if not cells_of_others and (strange := sorted(set(cells) - {*shape.cells, DOCUMENT})):
        raise ValueError(f"A {kind} has no {', '.join(strange)}; it has {', '.join(shape.cells)}.")
    return OutsideFact(
        kind, given["subject"], _values(kind, shape, cells), given.get("system") or "import", reported_at
    )


def _subject(kind: FactKind, text: str) -> str:
    """Without blanks around what parts it; those within a milestone's own name stay."""
    head, slash, rest = text.partition("/")
    if kind is FactKind.TIMESHEET:
        rest = re.sub(r"\s*/\s*(?=[^/]*$)", "/", rest)
    return f"{head.strip()}{slash}{rest.strip()}"


def _values(kind: FactKind, shape: Shape, cells: Mapping[str, str]) -> dict[str, Any]:
    if shape.needs and not any(name in cells for name in shape.needs):
        raise ValueError(f"A {kind} says {' or '.join(shape.needs)}.")
    if shape.statuses and cells.get("status", shape.statuses[0]).lower() not in shape.statuses:
        raise ValueError(f"status of a {kind} must be one of {', '.join(shape.statuses)}.")
    found = {name: CELLS[name](name, cells[name]) for name in (*shape.cells, DOCUMENT) if name in cells}
    if kind is FactKind.PURCHASE_ORDER and "number" in found:
        found = {"required": True} | found
    if "amount" in found and "currency" not in found:
        raise ValueError("An amount needs its currency as three capital letters.")
    if "amount" not in found:
        found.pop("currency", None)
    return found


def _reported(text: str, now: datetime) -> datetime:
    found = spelling.moment("reported_at", text)
    if found > now + CLOCKS_MAY_DIFFER:
        raise ValueError("reported_at is in the future.")
    return found


def _currency(_: str, text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text.upper()):
        raise ValueError("An amount needs its currency as three capital letters.")
    return text.upper()


def _text(name: str, text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"{name} is longer than {LONGEST} characters.")
    return text


CELLS: Mapping[str, Callable[[str, str], Any]] = {
    **dict.fromkeys(["on", "valid_from", "valid_until"], spelling.day),
    **dict.fromkeys(["amount", "used"], spelling.amount),
    **dict.fromkeys(
        [
            "billable",
            "evidence",
            "required",
            "capped",
            "held",
            "receipt",
            "billed",
            "withholding",
            "order_reference",
            "posting",
        ],
        spelling.flag,
    ),
    "currency": _currency,
    "status": lambda _, text: text.lower(),
    **dict.fromkeys(
        [
            "number",
            "reason_code",
            "category",
            "tax_code",
            "withholding_category",
            "endpoint",
            "buyer_reference",
            "cost_centre",
            "income_account",
            "revenue_schedule",
            DOCUMENT,
        ],
        _text,
    ),
}
