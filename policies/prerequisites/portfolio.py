"""All projects of a firm at once: each project's facts picked from one reading of the ERP, and its readiness."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from domain.findings import Finding, Readiness, Remedy, Verdict, Waiver
from domain.money import Money
from domain.records import Contract, Customer, Employee, Firm, Invoice, PriceList, Project, TimeEntry
from domain.terms import Term
from policies.prerequisites.assessment import assess
from policies.prerequisites.known import ProjectFacts
from policies.prerequisites.outside import Outside
from policies.prerequisites.rulebook import ACTIVATION, rulebook
from policies.prerequisites.settings import RuleSettings

SIGNED = ("confirmed", "processing")
Terms = Mapping[str, tuple[Term, ...]]
T = TypeVar("T")


@dataclass(frozen=True)
class Dossier:
    """A firm's records by what they belong to, so that a project's facts are found without searching."""

    firm: Firm
    outside: Outside
    terms: Terms
    customers: Mapping[str, Customer]
    contracts: Mapping[str, Contract]
    price_lists: Mapping[str, PriceList]
    employees: Mapping[str, Employee]
    time: Mapping[str, tuple[TimeEntry, ...]]
    invoices: Mapping[str, tuple[Invoice, ...]]
    settings: RuleSettings = field(default_factory=RuleSettings)
    waivers: Mapping[str, tuple[Waiver, ...]] = field(default_factory=dict[str, tuple[Waiver, ...]])

    @classmethod
    def of(
        cls,
        firm: Firm,
        outside: Outside,
        terms: Terms,
        settings: RuleSettings | None = None,
        waivers: Iterable[Waiver] = (),
    ) -> Dossier:
        """Index one reading of the ERP with what other systems and documents say, and how the firm set its rules."""
        return cls(
            firm=firm,
            outside=outside,
            terms=terms,
            customers={customer.id: customer for customer in firm.customers},
            contracts={contract.id: contract for contract in firm.contracts},
            price_lists={listed.id: listed for listed in firm.price_lists},
            employees={employee.id: employee for employee in firm.employees},
            time=_by(firm.time, lambda entry: [entry.project_id]),
            invoices=_by(firm.invoices, _billed_on),
            settings=settings or RuleSettings(),
            waivers=_by(waivers, lambda waiver: [waiver.project]),
        )

    def facts(self, project: Project) -> ProjectFacts:
        """What is known around one project. Invoices count by their lines, or by contract where lines are mute."""
        contracts = tuple(self.contracts[id_] for id_ in project.contract_ids if id_ in self.contracts)
        customer = project.customer_id or (contracts[0].customer_id if contracts else None)
        keys = (f"project:{project.id}", *(f"contract:{contract.id}" for contract in contracts))
        invoices = {invoice.id: invoice for key in keys for invoice in self.invoices.get(key, ())}
        return ProjectFacts(
            as_of=self.firm.fetched_at.isoformat(),
            base_currency=self.firm.base_currency,
            customer=self.customers.get(customer) if customer else None,
            contracts=contracts,
            price_lists=self.price_lists,
            employees=self.employees,
            time=self.time.get(project.id, ()),
            invoices=tuple(invoices[id_] for id_ in sorted(invoices)),
            outside=self.outside,
            terms=self.terms,
            settings=self.settings,
            waivers=self.waivers.get(project.id, ()),
            closed_periods=self.firm.closed_periods,
            rates=self.firm.rates,
        )

    def assess(self, project: Project, period: str | None, today: date) -> Readiness:
        """The readiness of one project."""
        return assess(project, self.facts(project), period, today)


def portfolio(dossier: Dossier, period: str | None, today: date) -> tuple[Readiness, ...]:
    """The readiness of every project by code, then of every signed contract that has no project."""
    projects = sorted(dossier.firm.projects, key=lambda project: (project.code or "~", project.name, project.id))
    assessed = [dossier.assess(project, period, today) for project in projects]
    return (*assessed, *(unstarted(dossier, contract, period, today) for contract in unopened(dossier, today)))


def unopened(dossier: Dossier, today: date) -> tuple[Contract, ...]:
    """Contracts that were signed longer ago than the rule allows and have no project, by number; none where the firm
    switched the rule off.
    """
    firm, settings = dossier.firm, dossier.settings
    if ACTIVATION in settings.off:
        return ()
    opened = {id_ for project in firm.projects for id_ in project.contract_ids}
    waiting = (
        contract
        for contract in firm.contracts
        if contract.id not in opened and overdue(contract, today, settings.threshold(ACTIVATION, "days"))
    )
    return tuple(sorted(waiting, key=lambda contract: contract.number))


def overdue(contract: Contract, today: date, days: int) -> bool:
    """Whether a contract was signed more than these days ago, so that its project should be there."""
    return contract.state in SIGNED and contract.date is not None and (today - contract.date).days > days


def head_of(subject: str) -> str:
    """Whom a report is on: the subject up to its first slash."""
    return subject.split("/", 1)[0]


def unstarted(dossier: Dossier, contract: Contract, period: str | None, today: date) -> Readiness:
    """A contract without a project, in a project's form: nothing to bill yet, and one warning."""
    rule = next(rule for rule in rulebook() if rule.id == ACTIVATION)
    days = (today - contract.date).days if contract.date else 0
    arguments = (("contract_id", contract.id), ("customer_id", contract.customer_id))
    finding = Finding(
        rule.id,
        rule.problem,
        Verdict.FAIL,
        rule.severity,
        f"Contract {contract.number} was signed {days} days ago and has no project.",
        rule.owner,
        sources=(contract.source,),
        remedy=Remedy(rule.remedy, rule.action, arguments),
    )
    customer = dossier.customers.get(contract.customer_id)
    nothing = Money(Decimal(0), contract.currency)
    return Readiness(
        project_id=f"contract:{contract.id}",
        project_code=None,
        project_name=contract.description or contract.number,
        customer=customer.name if customer else None,
        practice=None,
        region=None,
        period=period,
        findings=(finding,),
        unbilled=nothing,
        ready=nothing,
        blocked=nothing,
        as_of=dossier.firm.fetched_at.isoformat(),
    )


def _billed_on(invoice: Invoice) -> list[str]:
    projects = sorted({f"project:{line.project_id}" for line in invoice.lines if line.project_id})
    return projects or [f"contract:{id_}" for id_ in invoice.contract_ids]


def _by(records: Iterable[T], keys: Callable[[T], Iterable[str]]) -> Mapping[str, tuple[T, ...]]:
    found: dict[str, list[T]] = defaultdict(list)
    for record in records:
        for key in keys(record):
            found[key].append(record)
    return {key: tuple(values) for key, values in found.items()}
