"""Projects, tasks and time. Tryton keeps one tree of works; a project is the topmost work of type `project`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from domain.money import Money
from domain.records import Employee, Project, Task, TimeEntry
from erp.tryton.sources import source
from erp.tryton.tables import Row, Tables, referenced

CODE = re.compile(r"^(?P<practice>[A-Z]{2,5})-(?P<region>[A-Z]{2,5})-\d+$")


class WorkTree:
    """Which project a work, a timesheet or an invoice line belongs to."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.works: Mapping[int, Row] = tables.by_id["project.work"]
        self.root: dict[int, int] = {work: self._root(work) for work in self.works}
        self.of_timesheet_work = {
            row["id"]: work
            for row in tables.rows["timesheet.work"]
            if (work := referenced(row["origin"], "project.work")) is not None and work in self.works
        }
        self.members: dict[int, list[Row]] = {}
        for work, root in self.root.items():
            self.members.setdefault(root, []).append(self.works[work])
        self.contracts = {root: self._contracts(members) for root, members in self.members.items()}

    def projects(self) -> list[Row]:
        """The works that are projects in their own right."""
        return [work for work in self.works.values() if work["id"] == self.root[work["id"]] and _is_project(work)]

    def _root(self, work: int) -> int:
        seen: set[int] = set()
        while (parent := self.works[work]["parent"]) in self.works and work not in seen:
            seen.add(work)
            work = parent
        return work

    def _contracts(self, members: list[Row]) -> tuple[int, ...]:
        lines = (self._tables.get("sale.line", referenced(work["origin"], "sale.line")) for work in members)
        return tuple(dict.fromkeys(line["sale"] for line in lines if line is not None))

    @cached_property
    def of_invoice_line(self) -> dict[int, int]:
        """The project that a line of an invoice bills; to be asked for when all time was read."""
        found: dict[int | None, int] = {
            line: self.of_timesheet_work[work]
            for line, work in self._tables.billed.items()
            if work in self.of_timesheet_work
        }
        found |= {row["invoice_line"]: row["work"] for row in self._tables.rows["project.work.invoiced_progress"]}
        found |= {work["invoice_line"]: work["id"] for work in self.works.values()}
        return {line: self.root[work] for line, work in found.items() if line is not None and work in self.root}


def projects(tables: Tables, tree: WorkTree, currency: str, fetched_at: datetime) -> tuple[Project, ...]:
    """Every project with its tasks; practice and region stand in its code (`CLD-UKI-1004`), nowhere else."""
    return tuple(_project(tables, tree, work, currency, fetched_at) for work in tree.projects())


def _project(tables: Tables, tree: WorkTree, work: Row, currency: str, fetched_at: datetime) -> Project:
    match = CODE.match(work["number"] or "")
    return Project(
        id=str(work["id"]),
        code=work["number"] or None,
        name=work["name"],
        customer_id=_text(work["party"]),
        contract_ids=tuple(str(sale) for sale in tree.contracts[work["id"]]),
        status=_status(tables, work),
        billing=work["project_invoice_method"] or "manual",
        manager=None,
        practice=match["practice"] if match else None,
        region=match["region"] if match else None,
        opened=work["timesheet_start_date"],
        tasks=tuple(
            _task(tables, row, currency, fetched_at) for row in tree.members[work["id"]] if row["id"] != work["id"]
        ),
        source=source("project.work", work, fetched_at, work["number"] or work["name"]),
        ends=work["timesheet_end_date"],
    )


def _task(tables: Tables, row: Row, currency: str, fetched_at: datetime) -> Task:
    return Task(
        id=str(row["id"]),
        code=row["number"] or "",
        name=row["name"],
        parent_id=_text(row["parent"]),
        status=_status(tables, row),
        effort_hours=None if row["effort_duration"] is None else hours(row["effort_duration"]),
        progress=None if row["progress"] is None else Decimal(str(row["progress"])),
        product=tables.word("product.product", row["product"], "name"),
        list_price=None if row["list_price"] is None else Money(row["list_price"], currency),
        source=source("project.work", row, fetched_at, row["number"] or row["name"]),
        invoice_line_id=_text(row["invoice_line"]),
    )


def time_entries(rows: Iterable[Row], tree: WorkTree, currency: str, fetched_at: datetime) -> tuple[TimeEntry, ...]:
    """Time on projects. Tryton bills an hour at its task's list price, in the company's currency."""
    entries: list[TimeEntry] = []
    for row in rows:
        work = tree.works.get(tree.of_timesheet_work.get(row["work"], -1))
        if work is None:
            continue
        project = tree.works[tree.root[work["id"]]]
        entries.append(
            TimeEntry(
                id=str(row["id"]),
                project_id=str(project["id"]),
                task_id=None if work is project else str(work["id"]),
                employee_id=str(row["employee"]),
                date=row["date"],
                hours=hours(row["duration"]),
                billable=_billable(project, work),
                invoice_line_id=_text(row["invoice_line"]),
                price=None if work["list_price"] is None else Money(work["list_price"], currency),
                source=source("timesheet.line", row, fetched_at),
            )
        )
    return tuple(entries)


def _billable(project: Row, work: Row) -> bool:
    """A price of zero says that nobody pays for the work; no price at all says that nobody has set one.

    A work that originates from a sales line is billed by the sale, never by its hours.
    """
    by_time = project["project_invoice_method"] == "timesheet" and not work["origin"]
    return by_time and work["list_price"] != 0


def employees(tables: Tables, fetched_at: datetime) -> tuple[Employee, ...]:
    """Who records time. Tryton prices the task, not the person, so that an employee has no role of their own."""
    return tuple(
        Employee(str(row["id"]), row["rec_name"], None, source("company.employee", row, fetched_at, row["rec_name"]))
        for row in tables.rows["company.employee"]
    )


def hours(duration: timedelta) -> Decimal:
    """A duration in hours, with so many digits that sums of twenty minutes come out to the cent."""
    return (Decimal(duration.days * 86400 + duration.seconds) / 3600).quantize(Decimal("1E-10")).normalize()


def _is_project(work: Row) -> bool:
    return work["type"] == "project"


def _status(tables: Tables, work: Row) -> str:
    name = tables.word("project.work.status", work["status"], "name") or ""
    return name.strip().lower().replace(" ", "_")


def _text(record_id: int | None) -> str | None:
    return None if record_id is None else str(record_id)
