"""Reads a few projects, contracts and invoices with all that their records are made of, and nothing else.

Requests grow with the depth of the links between the tables and with pages of what is read, not with the firm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from erp.tryton.firm import Complete
from erp.tryton.rpc import TrytonRpc
from erp.tryton.tables import ATTACHMENTS, TABLES, TIME, Row, Tables, attachments, referenced

AT_ONCE = 500
WORK, SALE, SOLD, ADVANCE = "project.work", "sale.sale", "sale.line", "sale.advance_payment.line"
INVOICE, BILLED, PROGRESS, TIMESHEET = (
    "account.invoice",
    "account.invoice.line",
    "project.work.invoiced_progress",
    "timesheet.work",
)
PARTS_OF_PARTIES = ("party.address", "party.identifier", "party.contact_mechanism")


@dataclass
class Wanted:
    """What is to be read completely, by Tryton's id; it grows by what belongs together."""

    roots: set[int] = field(default_factory=set[int])
    works: set[int] = field(default_factory=set[int])  # of which only the projects are wanted
    sheets: set[int] = field(default_factory=set[int])  # timesheet works, of which only the projects are wanted
    sales: set[int] = field(default_factory=set[int])
    invoices: set[int] = field(default_factory=set[int])
    billed: set[int] = field(default_factory=set[int])  # lines of which only the invoices are wanted
    parties: set[int] = field(default_factory=set[int])


@dataclass(frozen=True)
class Found:
    """The rows, and of which records they are all that is needed."""

    tables: Tables
    complete: Complete


class Gathering:
    """Rows by model and id, fetched once each."""

    def __init__(self, rpc: TrytonRpc) -> None:
        self._rpc = rpc
        self.rows: dict[str, dict[int, Row]] = {}
        self._asked: set[tuple[str, str, Any]] = set()

    async def fetch(self, model: str, name: str, values: Iterable[Any]) -> list[Row]:
        """The rows of a model whose field has one of these values, of those not asked for before."""
        new = [
            value for value in dict.fromkeys(values) if value is not None and (model, name, value) not in self._asked
        ]
        self._asked |= {(model, name, value) for value in new}
        found: list[Row] = []
        domain, fields = TABLES[model]
        for start in range(0, len(new), AT_ONCE):
            within = [*domain, (name, "in", new[start : start + AT_ONCE])]
            found += await self._rpc.search_read(model, within, fields)
        self.rows.setdefault(model, {}).update((row["id"], row) for row in found)
        return found

    def of(self, model: str) -> Mapping[int, Row]:
        """What was fetched of a model so far."""
        return self.rows.get(model, {})


async def neighbourhood(rpc: TrytonRpc, small: Mapping[str, list[Row]], wanted: Wanted) -> Found:
    """Read what is wanted with all that it is made of; `small` are the tables that are read whole."""
    found = Gathering(rpc)
    lines = await found.fetch(BILLED, "id", wanted.billed)
    touched = wanted.invoices | {row["invoice"] for row in lines}
    works, sales = await _billed_by(found, touched)
    roots = wanted.roots | await climb(found, wanted.works | works)
    sales |= wanted.sales
    while new := await _linked(found, roots, sales):
        roots |= new
    await _time(found, roots)
    invoices = touched | await _invoices(found, sales)
    works, _ = await _billed_by(found, invoices)
    others = await descend(found, await climb(found, works))
    await found.fetch(SOLD, "id", [referenced(row["origin"], SOLD) for row in others])
    parties = await _parties(found, wanted.parties)
    attached = await attachments(rpc, sorted(sales))
    tables = Tables.of(
        {**small, **{model: _ordered(rows) for model, rows in found.rows.items()}, ATTACHMENTS: attached}
    )
    ids = (frozenset(group) for group in (roots, sales, invoices, parties))
    return Found(tables, Complete(*ids))


def _ordered(rows: Mapping[int, Row]) -> list[Row]:
    return [rows[id_] for id_ in sorted(rows)]


async def climb(found: Gathering, works: Iterable[int]) -> set[int]:
    """The topmost works above these."""
    await found.fetch(WORK, "id", works)
    level = {id_ for id_ in works if id_ in found.of(WORK)}
    roots: set[int] = set()
    while level:
        parents = {found.of(WORK)[id_]["parent"] for id_ in level} - {None}
        roots |= {id_ for id_ in level if found.of(WORK)[id_]["parent"] is None}
        await found.fetch(WORK, "id", parents - found.of(WORK).keys())
        # A parent that cannot be seen leaves its child topmost, as it does in a whole reading.
        roots |= {id_ for id_ in level if (up := found.of(WORK)[id_]["parent"]) and up not in found.of(WORK)}
        level = {id_ for id_ in parents if id_ in found.of(WORK)}
    return roots


