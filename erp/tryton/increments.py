"""What changed in Tryton since an earlier reading: by the stamps of its rows, and by counting for those that went.

A row that came or changed has a stamp (write_date, else create_date; trytond sets it to the beginning of the writing
transaction), so that a margin is read again and what is known by its version is left aside. A row that went leaves
only a smaller count: where the counts of a range of ids differ, its halves are counted, so that requests grow with
what went and not with what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.canonical import digest
from domain.records import TimeEntry
from erp.reader import Changes, Page
from erp.tryton.firm import FirmOf, head_of, rows_of
from erp.tryton.neighbourhood import AT_ONCE, BILLED, INVOICE, WORK, Gathering, Wanted, climb, neighbourhood
from erp.tryton.rpc import PAGE, TrytonRpc
from erp.tryton.tables import (
    ATTACHMENTS,
    BEHIND,
    FOLLOWED,
    HOLDERS,
    SMALL,
    TABLES,
    TIME,
    Row,
    Tables,
    attachments,
    read_tables,
    referenced,
)
from store.mirror import Key
from store.mirror_rows import Rows

# A transaction gets its stamp when it begins and is seen when it commits; whoever takes longer is found by counting,
# or by the whole reading of each day.
MARGIN = timedelta(minutes=10)
LAST = 2**31 - 1
KIND_FIELD = {"party.address": "party", "party.identifier": "party", "party.contact_mechanism": "party"}
OF_SALES = ("sale.line", "sale.amendment", "sale.advance_payment.line")


@dataclass
class Difference:
    """Of one table: rows that are new or other than known, and the ids of known rows that went."""

    changed: dict[int, Row] = field(default_factory=dict[int, Row])
    known: set[int] = field(default_factory=set[int])
    gone: set[int] = field(default_factory=set[int])


def mark_of(clock: datetime, behind: Mapping[str, list[Row]]) -> dict[str, Any]:
    """How far a reading that began at `clock` (the server's) has come."""
    rows = {model: [_comparable(row) for row in found] for model, found in behind.items()}
    return {"stamp": clock.astimezone(UTC).isoformat(), "behind": digest(rows)}


def _comparable(row: Row) -> dict[str, Any]:
    return {name: value if isinstance(value, int | None) else str(value) for name, value in row.items()}


async def changes(rpc: TrytonRpc, mark: Mapping[str, Any], known: Rows) -> Changes | None:
    """See `ErpReader.changes`; None where a table that everything rests on is another."""
    fetched_at = datetime.now(UTC)
    behind = await read_tables(rpc, BEHIND)
    now = mark_of(rpc.clock or fetched_at, behind)
    if now["behind"] != mark.get("behind"):
        return None
    since = datetime.fromisoformat(mark["stamp"]) - MARGIN
    found = {model: await _difference(rpc, known, model, since) for model in FOLLOWED}
    found[ATTACHMENTS] = await _attached(rpc, known, found[HOLDERS])
    small = {**behind, **await read_tables(rpc, SMALL)}
    page, gone = await _records(rpc, known, found, small, fetched_at)
    rows = [(model, id_) for model, difference in found.items() for id_ in difference.gone]
    return Changes(head_of(Tables.of(small), now), page, gone, rows)


async def _difference(rpc: TrytonRpc, known: Rows, model: str, since: datetime) -> Difference:
    domain, fields = TABLES[model]
    stamp = since.astimezone(UTC).replace(tzinfo=None)
    recent = ["OR", ("write_date", ">=", stamp), [("write_date", "=", None), ("create_date", ">=", stamp)]]
    rows = await rpc.search_read(model, [*domain, recent], fields)
    found = Difference()
    await _add(found, known, model, rows)
    top = max([await known.top(model), *found.changed])
    for after, until in ((0, top), (top, LAST)):
        await _count(rpc, known, model, found, (after, until))
    return found


async def _add(found: Difference, known: Rows, model: str, rows: Sequence[Row]) -> None:
    versions = await known.versions(model, [row["id"] for row in rows])
    found.known |= versions.keys()
    found.changed |= {row["id"]: row for row in rows if versions.get(row["id"]) != row["_timestamp"]}


async def _count(rpc: TrytonRpc, known: Rows, model: str, found: Difference, within: tuple[int, int]) -> None:
    """Find rows that went, or came unnoticed, between two ids (the first excluded)."""
    after, until = within
    domain = [*TABLES[model][0], ("id", ">", after), ("id", "<=", until)]
    there = await rpc.call(f"model.{model}.search_count", domain)
    fresh = {id_ for id_ in found.changed.keys() - found.known if after < id_ <= until}
    expected = await known.count(model, after, until) + len(fresh)
    if there == expected:
        return
    if max(there, expected) > PAGE:
        middle = (after + until) // 2
        await _count(rpc, known, model, found, (after, middle))
        await _count(rpc, known, model, found, (middle, until))
        return
    ids = {row["id"] for row in await rpc.search_read(model, domain, ())}
    known_ids = await known.within(model, after, until) | fresh
    found.gone |= known_ids - ids - fresh
    missed = Gathering(rpc)
    await _add(found, known, model, await missed.fetch(model, "id", sorted(ids - known_ids)))


async def _attached(rpc: TrytonRpc, known: Rows, holders: Difference) -> Difference:
    """Attachments can be asked for by their holder only, so that all are looked at."""
    sales = (await known.within(HOLDERS, 0, LAST) | holders.changed.keys()) - holders.gone
    rows = await attachments(rpc, sorted(sales))
    found = Difference()
    for start in range(0, len(rows), AT_ONCE):
        await _add(found, known, ATTACHMENTS, rows[start : start + AT_ONCE])
    found.gone = await known.within(ATTACHMENTS, 0, LAST) - {row["id"] for row in rows}
    return found


async def _records(
    rpc: TrytonRpc,
    known: Rows,
    found: Mapping[str, Difference],
    small: Mapping[str, list[Row]],
    fetched_at: datetime,
) -> tuple[Page, list[Key]]:
    """The records that these rows are part of, read with all that they are made of; and those that are no more."""
    time = found[TIME]
    new = [row for id_, row in time.changed.items() if id_ not in time.known and row["invoice_line"] is None]
    wanted = await _touched(rpc, known, found, {row["id"] for row in new})
    near = await neighbourhood(rpc, small, wanted)
    firm = FirmOf(near.tables, fetched_at)
    page = firm.page(near.complete)
    entries = await _entries(rpc, small, new, fetched_at)
    rows = [row for model, part in found.items() for row in rows_of(model, part.changed.values(), firm.tree)]
    gone = [("time", str(id_)) for id_ in time.gone]
    there = {(type(record).__name__, record.id) for record in page.records}
    for kind, name, ids in (
        ("project", "Project", near.complete.projects),
        ("contract", "Contract", near.complete.contracts),
        ("invoice", "Invoice", near.complete.invoices),
        ("customer", "Customer", near.complete.customers),
    ):
        gone += [(kind, str(id_)) for id_ in ids or () if (name, str(id_)) not in there]
    gone += await _small_gone(known, small)
    records = {(type(record), record.id): record for record in (*entries, *page.records)}
    unique = {(row.model, row.id): row for row in (*rows, *page.rows)}
    return Page([*records.values()], [*unique.values()]), gone


async def _small_gone(known: Rows, small: Mapping[str, list[Row]]) -> list[Key]:
    gone: list[Key] = []
    for model, kind in (("company.employee", "employee"), ("product.price_list", "price_list")):
        ids = await known.within(model, 0, LAST) - {row["id"] for row in small[model]}
        gone += [(kind, str(id_)) for id_ in ids]
    return gone


async def _touched(rpc: TrytonRpc, known: Rows, found: Mapping[str, Difference], light: set[int]) -> Wanted:
    """Whose records have to be made again: those that the rows are part of now, and those that they were part of."""
    wanted = Wanted()
    for model, difference in found.items():
        ids = (difference.changed.keys() | difference.gone) - (light if model == TIME else set())
        for kind, owner in (await known.owners(model, ids)).values():
            _want(wanted, kind, owner)
        for row in difference.changed.values():
            if model != TIME or row["id"] not in light:
                _want_new(wanted, model, row)
    for key in await known.keys("invoice", [str(id_) for id_ in wanted.invoices]):
        _want(wanted, *key.split(":", 1))
    projects = await known.projects_of_time(
        [str(id_) for id_ in found[TIME].gone | (found[TIME].changed.keys() - light)]
    )
    wanted.roots |= {int(id_) for id_ in projects}
    sheets = await Gathering(rpc).fetch("timesheet.work", "id", wanted.sheets)
    wanted.works |= {work for row in sheets if (work := referenced(row["origin"], WORK))}
    return wanted


def _want(wanted: Wanted, kind: str, owner: str) -> None:
    groups = {
        "project": wanted.roots,
        "contract": wanted.sales,
        "invoice": wanted.invoices,
        "customer": wanted.parties,
    }
    if kind in groups and owner:
        groups[kind].add(int(owner))


def _want_new(wanted: Wanted, model: str, row: Row) -> None:
    if model == "party.party":
        wanted.parties.add(row["id"])
    elif model in KIND_FIELD:
        wanted.parties.add(row[KIND_FIELD[model]])
    elif model == HOLDERS:
        wanted.sales.add(row["id"])
    elif model in OF_SALES:
        wanted.sales.add(row["sale"])
    elif model == ATTACHMENTS:
        wanted.sales |= {sale} if (sale := referenced(row["resource"], HOLDERS)) else set()
    elif model == INVOICE:
        wanted.invoices.add(row["id"])
    elif model == BILLED:
        wanted.invoices.add(row["invoice"])
    else:
        _want_work(wanted, model, row)


def _want_work(wanted: Wanted, model: str, row: Row) -> None:
    if model == WORK:
        wanted.works.add(row["id"])
    elif model == "project.work.invoiced_progress":
        wanted.works.add(row["work"])
    elif model == "timesheet.work":
        wanted.works |= {work} if (work := referenced(row["origin"], WORK)) else set()
    elif model == TIME:
        wanted.sheets.add(row["work"])
        wanted.billed |= {row["invoice_line"]} - {None}


async def _entries(
    rpc: TrytonRpc, small: Mapping[str, list[Row]], new: Sequence[Row], fetched_at: datetime
) -> Iterable[TimeEntry]:
    """Time that is new and not billed yet changes nothing but its project: only the works above it are read."""
    found = Gathering(rpc)
    sheets = await found.fetch("timesheet.work", "id", [row["work"] for row in new])
    await climb(found, {work for row in sheets if (work := referenced(row["origin"], WORK))})
    tables = Tables.of({**small, **{model: list(found.of(model).values()) for model in (WORK, "timesheet.work")}})
    firm = FirmOf(tables, fetched_at)
    return firm.time(new)
