"""A controller's check: every line of the portfolio held against the ERP's own database and the reports' file.

Nothing of the product's reading, mirror or rules is used: SQL over Tryton's tables, Tryton's own `amount_to_invoice`,
and the CSV as other systems exported it. What differs is told, and somebody looks at who is right.
"""

from __future__ import annotations

import csv
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from domain.findings import Readiness, Verdict

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
select w.id, w.number, w.name, w.party, s.name as status,
    (select group_concat(distinct l.sale) from project_work t
        join sale_line l on t.origin = 'sale.line,' || l.id where t.path like w.path || '%') as sales
from project_work w join project_work_status s on s.id = w.status where w.parent is null and w.type = 'project'
"""
PARTIES = """
select p.id, exists (select 1 from party_address a where a.party = p.id and a.invoice and a.active) as address,
    exists (select 1 from party_identifier i where i.party = p.id and i.active) as tax,
    exists (select 1 from party_contact_mechanism c
        where c.party = p.id and c.type = 'email' and c.invoice and c.active) as email
from party_party p where p.active
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
    parties: dict[int, Row] = field(default_factory=dict[int, Row])
    today: date = date.min
    reports: dict[tuple[str, str], Row] = field(default_factory=dict[tuple[str, str], Row])


def books(home: Path, today: date) -> Books:
    """All that the check needs, read from the files of a firm's home."""
    place = home / "tryton"
    found = Books(reports=_reports(place / "outside.csv"), today=today)
    with closing(sqlite3.connect(f"file:{place / 'erp.sqlite'}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        found.projects = {str(row["id"]): row for row in _rows(connection, PROJECTS)}
        found.sales = {row["id"]: row for row in _rows(connection, "select * from sale_sale")}
        found.parties = {row["id"]: row for row in _rows(connection, PARTIES)}
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


@dataclass(frozen=True)
class Line:
    """One project with all that the ERP and the reports say of it."""

    books: Books
    row: Row

    @property
    def name(self) -> str:
        """What other systems call it."""
        return str(self.row["number"] or self.row["name"])

    @property
    def sale(self) -> Row | None:
        """The contract: the first by number that is in force, else the first."""
        ids = [int(id_) for id_ in str(self.row["sales"] or "").split(",") if id_]
        ranked = sorted((self.books.sales[id_] for id_ in ids), key=lambda s: (s["state"] not in LIVE, s["number"]))
        return ranked[0] if ranked else None

    @property
    def party(self) -> Row:
        """The customer's record; empty where there is none in use."""
        return self.books.parties.get(self.row["party"], {})

    @property
    def order(self) -> Row:
        """What procurement says of the contract's purchase order."""
        return self.books.reports.get(("purchase_order", self.sale["number"]), {}) if self.sale else {}

    @property
    def open(self) -> Open:
        """What is on no invoice in the ERP."""
        return self.books.open.get(str(self.row["id"]), Open(Decimal(0)))

    @property
    def expenses(self) -> Decimal:
        """What other systems report of expenses to be charged, in the project's currency."""
        mine = (
            r for (kind, of), r in self.books.reports.items() if kind == "expense" and of.startswith(f"{self.name}/")
        )
        left = (r for r in mine if r.get("billed", "").lower() != "true" and r.get("billable", "").lower() != "false")
        return sum((Decimal(r["amount"]) for r in left), Decimal(0))

    @property
    def over(self) -> bool:
        """Nothing is left to bill, or nobody to bill it to."""
        ended = self.row["status"] in ("Done", "Cancelled")
        nobody = not self.row["party"] and self.sale is None
        return not (self.open.amount + self.expenses) and (ended or nobody)

    def unapproved(self) -> Decimal:
        """The worth of time whose week is reported and not approved."""
        states = [(worth, self._week(person, day)) for person, day, worth in self.open.entries]
        return sum((worth for worth, state in states if state not in ("approved", None)), Decimal(0))

    def _week(self, person: str, day: date) -> str | None:
        year, week, _ = day.isocalendar()
        return self.books.reports.get(("timesheet", f"{self.name}/{person}/{year}-W{week:02d}"), {}).get("status")


LIVE = ("confirmed", "processing", "done")


def _plain(number: Any) -> str:
    return "".join(c for c in str(number or "").upper() if c.isalnum()).removeprefix("PO")


def _ordered(line: Line) -> bool:
    return line.sale is not None and bool((line.sale["reference"] or "").strip())


# What makes each of these rules fail, said anew from the records.
REASONS: dict[str, Callable[[Line], bool]] = {
    "contract.missing": lambda line: line.sale is None,
    "contract.not_confirmed": lambda line: line.sale is not None and line.sale["state"] not in LIVE,
    "po.missing": lambda line: not _ordered(line) and line.order.get("required", "").lower() == "true",
    "po.differs": lambda line: (
        line.sale is not None
        and _ordered(line)
        and bool(line.order.get("number"))
        and _plain(line.order["number"]) != _plain(line.sale["reference"])
    ),
    "po.expired": lambda line: (
        (_ordered(line) or "number" in line.order)
        and line.order.get("valid_until", "9999") < line.books.today.isoformat()
    ),
    "po.not_yet_valid": lambda line: any(
        day.isoformat() < line.order.get("valid_from", "") for _, day, _ in line.open.entries
    ),
    "project.not_active": lambda line: line.row["status"] != "Open" and line.open.amount > 0,
    "project.code_missing": lambda line: not line.row["number"],
    "project.customer_missing": lambda line: not line.party,
    "project.customer_differs": lambda line: (
        line.sale is not None and line.row["party"] is not None and line.sale["party"] != line.row["party"]
    ),
    "billing.hold": lambda line: (
        line.books.reports.get(("billing_hold", line.name), {}).get("held", "").lower() == "true"
    ),
    "time.not_approved": lambda line: line.unapproved() > 0,
    "customer.invoice_address_missing": lambda line: bool(line.party) and not line.party["address"],
    "customer.tax_id_missing": lambda line: bool(line.party) and not line.party["tax"],
    "customer.billing_contact_missing": lambda line: bool(line.party) and not line.party["email"],
}


def differences(home: Path, answers: Sequence[Readiness], today: date) -> list[str]:
    """Where the portfolio says otherwise than the ERP and the reports, in words."""
    found = books(home, today)
    said = {answer.project_id: answer for answer in answers}
    lines = {id_: Line(found, row) for id_, row in found.projects.items()}
    told = [f"{line.name} is not in the portfolio" for id_, line in lines.items() if id_ not in said]
    for id_, line in lines.items():
        told += _of_line(line, said[id_]) if id_ in said else []
    return told


def _of_line(line: Line, answer: Readiness) -> list[str]:
    told: list[str] = []
    worth = rounded(line.open.amount + line.expenses)
    if answer.unbilled.amount != worth:
        told.append(f"{line.name}: unbilled {answer.unbilled}, the ERP has {worth}")
    if answer.ready + answer.blocked != answer.unbilled:
        told.append(f"{line.name}: {answer.ready} and {answer.blocked} are not {answer.unbilled}")
    failed = {one.rule: one for one in answer.findings if one.verdict is Verdict.FAIL}
    for rule, holds in REASONS.items():
        if (rule in failed) != (not line.over and holds(line)):
            told.append(f"{line.name}: {rule} {'fails' if rule in failed else 'does not fail'}")
    late = failed.get("time.not_approved")
    if late and late.amount and late.amount.amount != rounded(line.unapproved()):
        told.append(f"{line.name}: {late.amount} not approved, by the reports {rounded(line.unapproved())}")
    return told
