"""A controller's check: every line of the portfolio held against the ERP's own database and the reports' file.

Nothing of the product's reading, mirror or rules is used: SQL over Tryton's tables, Tryton's own `amount_to_invoice`,
and the CSV as other systems exported it. What differs is told, and somebody looks at who is right.
"""

from __future__ import annotations

import csv
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

CENT = Decimal("0.01")
Row = dict[str, Any]
# What Tryton would bill of each work: how its nearest project says, and never what a sale bills.
OPEN_WORK = """
with recursive tree as (
    select id, id as root, project_invoice_method as method, status, 0 as depth from project_work where parent is null
    union all
    select w.id, t.root,
        case when w.origin like 'sale.line,%' then 'manual' when w.type = 'project' then w.project_invoice_method
            else t.method end, w.status, t.depth + 1
    from project_work w join tree t on w.parent = t.id
)
select t.root, t.method, w.id, w.progress, w.effort_duration, w.list_price, w.invoice_line,
    exists (select 1 from product_product p join product_template m on m.id = p.template
        join product_uom u on u.id = m.default_uom join product_uom_category c on c.id = u.category
        where p.id = w.product and c.name = 'Time') as hourly,
    (select sum(p.progress) from project_work_invoiced_progress p where p.work = w.id) as progressed
from tree t join project_work w on w.id = t.id
"""
OPEN_TIME = """
select l.id, l.date, l.duration, e.name as person, cast(substr(k.origin, 14) as integer) as work
from timesheet_line l join timesheet_work k on k.id = l.work and k.origin like 'project.work,%'
join company_employee c on c.id = l.employee join party_party e on e.id = c.party
where l.invoice_line is null and l.date <= ?
"""
PROJECTS = """
select w.id, w.number, w.name, w.party, w.project_invoice_method as method, s.name as status,
    (select group_concat(distinct l.sale) from project_work t
        join sale_line l on t.origin = 'sale.line,' || l.id where t.path like w.path || '%') as sales
from project_work w join project_work_status s on s.id = w.status where w.parent is null and w.type = 'project'
"""


@dataclass(frozen=True)
class Open:
    """What is on no invoice of one project: worth by work, and the parts of it that each time entry is."""

    amount: Decimal
    entries: tuple[tuple[str, date, Decimal], ...] = ()  # person, day, worth


@dataclass
class Books:
    """The ERP's tables and the reports as they lie there."""

    projects: dict[str, Row] = field(default_factory=dict[str, Row])
    open: dict[str, Open] = field(default_factory=dict[str, Open])
    sales: dict[int, Row] = field(default_factory=dict[int, Row])
    reports: dict[tuple[str, str], Row] = field(default_factory=dict[tuple[str, str], Row])


def books(home: Path, today: date) -> Books:
    """All that the check needs, read from the files of a firm's home."""
    place = home / "tryton"
    found = Books(reports=_reports(place / "outside.csv"))
    with closing(sqlite3.connect(f"file:{place / 'erp.sqlite'}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        found.projects = {str(row["id"]): row for row in _rows(connection, PROJECTS)}
        found.sales = {row["id"]: row for row in _rows(connection, "select * from sale_sale")}
        found.open = _open(connection, today)
    return found


def _rows(connection: sqlite3.Connection, sql: str, *given: Any) -> list[Row]:
    return [dict(row) for row in connection.execute(sql, given)]


def _reports(path: Path) -> dict[tuple[str, str], Row]:
    """The newest report on each subject."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["reported_at"])
    return {(row["kind"], row["subject"]): {k: v for k, v in row.items() if v} for row in rows}


def _open(connection: sqlite3.Connection, today: date) -> dict[str, Open]:
    works = {row["id"]: row for row in _rows(connection, OPEN_WORK)}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    entries: dict[str, list[tuple[str, date, Decimal]]] = defaultdict(list)
    for row in works.values():
        sums[str(row["root"])] += _as_a_whole(row)
    for row in _rows(connection, OPEN_TIME, today.isoformat()):
        work = works.get(row["work"])
        if work is not None and work["method"] == "timesheet" and (price := _decimal(work["list_price"])):
            worth = price * Decimal(str(row["duration"])) / 3600
            sums[str(work["root"])] += worth
            entries[str(work["root"])].append((row["person"], date.fromisoformat(row["date"]), worth))
    return {root: Open(amount, tuple(entries[root])) for root, amount in sums.items()}


def _as_a_whole(work: Row) -> Decimal:
    """What a work that is not billed by its hours is worth by now."""
    price, hours = _decimal(work["list_price"]), Decimal(str(work["effort_duration"] or 0)) / 3600
    quantity = hours if work["hourly"] else Decimal(1)
    if work["method"] == "effort" and work["progress"] == 1 and work["invoice_line"] is None:
        return quantity * price
    if work["method"] == "progress":
        share = Decimal(str(work["progress"] or 0)) - Decimal(str(work["progressed"] or 0))
        return max(Decimal(0), share) * quantity * price
    return Decimal(0)


def _decimal(value: Any) -> Decimal:
    return Decimal(value.decode() if isinstance(value, bytes) else str(value or 0))


def rounded(amount: Decimal) -> Decimal:
    """To the cent, as an invoice's line is."""
    return amount.quantize(CENT, ROUND_HALF_UP)
