"""The records and reports around one project, picked from one reading of the ERP and the newest reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.findings import Waiver
from domain.records import Contract, Customer, Employee, Invoice, PriceList, TimeEntry
from domain.terms import Term
from policies.prerequisites.outside import Outside
from policies.prerequisites.settings import RuleSettings


@dataclass(frozen=True)
class ProjectFacts:
    """What is known around one project. `terms` are those of the statement of work of each contract, by its number;
    `rates` the ERP's exchange rates as (currency, date), `waivers` those of this project.
    """

    as_of: str
    base_currency: str
    customer: Customer | None = None
    contracts: tuple[Contract, ...] = ()
    price_lists: Mapping[str, PriceList] = field(default_factory=dict[str, PriceList])
    employees: Mapping[str, Employee] = field(default_factory=dict[str, Employee])
    time: tuple[TimeEntry, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    outside: Outside = field(default_factory=Outside)
    terms: Mapping[str, tuple[Term, ...]] = field(default_factory=dict[str, tuple[Term, ...]])
    settings: RuleSettings = field(default_factory=RuleSettings)
    waivers: tuple[Waiver, ...] = ()
    closed_periods: tuple[tuple[date, date], ...] = ()
    rates: tuple[tuple[str, date], ...] = ()
