"""Takes in a CSV of another system's reports: every row is either recorded or reported back with its line and reason.

Columns: kind, subject, reported_at (ISO 8601 with time zone), system, and the cells of each kind (store/facts_shape.py,
docs/facts.md). Empty cells are absent, cells of another kind are left out. Cells are parted by commas, semicolons or
tabs, as in the header.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from domain.actor import Actor
from domain.errors import InvalidInput
from domain.facts import OutsideFact
from store import audit, facts, mirror
from store.database import Connection, Database
from store.facts_shape import DOCUMENT, HEAD, read

LIMIT_CHARACTERS = 20_000_000
SEP = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
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
    good, bad = await asyncio.to_thread(read_facts, text, now or datetime.now(UTC))
    async with database.tenant(actor.tenant) as connection:
        recorded = await facts.record(connection, actor, good)
        strange = await _strange(connection, good)
        report = ImportReport(len(good) + len(bad), recorded, len(good) - recorded, tuple(bad), strange)
        counts = {"read": report.read, "recorded": recorded, "known": report.known, "bad": len(bad)}
        await audit.append(connection, actor, "facts.imported", "facts:import", counts)
    return report


async def preview(database: Database, actor: Actor, text: str, *, now: datetime | None = None) -> Preview:
    """What an import of this CSV would do, without doing it. Raises InvalidInput."""
    good, bad = await asyncio.to_thread(read_facts, text, now or datetime.now(UTC))
    distinct = tuple(dict.fromkeys((f.kind, f.subject, f.system, f.reported_at, repr(f.value)) for f in good))
    first = {(f.kind, f.subject, f.system, f.reported_at, repr(f.value)): f for f in reversed(good)}
    async with database.tenant(actor.tenant) as connection:
        counts = {"read": len(good) + len(bad), "bad": len(bad)}
        await audit.append(connection, actor, "facts.previewed", "facts:import", counts)
        known = await facts.known(connection, [first[key] for key in distinct])
        new = tuple(first[key] for key, there in zip(distinct, known, strict=True) if not there)
        heads = sorted({fact.subject.split("/", 1)[0] for fact in new})
        there = {(f.kind, f.subject, f.system): f for f in await facts.newest_of(connection, heads)}
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
    text = text.removeprefix("\ufeff")
    parted, above = "", 0
    if told := SEP.match(text):  # Excel's own word on what parts the cells
        parted, above, text = told[1], 1, text[told.end() :]
    reader = _rows_of(text, parted)
    rows = _Rows(now)
    try:
        for row in reader:
            rows.take(row, reader.line_num + above)
    except csv.Error as error:
        rows.bad.append(BadRow(reader.line_num + above, f"Not readable as CSV from here on: {error}."))
    return rows.good, rows.bad


def _rows_of(text: str, parted: str) -> csv.DictReader[str]:
    """The rows by the header's names, whatever their case. Raises InvalidInput."""
    head = next(iter(text.splitlines()), "")
    parted = parted or max(SEPARATORS, key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=parted)
    try:
        names = [re.sub(r"\s+", "_", name.strip().lower()) for name in reader.fieldnames or ()]
    except csv.Error as error:
        raise InvalidInput(f"The first line is not readable as CSV: {error}.") from error
    if missing := [name for name in HEAD if name not in names]:
        wanted = f"Its first line names the columns: {', '.join(HEAD)} and the cells of the kinds"
        raise InvalidInput(f"The file has no column {', '.join(missing)}. {wanted}.")
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise InvalidInput(f"The file has the column {', '.join(twice)} more than once.")
    reader.fieldnames = names
    return reader


@dataclass
class _Rows:
    """What was taken and what refused so far; `said` is of which line each report is, to find what contradicts it."""

    now: datetime
    good: list[OutsideFact] = field(default_factory=list[OutsideFact])
    bad: list[BadRow] = field(default_factory=list[BadRow])
    said: dict[tuple[object, ...], tuple[int, OutsideFact]] = field(
        default_factory=dict[tuple[object, ...], tuple[int, OutsideFact]]
    )

    def take(self, row: dict[Any, Any], line: int) -> None:
        """One row; one of blanks alone, and blanks behind the last column, are a spreadsheet's way to end."""
        behind = row.pop(None, ())
        if not any(str(cell or "").strip() for cell in (*behind, *row.values())):
            return
        if any(cell.strip() for cell in behind) or None in row.values():
            self.bad.append(BadRow(line, "The row has another number of cells than the header."))
            return
        try:
            self._report(read(row, self.now, cells_of_others=True), line)
        except ValueError as error:
            self.bad.append(BadRow(line, str(error)))

    def _report(self, fact: OutsideFact, line: int) -> None:
        key = (fact.kind, fact.subject, fact.system, fact.reported_at)
        first, earlier = self.said.setdefault(key, (line, fact))
        if earlier.value != fact.value:
            raise ValueError(f"Line {first} says otherwise of the same, as of the same moment; only that one is taken.")
        self.good.append(fact)
