"""Keeps the sums of how long time took to be billed up to date, and adds them up by group.

Whole months are read as they are kept; a month that is cut, by the day from which or until which work is wanted, is
worked out of its entries.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from domain.facts import FactKind
from domain.records import Project
from policies.prerequisites.outside import Outside
from policies.prerequisites.portfolio import head_of
from policies.time_to_bill import (
    APPROVAL,
    CYCLE,
    DRAFT,
    HELD,
    INVOICING,
    READY,
    Tally,
    Wait,
    approved_on,
    month_end,
)
from store import facts, mirror, passed
from store.database import Connection, Database
from store.passed import Stretch
from tools import knowledge
from tools.evaluating import AT_ONCE, PATIENCE

BILLED = {CYCLE: "billed_cycle", APPROVAL: "billed_approval", INVOICING: "billed_invoicing"}
OPEN = {CYCLE: "open_cycle", APPROVAL: "open_approval", DRAFT: "open_draft", HELD: "open_held", READY: "open_ready"}


async def keep_up(database: Database, tenant: str, today: date) -> None:
    """Work out the sums that are due, with other processes, until none is; after `evaluating.evaluate`."""
    await _drain(database, tenant, today)
    for _ in range(PATIENCE):
        async with database.tenant(tenant) as connection:
            if not await passed.waiting(connection):
                return
        await asyncio.sleep(0.1)
        await _drain(database, tenant, today)


async def _drain(database: Database, tenant: str, today: date) -> None:
    while True:
        async with database.tenant(tenant) as connection:
            if not (taken := await passed.take(connection, AT_ONCE)):
                return
            rows = await _sums(connection, taken, Stretch(date.min, today, today))
            await passed.put(connection, tenant, taken, rows)


async def _sums(connection: Connection, projects: Sequence[str], stretch: Stretch) -> list[dict[str, Any]]:
    records: Sequence[Project] = await mirror.chosen(connection, "project", projects)
    heads = {head_of(project.code or project.name) for project in records if project.billing == "timesheet"}
    reports = await facts.newest_of(connection, sorted(heads), FactKind.TIMESHEET)
    believed = Outside.of(reports, (await knowledge.settings_of(connection)).precedence).facts.values()
    approved = {report.subject: day for report in believed if (day := approved_on(report))}
    return await passed.sums(connection, records, approved, stretch)


async def tallies(
    connection: Connection, by: str, stretch: Stretch, projects: Sequence[str] | None
) -> dict[str, Tally]:
    """The sums of this work by group, "" for what belongs to none. `projects` are the ERP's ids, None for all."""
    whole, cut = parted(stretch)
    found: dict[str, Tally] = {}
    if whole is not None:
        for row in await passed.grouped(connection, by, whole, projects):
            _count(found.setdefault(row["key"], Tally()), row)
    if cut:
        keys = await passed.keys(connection, by, projects)
        ids = list(keys)
        for part in cut:
            for start in range(0, len(ids), AT_ONCE):
                for row in await _sums(connection, ids[start : start + AT_ONCE], part):
                    key, held = keys[row["project"]]
                    waits = {"open_held" if held else "open_ready": row["open_waiting"]}
                    group = row["month"] if by == "month" else key
                    _count(found.setdefault(group, Tally()), {**row, **waits})
    return found


def parted(stretch: Stretch) -> tuple[tuple[str, str] | None, list[Stretch]]:
    """The whole months of a stretch, first and last as "YYYY-MM", and the months that it cuts.

    A month that ends after today is whole, as no work of later days counts.
    """
    if stretch.since > stretch.until:
        return None, []
    whole: list[str] = []
    cut: list[Stretch] = []
    first = stretch.since.replace(day=1)
    while first <= stretch.until:
        last = min(month_end(first), stretch.today)
        if stretch.since <= first and last <= stretch.until:
            whole.append(f"{first:%Y-%m}")
        else:
            cut.append(Stretch(max(first, stretch.since), min(last, stretch.until), stretch.today))
        first = date.fromordinal(month_end(first).toordinal() + 1)
    return ((whole[0], whole[-1]) if whole else None), cut


def _count(tally: Tally, row: Mapping[str, Any]) -> None:
    tally.billed.add(row["billed_hours"], {stage: row[column] for stage, column in BILLED.items() if row.get(column)})
    tally.waiting.add(row["open_hours"], {stage: row[column] for stage, column in OPEN.items() if row.get(column)})
    if row["oldest"] is not None:
        tally.waited(Wait(row["oldest_days"], row["oldest"]))


def together(found: Iterable[Tally]) -> Tally:
    """All of it as one."""
    whole = Tally()
    for one in found:
        whole.billed.add(one.billed.hours, one.billed.days)
        whole.waiting.add(one.waiting.hours, one.waiting.days)
        whole.waited(one.oldest)
    return whole
