"""All that is watched, of the whole firm or of one practice or region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from domain.facts import FactKind
from policies.operations.activations import activations
from policies.operations.changes import changes
from policies.operations.invoices import invoices
from policies.operations.matter import Measure
from policies.operations.recorded import Recorded
from policies.operations.unbilled import unbilled
from policies.operations.utilisation import utilisation
from policies.prerequisites.portfolio import Dossier, head_of


def survey(
    dossier: Dossier,
    today: date,
    recorded: Recorded,
    reasons: Mapping[str, Sequence[str]],
    *,
    practice: str = "",
    region: str = "",
) -> tuple[Measure, ...]:
    """Every measure in the order of watched.toml. `reasons`: what stands in the way of each project, by its id.

    Time is needed in sums alone, so the dossier may come without it; of it `recorded.by_month` is the part's own.

    People are held against the whole firm, and are of the practice and region in which they work most.
    """
    limits = dossier.settings.limits
    part = _narrowed(dossier, practice, region)
    people = utilisation(dossier, today, limits("utilisation"), recorded.people)
    theirs = tuple(one for one in people.matters if practice in ("", one.practice) and region in ("", one.region))
    return (
        unbilled(part, today, limits("unbilled"), recorded, reasons),
        activations(part, today, limits("activations"), recorded.last),
        changes(part, today, limits("changes"), recorded.last),
        replace(people, matters=theirs),
        invoices(part, today, limits("invoices")),
    )


def _narrowed(dossier: Dossier, practice: str, region: str) -> Dossier:
    """The same firm with the projects of one practice or region, their contracts, time and invoices alone."""
    if not practice and not region:
        return dossier
    firm = dossier.firm
    kept = {
        project.id: project
        for project in firm.projects
        if practice in ("", project.practice) and region in ("", project.region)
    }
    contracts = {id_ for project in kept.values() for id_ in project.contract_ids}
    part = replace(
        firm,
        projects=tuple(kept.values()),
        contracts=tuple(contract for contract in firm.contracts if contract.id in contracts),
        invoices=tuple(
            invoice
            for invoice in firm.invoices
            if any(line.project_id in kept for line in invoice.lines) or contracts & {*invoice.contract_ids}
        ),
    )
    agreed = [waiver for of in dossier.waivers.values() for waiver in of]
    numbers = {contract.number for contract in part.contracts}
    reports = {
        key: fact
        for key, fact in dossier.outside.facts.items()
        if key[0] is not FactKind.CHANGE_REQUEST or head_of(key[1]) in numbers
    }
    return Dossier.of(part, replace(dossier.outside, facts=reports), dossier.terms, dossier.settings, agreed)
