"""What other systems than the ERP report of the demo firm: its PSA's approvals, its clients' orders and acceptances."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from domain.canonical import plain
from domain.facts import FactKind, OutsideFact
from erp.demo.moments import MOMENT, iso_week, moment
from erp.demo.plan import Engagement, Plan
from erp.demo.sows import customers

PSA, PROCUREMENT, BOOKS, SALES = "psa", "client-procurement", "accounting", "sales"
VALID_DAYS = 240
AMPLE = Decimal("1.4")  # how far a purchase order exceeds the work, unless the data file says otherwise
ABOUT = ("kind", "of", "name", "system", "days")  # of a report in the data file, what is not a cell of it
WHOLE = (FactKind.BUDGET, FactKind.PART_CAP, FactKind.EXPENSE, FactKind.RETAINER, FactKind.CREDIT)


def outside_facts(plan: Plan, numbers: Mapping[str, str], codes: Mapping[str, str]) -> list[OutsideFact]:
    """All reports; `numbers` are the contracts' numbers in the ERP by engagement, `codes` the customers' by key, under
    which other systems know them.
    """
    found: list[OutsideFact] = _tax(plan, codes)
    for engagement in plan.engagements:
        found += _timesheets(engagement, plan)
        if engagement.has_project and engagement.customer:
            found += _holds(engagement, plan.today)
        if number := numbers.get(engagement.key):
            found += [_order(engagement, number, plan.today), *_milestones(engagement, number, plan.today)]
            found += _change_requests(engagement, number, plan.today)
        found += _books(engagement, plan.today)
        found += _told(engagement, plan, numbers.get(engagement.key, ""), codes)
    return [*found, *_won(plan, codes)]


def as_csv(facts: Sequence[OutsideFact]) -> str:
    """The export, in the columns that `import_facts` (store/facts_file.py) reads."""
    stream = io.StringIO()
    cells = dict.fromkeys(name for fact in facts for name in fact.value)
    columns = ("kind", "subject", "reported_at", "system", *cells)
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for fact in facts:
        values = {name: str(plain(value)) for name, value in fact.value.items()}
        stamp = fact.reported_at.isoformat()
        row = {"kind": fact.kind.value, "subject": fact.subject, "reported_at": stamp, "system": fact.system}
        writer.writerow({**row, **values})
    return stream.getvalue()


def _timesheets(engagement: Engagement, plan: Plan) -> Iterator[OutsideFact]:
    """One report per person and week with time that is not billed yet."""
    outside = engagement.raw.get("outside", {})
    open_entries = [entry for task in engagement.tasks for entry in task.entries if entry.billed_month is None]
    for person, week in sorted({(entry.person, iso_week(entry.day)) for entry in open_entries}):
        subject = f"{engagement.subject}/{plan.people[person]}/{week}"
        late = person in outside.get("approved_late", ())
        if late or person in outside.get("submitted", ()):
            yield _fact(FactKind.TIMESHEET, subject, {"status": "submitted"}, PSA, plan.today, days=4)
        if late or person not in outside.get("submitted", ()):
            said = {"billable": outside["billable"]} if "billable" in outside else {}
            yield _fact(FactKind.TIMESHEET, subject, {"status": "approved"} | said, PSA, plan.today)


def _holds(engagement: Engagement, today: date) -> Iterator[OutsideFact]:
    outside = engagement.raw.get("outside", {})
    if outside.get("released_hold"):
        value = {"held": True, "reason_code": "awaiting_documents"}
        yield _fact(FactKind.BILLING_HOLD, engagement.subject, value, PSA, today, days=20)
    held = outside.get("hold")
    value = {"held": True, "reason_code": held} if held else {"held": False}
    yield _fact(FactKind.BILLING_HOLD, engagement.subject, value, PSA, today, days=2)


def _order(engagement: Engagement, number: str, today: date) -> OutsideFact:
    if not engagement.po_required:
        return _fact(FactKind.PURCHASE_ORDER, number, {"required": False}, PROCUREMENT, today, days=3)
    outside = engagement.raw.get("outside", {})
    until = today + timedelta(days=outside.get("po_valid_days", VALID_DAYS))
    value = {
        "required": True,
        "number": engagement.agreed_po,
        "amount": Decimal(outside["po_amount"]) if "po_amount" in outside else _ample(engagement),
        "currency": outside.get("po_currency", engagement.currency),
        "valid_until": moment(outside["po_valid_until"], today) if "po_valid_until" in outside else until,
    }
    if "po_valid_from" in outside:
        value["valid_from"] = moment(outside["po_valid_from"], today)
    return _fact(FactKind.PURCHASE_ORDER, number, value, PROCUREMENT, today, days=3)


def _ample(engagement: Engagement) -> Decimal:
    worth = max(engagement.total or Decimal(0), (engagement.invoiced() + engagement.unbilled()) * AMPLE)
    return Decimal(math.ceil(worth / 1000) * 1000).quantize(Decimal("0.01"))


def _milestones(engagement: Engagement, number: str, today: date) -> Iterator[OutsideFact]:
    told = engagement.raw.get("outside", {}).get("milestones", {})
    for milestone in engagement.milestones:
        if milestone.delivered:
            status = told.get(milestone.name, "accepted")
            value = {"status": status, "on": min(milestone.due, today)}
            yield _fact(FactKind.MILESTONE, f"{number}/{milestone.name}", value, PSA, today)


def _change_requests(engagement: Engagement, number: str, today: date) -> Iterator[OutsideFact]:
    request = engagement.raw.get("outside", {}).get("change_request")
    if request:
        value = {"status": request["status"], "amount": Decimal(request["amount"]), "currency": engagement.currency}
        yield _fact(FactKind.CHANGE_REQUEST, f"{number}/{request['number']}", value, PSA, today, days=6)


def _books(engagement: Engagement, today: date) -> Iterator[OutsideFact]:
    """What accounting has set up for each code that is worked on."""
    if engagement.has_project and engagement.code and engagement.customer:
        value = {
            "posting": engagement.raw.get("outside", {}).get("posting", True),
            "cost_centre": engagement.code.rpartition("-")[0],
            "income_account": "revenue",
            "revenue_schedule": "as invoiced",
        }
        yield _fact(FactKind.ACCOUNTING, engagement.code, value, BOOKS, today, days=12)


def _tax(plan: Plan, codes: Mapping[str, str]) -> list[OutsideFact]:
    """Every customer's tax is set up, unless an engagement's own report says otherwise."""
    told = {
        engagement.customer
        for engagement in plan.engagements
        for report in engagement.raw.get("outside", {}).get("reports", ())
        if report["kind"] == FactKind.TAX_SETUP.value
    }
    clean = {"tax_code": "S", "withholding": False}
    return [
        _fact(FactKind.TAX_SETUP, codes[key], clean, BOOKS, plan.today, days=30)
        for key in plan.customers
        if key not in told
    ]


def _told(engagement: Engagement, plan: Plan, number: str, codes: Mapping[str, str]) -> Iterator[OutsideFact]:
    """The engagement's own reports, as its data says them."""
    whose = {"project": engagement.subject, "contract": number, "customer": codes.get(engagement.customer or "", "")}
    for report in engagement.raw.get("outside", {}).get("reports", ()):
        kind = FactKind(report["kind"])
        subject = "/".join(part for part in (whose[report["of"]], report.get("name", "")) if part)
        value = {name: _dated(cell, plan.today) for name, cell in report.items() if name not in ABOUT}
        value |= {"currency": engagement.currency} if kind in WHOLE and "currency" not in value else {}
        yield _fact(kind, subject, value, report.get("system", PSA), plan.today, days=report.get("days", 2))


def _won(plan: Plan, codes: Mapping[str, str]) -> Iterator[OutsideFact]:
    """What was sold and is not set up yet: the sales system knows a customer by the ERP's code, or by its name."""
    clients = customers()
    for sow in plan.won:
        said = sow.opportunity
        value = {
            "status": "won",
            "on": said["on"],
            "number": sow.number,
            "amount": Decimal(said["amount"]),
            "currency": sow.currency,
        }
        subject = f"{codes.get(sow.customer) or clients[sow.customer]['name']}/{sow.title}"
        yield _fact(FactKind.OPPORTUNITY, subject, value, SALES, plan.today, days=5)


def _dated(cell: Any, today: date) -> Any:
    return moment(cell, today) if isinstance(cell, str) and MOMENT.match(cell) else cell


def _fact(
    kind: FactKind, subject: str, value: Mapping[str, Any], system: str, today: date, *, days: int = 1
) -> OutsideFact:
    reported = datetime.combine(today - timedelta(days=days), time(17, 30), UTC)
    return OutsideFact(kind, subject, value, system, reported)
