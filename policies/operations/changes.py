"""Changes to contracts that someone has yet to agree to: reported by delivery systems, or drafted in the ERP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from domain.facts import FactKind, OutsideFact
from domain.records import Amendment, Contract, Project
from policies.operations.matter import Limits, Matter, Measure, money_by_month, months_to, whose, worst_first
from policies.prerequisites.outside import day, money, source_of
from policies.prerequisites.portfolio import Dossier, head_of

GOES_ON = "Work goes on while it waits"
NOBODY_DECIDED = "Nobody has decided yet"
DRAFTED = "Drafted in the ERP and not validated"
UNREPORTED = "No connected system reports change requests; only drafts in the ERP are shown."


def changes(dossier: Dossier, today: date, limits: Limits, last: Mapping[str, date]) -> Measure:
    """Open change requests and draft amendments; `days` since they were made. `last`: the latest work on a project."""
    contracts = {contract.number: contract for contract in dossier.firm.contracts}
    projects: dict[str, list[Project]] = defaultdict(list)
    for project in dossier.firm.projects:
        for id_ in project.contract_ids:
            projects[id_].append(project)
    reports = [fact for (kind, _), fact in sorted(dossier.outside.facts.items()) if kind is FactKind.CHANGE_REQUEST]
    waiting = [fact for fact in reports if str(fact.value.get("status", "")).lower() in ("open", "submitted")]
    found = [
        _reported(dossier, fact, contracts.get(head_of(fact.subject)), projects, (today, last)) for fact in waiting
    ]
    for contract in dossier.firm.contracts:
        drafts = [one for one in contract.amendments if one.state == "draft"]
        found += [_drafted(dossier, contract, one, projects[contract.id], today) for one in drafts]
    over = [_judged(matter, limits["days"]) for matter in found]
    dated = [(matter.since, matter.amount) for matter in over if matter.amount]
    trend = money_by_month("Awaiting approval, by month of the request", months_to(today), dated, "")
    unknown = "" if reports or FactKind.CHANGE_REQUEST in dossier.outside.covered else UNREPORTED
    return Measure("changes", worst_first(over), trend, limits, unknown)


def _judged(matter: Matter, days: int) -> Matter:
    return replace(matter, over=(matter.days or 0) > days)


def _reported(
    dossier: Dossier,
    fact: OutsideFact,
    contract: Contract | None,
    projects: dict[str, list[Project]],
    at: tuple[date, Mapping[str, date]],
) -> Matter:
    today, last = at
    since = day(fact.value.get("on")) or fact.reported_at.date()
    mine = projects[contract.id] if contract else []
    worked = any(last.get(project.id, since) > since for project in mine)
    customer = dossier.customers.get(contract.customer_id) if contract else None
    return Matter(
        key=fact.subject,
        title=fact.subject.replace("/", " · "),
        detail=(contract.description or contract.number) if contract else "of a contract that the ERP does not have",
        cause=GOES_ON if worked else NOBODY_DECIDED,
        customer=customer.name if customer else None,
        since=since,
        days=(today - since).days,
        amount=money(fact.value, contract.currency if contract else dossier.firm.base_currency),
        sources=(source_of(fact), *((contract.source,) if contract else ())),
        **whose(mine[0] if mine else None),
    )


def _drafted(
    dossier: Dossier, contract: Contract, amendment: Amendment, projects: Sequence[Project], today: date
) -> Matter:
    customer = dossier.customers.get(contract.customer_id)
    return Matter(
        key=f"amendment:{amendment.id}",
        title=amendment.description or f"Amendment of {contract.number}",
        detail=contract.description or contract.number,
        cause=DRAFTED,
        customer=customer.name if customer else None,
        since=amendment.date,
        days=(today - amendment.date).days if amendment.date else None,
        sources=(amendment.source, contract.source),
        **whose(projects[0] if projects else None),
    )