async def _linked(found: Gathering, roots: set[int], sales: set[int]) -> set[int]:
    """Works below the projects, the contracts that they came from, and further projects of these contracts."""
    works = await descend(found, roots)
    sold = {referenced(work["origin"], SOLD) for work in works} - {None}
    sales |= {row["sale"] for row in await found.fetch(SOLD, "id", sold)}
    await found.fetch(SALE, "id", sales)
    lines = await found.fetch(SOLD, "sale", sales)
    further = await found.fetch(WORK, "origin", [f"{SOLD},{row['id']}" for row in lines])
    await found.fetch("sale.amendment", "sale", sales)
    await found.fetch(ADVANCE, "sale", sales)
    return await climb(found, [row["id"] for row in further]) - roots


async def descend(found: Gathering, roots: Iterable[int]) -> list[Row]:
    """These works and all below them."""
    await found.fetch(WORK, "id", roots)
    below = [found.of(WORK)[id_] for id_ in roots if id_ in found.of(WORK)]
    level = below
    while level:
        ids = [row["id"] for row in level]
        await found.fetch(WORK, "parent", ids)
        above = set(ids)
        level = [row for row in found.of(WORK).values() if row["parent"] in above]
        below += level
    return below


async def _time(found: Gathering, roots: set[int]) -> None:
    works = await descend(found, roots)
    sheets = await found.fetch(TIMESHEET, "origin", [f"{WORK},{row['id']}" for row in works])
    await found.fetch(TIME, "work", [row["id"] for row in sheets])
    await found.fetch(PROGRESS, "work", [row["id"] for row in works])


async def _invoices(found: Gathering, sales: set[int]) -> set[int]:
    """The invoices that bill what was read so far, and their lines for contracts, advances and settlements."""
    models = (TIME, PROGRESS, WORK)
    lines = {row["invoice_line"] for model in models for row in found.of(model).values()} - {None}
    known = await found.fetch(BILLED, "id", lines)
    sold = [f"{SOLD},{row['id']}" for row in found.of(SOLD).values() if row["sale"] in sales]
    known += await found.fetch(BILLED, "origin", sold)
    paid = await found.fetch(BILLED, "origin", [f"{ADVANCE},{id_}" for id_ in found.of(ADVANCE)])
    settled = await found.fetch(BILLED, "origin", [f"{BILLED},{row['id']}" for row in paid])
    return {row["invoice"] for row in (*known, *paid, *settled)}


async def _billed_by(found: Gathering, invoices: set[int]) -> tuple[set[int], set[int]]:
    """All lines of these invoices, and the works and contracts that they bill."""
    await found.fetch(INVOICE, "id", invoices)
    await found.fetch(BILLED, "invoice", invoices)
    origins = [row["origin"] for row in found.of(BILLED).values()]
    await found.fetch(BILLED, "id", [referenced(origin, BILLED) for origin in origins])  # what a settlement sets off
    origins = [row["origin"] for row in found.of(BILLED).values()]
    lines = sorted(found.of(BILLED))
    await found.fetch(TIME, "invoice_line", lines)
    await found.fetch(TIMESHEET, "id", [row["work"] for row in found.of(TIME).values()])
    await found.fetch(PROGRESS, "invoice_line", lines)
    await found.fetch(WORK, "invoice_line", lines)
    await found.fetch(SOLD, "id", [referenced(origin, SOLD) for origin in origins])
    await found.fetch(ADVANCE, "id", [referenced(origin, ADVANCE) for origin in origins])
    works = {work for row in found.of(TIMESHEET).values() if (work := referenced(row["origin"], WORK))}
    works |= {row["work"] for row in found.of(PROGRESS).values()}
    works |= {row["id"] for row in found.of(WORK).values() if row["invoice_line"] in found.of(BILLED)}
    return works, {row["sale"] for model in (SOLD, ADVANCE) for row in found.of(model).values()}


async def _parties(found: Gathering, more: set[int]) -> set[int]:
    owners = {row["party"] for model in (SALE, INVOICE, WORK) for row in found.of(model).values()} - {None}
    parties = more | owners
    await found.fetch("party.party", "id", parties)
    for model in PARTS_OF_PARTIES:
        await found.fetch(model, "party", parties)
    return parties
