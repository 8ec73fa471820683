"""Takes in a CSV of another system's reports: every row is either recorded or reported back with its line and reason.

Columns: kind, subject, reported_at (ISO 8601 with time zone), system, and the cells of each kind (store/facts_shape.py,
docs/facts.md). Empty cells are absent, cells of another kind are left out. Cells are parted by commas, semicolons or
tabs, as in the header.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain.actor import Actor
from domain.errors import InvalidInput
from domain.facts import OutsideFact
from store import audit, facts, mirror
from store.database import Connection, Database
from store.facts_shape import DOCUMENT, HEAD, read

LIMIT_CHARACTERS = 20_000_000
SEPARATORS = (",", ";", "\t")  # Excel writes semicolons where the comma is a decimal's


@dataclass(frozen=True)
class BadRow:
    """A row that was not recorded: its line in the file and what is wrong with it."""

    line: int
    reason: str


@dataclass(frozen=True)
class ImportReport:
    """read = recorded + known + bad rows. `strange`: who is reported on though the ERP has no record of that name."""

    read: int
    recorded: int
    known: int
    bad: tuple[BadRow, ...]
    strange: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What a file would change: `new` reports, how many are `known` word for word, and the rows that are refused.

    `replaced` is, for each new report (by its place), the one that counts now; `strange` as of ImportReport.
    """

    new: tuple[OutsideFact, ...]
    replaced: tuple[OutsideFact | None, ...]
    known: int
    bad: tuple[BadRow, ...]
    strange: tuple[str, ...] = ()


async def import_facts(database: Database, actor: Actor, text: str, *, now: datetime | None = None) -> ImportReport:
    """Record the rows of a CSV. Raises InvalidInput when it is no such CSV at all; a bad row stops no other."""
    good, bad = read_facts(text, now or datetime.now(UTC))
    async with database.tenant(actor.tenant) as connection:
        recorded = await facts.record(connection, actor, good)
        strange = await _strange(connection, good)
        report = ImportReport(len(good) + len(bad), recorded, len(good) - recorded, tuple(bad), strange)
        counts = {"read": report.read, "recorded": recorded, "known": report.known, "bad": len(bad)}
        await audit.append(connection, actor, "facts.imported", "facts:import", counts)
    return report


async def preview(database: Database, actor: Actor, text: str, *, now: datetime | None = None) -> Preview:
    """What an import of this CSV would do, without doing it. Raises InvalidInput."""
    good, bad = read_facts(text, now or datetime.now(UTC))
    distinct = tuple(dict.fromkeys((f.kind, f.subject, f.system, f.reported_at, repr(f.value)) for f in good))
    first = {(f.kind, f.subject, f.system, f.reported_at, repr(f.value)): f for f in reversed(good)}
    async with database.tenant(actor.tenant) as connection:
        counts = {"read": len(good) + len(bad), "bad": len(bad)}
        await audit.append(connection, actor, "facts.previewed", "facts:import", counts)
        known = await facts.known(connection, [first[key] for key in distinct])
        new = tuple(first[key] for key, there in zip(distinct, known, strict=True) if not there)
        there = {(f.kind, f.subject, f.system): f for f in await facts.newest(connection)}
        strange = await _strange(connection, new)
    replaced = tuple(there.get((fact.kind, fact.subject, fact.system)) for fact in new)
    return Preview(new, replaced, len(good) - len(new), tuple(bad), strange)


async def _strange(connection: Connection, found: Sequence[OutsideFact]) -> tuple[str, ...]:
    """Whom these reports are about though no record in the ERP goes by it; nobody while the ERP was never read."""
    if await mirror.state(connection) is None:
        return ()
    named = {fact.subject.split("/", 1)[0] for fact in found}
    return tuple(sorted(named - await mirror.heads(connection, sorted(named))))


async def record_report(database: Database, actor: Actor, fact: OutsideFact) -> OutsideFact:
    """Record one report that a person makes; the same again changes nothing."""
    async with database.tenant(actor.tenant) as connection:
        recorded = await facts.record(connection, actor, [fact])
        told = {"kind": fact.kind.value, "recorded": recorded, "document": fact.value.get(DOCUMENT)}
        await audit.append(connection, actor, "facts.recorded", f"facts:{fact.kind.value}", told)
    return fact


def read_facts(text: str, now: datetime) -> tuple[list[OutsideFact], list[BadRow]]:
    """The reports of a CSV and the rows that are none. Raises InvalidInput (too large, columns missing)."""
    if len(text) > LIMIT_CHARACTERS:
        raise InvalidInput(f"The file is longer than {LIMIT_CHARACTERS:,} characters; send it in parts.")
    reader = _rows_of(text.removeprefix("\ufeff"))
    good: list[OutsideFact] = []
    bad: list[BadRow] = []
    try:
        for row in reader:
            _take(row, reader.line_num, now, good, bad)
    except csv.Error as error:
        bad.append(BadRow(reader.line_num, f"Not readable as CSV from here on: {error}."))
    return good, bad


def _rows_of(text: str) -> csv.DictReader[str]:
    """The rows by the header's names, whatever their case. Raises InvalidInput."""
    head = next(iter(text.splitlines()), "")
    parted = max(SEPARATORS, key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=parted)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
    except csv.Error as error:
        raise InvalidInput(f"The first line is not readable as CSV: {error}.") from error
    if missing := [name for name in HEAD if name not in names]:
        wanted = f"Its first line names the columns: {', '.join(HEAD)} and the cells of the kinds"
        raise InvalidInput(f"The file has no column {', '.join(missing)}. {wanted}.")
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise InvalidInput(f"The file has the column {', '.join(twice)} more than once.")
    reader.fieldnames = names
    return reader


def _take(row: dict[Any, Any], line: int, now: datetime, good: list[OutsideFact], bad: list[BadRow]) -> None:
    if None in row or None in row.values():
        bad.append(BadRow(line, "The row has another number of cells than the header."))
        return
    try:
        good.append(read(row, now, cells_of_others=True))
    except ValueError as error:
        bad.append(BadRow(line, str(error)))
