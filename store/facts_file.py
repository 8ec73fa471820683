"""Takes in a CSV of another system's reports: every row is either recorded or reported back with its line and reason.

Columns: kind, subject, reported_at (ISO 8601 with time zone), system, and the values of `domain.facts`: status, on,
required, number, amount, currency, valid_until, capped, held, reason_code. Empty cells are absent.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.actor import Actor
from domain.errors import InvalidInput
from domain.facts import FactKind, OutsideFact
from store import audit, facts
from store.database import Database

LIMIT_CHARACTERS = 20_000_000
CLOCKS_MAY_DIFFER = timedelta(days=1)
COLUMNS = ("kind", "subject", "reported_at", "system")
STATUSES = {
    FactKind.TIMESHEET: ("submitted", "approved", "rejected"),
    FactKind.MILESTONE: ("delivered", "accepted", "rejected"),
    FactKind.CHANGE_REQUEST: ("open", "approved", "rejected", "withdrawn"),
}
SUBJECTS = {
    FactKind.TIMESHEET: (re.compile(r"[^/]+/.+/\d{4}-W\d{2}"), "project code/employee name/2026-W31"),
    FactKind.MILESTONE: (re.compile(r"[^/]+/.+"), "contract number/milestone name"),
    FactKind.CHANGE_REQUEST: (re.compile(r"[^/]+/.+"), "contract number/CR-n"),
    FactKind.PURCHASE_ORDER: (re.compile(r"[^/]+"), "contract number"),
    FactKind.BILLING_HOLD: (re.compile(r"[^/]+"), "project code"),
}
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class BadRow:
    """A row that was not recorded: its line in the file and what is wrong with it."""

    line: int
    reason: str


@dataclass(frozen=True)
class ImportReport:
    """read = recorded + known + bad rows."""

    read: int
    recorded: int
    known: int
    bad: tuple[BadRow, ...]


async def import_facts(database: Database, actor: Actor, text: str, *, now: datetime | None = None) -> ImportReport:
    """Record the rows of a CSV. Raises InvalidInput when it is no such CSV at all; a bad row stops no other."""
    good, bad = read_facts(text, now or datetime.now(UTC))
    async with database.tenant(actor.tenant) as connection:
        recorded = await facts.record(connection, actor, good)
        report = ImportReport(len(good) + len(bad), recorded, len(good) - recorded, tuple(bad))
        counts = {"read": report.read, "recorded": recorded, "known": report.known, "bad": len(bad)}
        await audit.append(connection, actor, "facts.imported", "facts:import", counts)
    return report


def read_facts(text: str, now: datetime) -> tuple[list[OutsideFact], list[BadRow]]:
    """The reports of a CSV and the rows that are none. Raises InvalidInput (too large, columns missing)."""
    if len(text) > LIMIT_CHARACTERS:
        raise InvalidInput(f"The file is longer than {LIMIT_CHARACTERS:,} characters; send it in parts.")
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise InvalidInput(f"The file has no column {', '.join(missing)}.")
    good: list[OutsideFact] = []
    bad: list[BadRow] = []
    try:
        for row in reader:
            _take(row, reader.line_num, now, good, bad)
    except csv.Error as error:
        bad.append(BadRow(reader.line_num, f"Not readable as CSV from here on: {error}."))
    return good, bad


def _take(row: dict[Any, Any], line: int, now: datetime, good: list[OutsideFact], bad: list[BadRow]) -> None:
    if None in row or None in row.values():
        bad.append(BadRow(line, "The row has another number of cells than the header."))
        return
    try:
        good.append(_fact({name: value.strip() for name, value in row.items() if value.strip()}, now))
    except ValueError as error:
        bad.append(BadRow(line, str(error)))


def _fact(row: Mapping[str, str], now: datetime) -> OutsideFact:
    if row.get("kind") not in [kind.value for kind in FactKind]:
        raise ValueError(f"kind must be one of {', '.join(kind.value for kind in FactKind)}.")
    kind = FactKind(row["kind"])
    pattern, shape = SUBJECTS[kind]
    if not pattern.fullmatch(row.get("subject", "")):
        raise ValueError(f"subject of a {kind} must be: {shape}.")
    reported_at = _moment(row.get("reported_at", ""), now)
    values = READERS[kind]({name: value for name, value in row.items() if name not in COLUMNS})
    return OutsideFact(kind, row["subject"], values, row.get("system") or "import", reported_at)


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("reported_at must be a date and time in ISO 8601, such as 2026-09-01T08:00:00Z.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > now + CLOCKS_MAY_DIFFER:
        raise ValueError("reported_at is in the future.")
    return moment


def _status(kind: FactKind) -> Callable[[Mapping[str, str]], dict[str, Any]]:
    def read(cells: Mapping[str, str]) -> dict[str, Any]:
        status = cells.get("status", "").lower()
        if status not in STATUSES[kind]:
            raise ValueError(f"status of a {kind} must be one of {', '.join(STATUSES[kind])}.")
        return {"status": status} | _day(cells, "on") | _amount(cells)

    return read


def _order(cells: Mapping[str, str]) -> dict[str, Any]:
    number = {"number": cells["number"]} if "number" in cells else {}
    required = _flag(cells, "required") or ({"required": True} if number else {})
    if not required:
        raise ValueError("A purchase_order says whether one is required, or its number.")
    return required | number | _amount(cells) | _day(cells, "valid_until") | _flag(cells, "capped")


def _hold(cells: Mapping[str, str]) -> dict[str, Any]:
    held = _flag(cells, "held")
    if not held:
        raise ValueError("A billing_hold says whether billing is held: true or false.")
    return held | ({"reason_code": cells["reason_code"]} if "reason_code" in cells else {})


def _flag(cells: Mapping[str, str], name: str) -> dict[str, Any]:
    if name not in cells:
        return {}
    if cells[name].lower() not in FLAGS:
        raise ValueError(f"{name} must be true or false.")
    return {name: FLAGS[cells[name].lower()]}


def _day(cells: Mapping[str, str], name: str) -> dict[str, Any]:
    if name not in cells:
        return {}
    try:
        return {name: date.fromisoformat(cells[name]).isoformat()}
    except ValueError:
        raise ValueError(f"{name} must be a date such as 2026-09-01.") from None


def _amount(cells: Mapping[str, str]) -> dict[str, Any]:
    if "amount" not in cells:
        return {}
    try:
        amount = Decimal(cells["amount"])
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or abs(amount.adjusted()) > 15:  # noqa: PLR2004 - no order is that large
        raise ValueError("amount must be a plain number such as 12000.00.")
    if not re.fullmatch(r"[A-Z]{3}", cells.get("currency", "")):
        raise ValueError("An amount needs its currency as three capital letters.")
    return {"amount": format(amount, "f"), "currency": cells["currency"]}


READERS: Mapping[FactKind, Callable[[Mapping[str, str]], dict[str, Any]]] = {
    FactKind.TIMESHEET: _status(FactKind.TIMESHEET),
    FactKind.MILESTONE: _status(FactKind.MILESTONE),
    FactKind.CHANGE_REQUEST: _status(FactKind.CHANGE_REQUEST),
    FactKind.PURCHASE_ORDER: _order,
    FactKind.BILLING_HOLD: _hold,
}
