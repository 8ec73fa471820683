"""From signature to a project on which time can be booked and billed: what has not arrived there, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from datetime import date
from decimal import Decimal

from domain.blocks import Chart, Series
from domain.records import Contract, Project
from policies.operations.matter import Limits, Matter, Measure, month_named, months_to, whose, worst_first
from policies.prerequisites.portfolio import SIGNED, Dossier

UNREAD = "No statement of work was read for it"
INCOMPLETE = "The customer's tax identifier or invoice address is missing"
NOT_SET_UP = "Nobody has set the project up"
NO_CODE = "The project has no code"
ON_HOLD = "The project is on hold and nobody has worked on it"


def activations(dossier: Dossier, today: date, limits: Limits, worked: Container[str]) -> Measure:
    """Signed contracts that cannot be worked and billed on; `days` since their signature.

    `worked`: the projects with time, of those on hold.
    """
    projects: dict[str, list[Project]] = defaultdict(list)
    for project in dossier.firm.projects:
        for id_ in project.contract_ids:
            projects[id_].append(project)
    signed = [contract for contract in dossier.firm.contracts if contract.state in SIGNED and contract.date]
    found = [_matter(dossier, c, (projects[c.id], worked), today, limits["days"]) for c in signed]
    trend = _trend(signed, projects, months_to(today), today)
    return Measure("activations", worst_first(one for one in found if one), trend, limits)


def _matter(
    dossier: Dossier, contract: Contract, opened: tuple[list[Project], Container[str]], today: date, days: int
) -> Matter | None:
    projects, worked = opened
    cause = _cause(dossier, contract, projects, worked)
    if not cause or contract.date is None or contract.date > today:
        return None
    age = (today - contract.date).days
    customer = dossier.customers.get(contract.customer_id)
    project = projects[0] if projects else None
    return Matter(
        key=contract.id,
        title=contract.description or contract.number,
        detail=f"Contract {contract.number}",
        cause=cause,
        customer=customer.name if customer else None,
        since=contract.date,
        days=age,
        amount=contract.total,
        over=age > days,
        sources=(contract.source, *(one.source for one in projects)),
        **whose(project),
    )


def _cause(dossier: Dossier, contract: Contract, projects: list[Project], worked: Container[str]) -> str:
    if projects:
        if not any(project.code for project in projects):
            return NO_CODE
        held = all(project.status == "on_hold" for project in projects)
        return ON_HOLD if held and not any(project.id in worked for project in projects) else ""
    if not dossier.terms.get(contract.number):
        return UNREAD
    customer = dossier.customers.get(contract.customer_id)
    known = customer and customer.tax_identifiers and customer.invoice_address
    return NOT_SET_UP if known else INCOMPLETE


def _trend(signed: list[Contract], projects: dict[str, list[Project]], months: list[str], today: date) -> Chart:
    """Days from signature to the project's opening by month of signature; who still waits counts to today."""
    days: dict[str, list[int]] = defaultdict(list)
    for contract in signed:
        opened = [project.opened for project in projects[contract.id] if project.opened]
        if contract.date and (opened or not projects[contract.id]):
            until = min(opened) if opened else today
            days[f"{contract.date:%Y-%m}"].append(max(0, (until - contract.date).days))
    values = tuple((Decimal(sum(days[m])) / len(days[m])).quantize(Decimal("0.1")) if days[m] else None for m in months)
    note = "Mean of the contracts signed in the month; those without a project count up to today."
    series = (Series("Days", values),) if any(value is not None for value in values) else ()
    return Chart("Days from signature to project", tuple(map(month_named, months)), series, "days", note=note)
