"""One project for one period, with every record and report that a rule may look at. Values only: no rule reads I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from domain.facts import FactKind, OutsideFact
from domain.money import Money
from domain.records import Contract, Customer, PriceList, Project, Task
from domain.terms import Term, TermStatus
from policies.prerequisites.items import Item, ItemsOf, billed, currency_of, finished, items_of
from policies.prerequisites.known import ProjectFacts
from policies.prerequisites.period import span

# What reports of a kind are about; the others are about projects.
OF_CONTRACT = frozenset(
    {
        FactKind.MILESTONE,
        FactKind.PURCHASE_ORDER,
        FactKind.CHANGE_REQUEST,
        FactKind.DELIVERY,
        FactKind.PART_CAP,
        FactKind.RETAINER,
    }
)
OF_CUSTOMER = frozenset({FactKind.CREDIT, FactKind.TAX_SETUP, FactKind.E_INVOICING, FactKind.OPPORTUNITY})
LIVE = ("confirmed", "processing", "done")
# Which of several values of one term speaks: a person's word before a reading. Rejected and conflicting ones never do.
SPEAKING = (TermStatus.CORRECTED, TermStatus.CONFIRMED, TermStatus.PROPOSED)


@dataclass(frozen=True)
class Case:
    """A project under examination. Everything derived is worked out once and does not depend on the records' order."""

    project: Project
    facts: ProjectFacts
    period: str | None
    today: date

    @cached_property
    def contract(self) -> Contract | None:
        """The contract that governs the work: a live one before a draft one, then by number."""
        ranked = sorted(self.facts.contracts, key=lambda c: (c.state not in LIVE, c.state == "cancelled", c.number))
        return ranked[0] if ranked else None

    @cached_property
    def live(self) -> tuple[Contract, ...]:
        """The contracts in force."""
        return tuple(contract for contract in self.facts.contracts if contract.state in LIVE)

    @cached_property
    def customer(self) -> Customer | None:
        """Who is billed."""
        return self.facts.customer

    @cached_property
    def price_list(self) -> PriceList | None:
        """The contract's rate card."""
        listed = self.contract.price_list_id if self.contract else None
        return self.facts.price_lists.get(listed) if listed else None

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """What is to be billed in the period and not billed yet, ordered by date."""
        return items_of(self._about, self.period, self.today)

    @property
    def _about(self) -> ItemsOf:
        return ItemsOf(self.project, self.contract, self.facts, self.milestone_terms)

    @cached_property
    def undelivered_lines(self) -> frozenset[str]:
        """The contract's lines that no invoice bills and no task of the project shows as finished, by id."""
        lines = self.contract.lines if self.contract else ()
        return frozenset(x.id for x in lines if not billed(x, self._about) and not finished(x, self._about))

    @cached_property
    def listed_rates(self) -> dict[tuple[str | None, str], Money | None]:
        """The price list's rate of a task and a person, once it was looked up."""
        return {}

    @cached_property
    def stated_rates(self) -> dict[tuple[str | None, str], tuple[Decimal, Term] | None]:
        """The statement of work's rate of a task and a person, once it was looked up."""
        return {}

    @cached_property
    def timesheets(self) -> dict[tuple[str, int], OutsideFact | None]:
        """What was found on the timesheet of an employee and a week (by its Monday), once it was looked up."""
        return {}

    @cached_property
    def work(self) -> tuple[Item, ...]:
        """The items that are time."""
        return tuple(item for item in self.items if item.entry is not None)

    @property
    def subject(self) -> str:
        """How other systems name the project: by its code, or by its name while it has none."""
        return self.project.code or self.project.name

    @cached_property
    def currency(self) -> str:
        """The currency in which this project is billed."""
        return currency_of(self.items, self.contract, self.facts.base_currency)

    @cached_property
    def unbilled(self) -> Money:
        """The sum of all items in the project's currency."""
        return self.value(None)

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """The project's tasks by id."""
        return {task.id: task for task in self.project.tasks}

    @cached_property
    def until(self) -> date:
        """The last day that the bill covers: the period's end, or today."""
        return span(self.period)[1] if self.period else self.today

    @cached_property
    def order(self) -> OutsideFact | None:
        """The newest report on the contract's purchase order."""
        return self.contract and self.facts.outside.get(FactKind.PURCHASE_ORDER, self.contract.number)

    @cached_property
    def milestone_terms(self) -> tuple[Term, ...]:
        """The milestones that the statement of work names."""
        return self.terms("milestones")

    def threshold(self, rule: str, name: str) -> int:
        """A threshold of a rule as the firm set it."""
        return self.facts.settings.threshold(rule, name)

    def subject_of(self, kind: FactKind) -> str | None:
        """Under which name reports of a kind are about this project: its own, its contract's, its customer's."""
        if kind in OF_CONTRACT:
            return self.contract.number if self.contract else None
        if kind in OF_CUSTOMER:
            return (self.customer.code or self.customer.name) if self.customer else None
        return self.subject

    def reports(self, kind: FactKind) -> tuple[OutsideFact, ...]:
        """The reports of a kind that are about this project, its contract or its customer."""
        subject = self.subject_of(kind)
        if subject is None:
            return ()
        exact = self.facts.outside.get(kind, subject)
        return ((exact,) if exact else ()) + self.facts.outside.under(kind, subject)

    def value(self, held: frozenset[str] | None) -> Money:
        """What the named items (None: all) are worth in the project's currency, to its cent; others cannot be added."""
        amounts = (item.amount for item in self.items if held is None or item.id in held)
        nothing = Money(Decimal(0), self.currency)
        return sum((a for a in amounts if a and a.currency == self.currency), start=nothing).rounded

    def terms(self, name: str) -> tuple[Term, ...]:
        """All values of one term of the contract's statement of work, a person's word first."""
        stated = self.facts.terms.get(self.contract.number, ()) if self.contract else ()
        speaking = [term for term in stated if term.field == name and term.status in SPEAKING]
        return tuple(sorted(speaking, key=lambda t: (SPEAKING.index(t.status), -t.confidence, repr(t.value))))

    def term(self, name: str) -> Term | None:
        """The value of a term that has one value, None where the statement of work does not state it."""
        found = self.terms(name)
        return found[0] if found else None
