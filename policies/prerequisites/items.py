"""What a project has to bill: unbilled billable time or due milestones, and expenses. Each is counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from domain.facts import FactKind, OutsideFact
from domain.money import Money
from domain.records import Contract, ContractLine, Project, Task, TimeEntry
from domain.source import Source
from domain.terms import Term
from policies.prerequisites.known import ProjectFacts
from policies.prerequisites.outside import day, flag, money, source_of
from policies.prerequisites.period import within

FINISHED = Decimal(1)  # a task's progress as a share


@dataclass(frozen=True)
class Item:
    """A time entry, a milestone or an expense to bill. `amount` is None where the ERP has no price, `report` what
    others say; `expense` is the report that an expense is known by.
    """

    id: str
    amount: Money | None
    source: Source
    date: date | None = None
    entry: TimeEntry | None = None
    line: ContractLine | None = None
    report: OutsideFact | None = None
    expense: OutsideFact | None = None


@dataclass(frozen=True)
class ItemsOf:
    """Whose items: a project with its contract and the milestones that the statement of work names."""

    project: Project
    contract: Contract | None
    facts: ProjectFacts
    milestones: tuple[Term, ...]


def items_of(about: ItemsOf, period: str | None, today: date) -> tuple[Item, ...]:
    """All items of the project in the period, ordered by date and id."""
    found = _time(about.facts.time) if about.project.billing == "timesheet" else _milestones(about, today)
    found += _expenses(about)
    dated = (item for item in found if item.date is None or within(item.date, period, today))
    return tuple(sorted(dated, key=lambda item: (item.date or date.min, item.id)))


def currency_of(items: Sequence[Item], contract: Contract | None, base: str) -> str:
    """The currency a project is billed in: its contract's, unless everything to bill is in another one."""
    present = sorted({item.amount.currency for item in items if item.amount and not item.expense})
    stated = contract.currency if contract else base
    return stated if stated in present or not present else present[0]


def same_name(one: str, other: str) -> bool:
    """Whether two systems mean the same milestone: one's words contain the other's, whatever case and punctuation."""
    first, second = words(one), words(other)
    return bool(first and second) and (f" {first} " in f" {second} " or f" {second} " in f" {first} ")


@lru_cache(maxsize=20_000)  # a firm's names are the same for every question and project
def words(text: str) -> str:
    """Lower-case words and numbers, single-spaced."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _time(entries: Sequence[TimeEntry]) -> list[Item]:
    unbilled = (entry for entry in entries if entry.billable and entry.invoice_line_id is None)
    return [Item(f"time:{e.id}", _worth(e), e.source, date=e.date, entry=e) for e in unbilled]


def _worth(entry: TimeEntry) -> Money | None:
    return (entry.price * entry.hours).rounded if entry.price else None


def _expenses(about: ItemsOf) -> list[Item]:
    """Expenses that are to be charged on and are not, as other systems report them."""
    subject = about.project.code or about.project.name
    found: list[Item] = []
    for report in about.facts.outside.under(FactKind.EXPENSE, subject):
        charged = flag(report.value.get("billable")) is not False and flag(report.value.get("billed")) is not True
        amount = money(report.value, about.facts.base_currency)
        if charged and amount is not None:
            on = day(report.value.get("on"))
            found.append(Item(f"expense:{report.subject}", amount.rounded, source_of(report), on, expense=report))
    return found


def _milestones(about: ItemsOf, today: date) -> list[Item]:
    contract = about.contract
    if contract is None:
        return []
    reports = about.facts.outside.under(FactKind.MILESTONE, contract.number)
    found: list[Item] = []
    for line in contract.lines:
        report = next((r for r in reports if same_name(_milestone(r), line.description)), None)
        if not billed(line, about) and _due(line, report, about, today, reported=bool(reports)):
            on = day(report.value.get("on")) if report else None
            found.append(Item(f"line:{line.id}", line.amount, line.source, date=on, line=line, report=report))
    return found


def _milestone(report: OutsideFact) -> str:
    return report.subject.partition("/")[2]


def billed(line: ContractLine, about: ItemsOf) -> bool:
    """Whether an invoice bills what this line sells."""
    if any(task.invoice_line_id for task in _tasks(line, about)):
        return True
    invoices = (i for i in about.facts.invoices if i.state != "cancelled" and i.untaxed.amount > 0)
    billed = (sold for invoice in invoices for sold in invoice.lines if sold.project_id in (None, about.project.id))
    return any(same_name(sold.description, line.description) and sold.amount.amount > 0 for sold in billed)


def _due(line: ContractLine, report: OutsideFact | None, about: ItemsOf, today: date, *, reported: bool) -> bool:
    """Due when someone reports on it; else when its task is finished; else when its date has passed.

    Where neither task nor date is known, it is due unless other milestones of the contract are reported on.
    """
    if report is not None:
        return True
    if _tasks(line, about):
        return finished(line, about)
    dates = [due for term in about.milestones if (due := promised(term, line))]
    return any(due <= today for due in dates) if dates else not reported


def finished(line: ContractLine, about: ItemsOf) -> bool:
    """Whether a task of this name is done."""
    tasks = _tasks(line, about)
    return any(task.status == "done" or (task.progress is not None and task.progress >= FINISHED) for task in tasks)


def _tasks(line: ContractLine, about: ItemsOf) -> list[Task]:
    return [task for task in about.project.tasks if same_name(task.name, line.description)]


def promised(term: Term, line: ContractLine) -> date | None:
    """The date by which a statement of work promises what this line sells."""
    if not isinstance(term.value, dict) or not same_name(str(term.value.get("name") or ""), line.description):
        return None
    return day(term.value.get("due"))
