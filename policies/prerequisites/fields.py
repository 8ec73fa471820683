"""The fields that conditions may name, with what they are called and where each value comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import ConfigurationError
from domain.facts import FactKind
from domain.source import Evidence, Source
from domain.terms import FIELDS as TERMS
from domain.unknown import Unknown
from policies.prerequisites.case import Case
from policies.prerequisites.outside import source_of


@dataclass(frozen=True)
class Found:
    """A field's value (None: empty; Unknown: nobody knows) with its sources."""

    value: Any
    sources: tuple[Source, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def _project(name: str) -> Callable[[Case], Found]:
    return lambda case: Found(getattr(case.project, name), (case.project.source,))


def _contract(name: str) -> Callable[[Case], Found]:
    return lambda case: Found(getattr(case.contract, name), (case.contract.source,)) if case.contract else Found(None)


def _customer(name: str) -> Callable[[Case], Found]:
    return lambda case: Found(getattr(case.customer, name), (case.customer.source,)) if case.customer else Found(None)


def _billed(case: Case) -> Found:
    """Who is billed by the project's own word: one whose record was put out of use is nobody."""
    known = case.project.customer_id if case.customer else None
    return Found(known, (case.project.source,))


def _work(value: Callable[[Case], Any]) -> Callable[[Case], Found]:
    return lambda case: Found(value(case), (case.project.source,))


FIELDS: Mapping[str, tuple[str, Callable[[Case], Found]]] = {
    "project.code": ("project code", _project("code")),
    "project.name": ("project name", _project("name")),
    "project.status": ("project status", _project("status")),
    "project.billing": ("billing method", _project("billing")),
    "project.practice": ("practice", _project("practice")),
    "project.region": ("region", _project("region")),
    "project.manager": ("project manager", _project("manager")),
    "project.opened": ("opening date", _project("opened")),
    "project.customer": ("customer of the project", _billed),
    "project.contracts": ("number of contracts", _work(lambda case: len(case.facts.contracts))),
    "project.live_contracts": ("number of live contracts", _work(lambda case: len(case.live))),
    "project.tasks": ("number of tasks", _work(lambda case: len(case.project.tasks))),
    "contract.number": ("contract number", _contract("number")),
    "contract.state": ("contract state", _contract("state")),
    "contract.po_number": ("purchase order number", _contract("po_number")),
    "contract.currency": ("contract currency", _contract("currency")),
    "contract.total": ("contract total", _contract("total")),
    "contract.date": ("contract date", _contract("date")),
    "contract.payment_terms_days": ("payment terms in days", _contract("payment_terms_days")),
    "contract.description": ("contract description", _contract("description")),
    "contract.attachments": ("files held with the contract", _contract("attachments")),
    "contract.price_list": ("price list", _contract("price_list_id")),
    "customer.name": ("customer name", _customer("name")),
    "customer.code": ("customer code", _customer("code")),
    "customer.country": ("customer country", _customer("country")),
    "customer.billing_emails": ("billing contact", _customer("billing_emails")),
    "customer.tax_identifiers": ("tax identifier", _customer("tax_identifiers")),
    "customer.payment_terms_days": ("customer's payment terms in days", _customer("payment_terms_days")),
    "work.unbilled": ("unbilled amount", _work(lambda case: case.unbilled)),
    "work.items": ("number of unbilled items", _work(lambda case: len(case.items))),
    "work.currency": ("billing currency", _work(lambda case: case.currency)),
}


def find(case: Case, field: str) -> Found:
    """The value of a field: a record's, `sow.<term>` of the statement of work, or `fact.<kind>.<key>` of a report."""
    if field in FIELDS:
        return FIELDS[field][1](case)
    where, _, rest = field.partition(".")
    return _stated(case, rest) if where == "sow" else _reported(case, *rest.split("."))


def _stated(case: Case, name: str) -> Found:
    term = case.term(name)
    if term is None:
        return Found(None)
    return Found(term.value, (), term.evidence)


def _reported(case: Case, kind: str, name: str) -> Found:
    reports = case.reports(FactKind(kind))
    if not reports:
        return Found(Unknown(f"No report of {kind}."))
    return Found(reports[0].value.get(name), (source_of(reports[0]),))


def checked(field: str) -> None:
    """Raise ConfigurationError unless the field exists."""
    where, _, rest = field.partition(".")
    kind, _, name = rest.partition(".")
    known = (
        field in FIELDS
        or (where == "sow" and rest in TERMS)
        or (where == "fact" and bool(name) and kind in {one.value for one in FactKind})
    )
    if not known:
        raise ConfigurationError(f"There is no field {field}. There are: {', '.join(sorted(FIELDS))}, sow.*, fact.*.*.")
