"""The records and reports around one project, picked from one reading of the ERP and the newest reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.records import Contract, Customer, Employee, Invoice, PriceList, TimeEntry
from domain.terms import Term
from policies.prerequisites.outside import Outside


@dataclass(frozen=True)
class ProjectFacts:
    """What is known around one project. `terms` are those of the statement of work of each contract, by its number."""

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
