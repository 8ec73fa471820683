"""Works out the readiness of whoever is due, and keeps it: after a change of a record, of the projects that it touches.

Several processes may share the work: each takes projects off the list in the transaction that writes their answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.errors import NotFound
from domain.findings import Finding, Readiness, Severity, Verdict
from domain.records import Contract, Firm, Project, TimeEntry
from domain.terms import Term
from erp.held import warnings
from erp.mirror import Mirror
from policies.prerequisites.assessment import assess, assessed
from policies.prerequisites.case import Case
from policies.prerequisites.outside import Outside
from policies.prerequisites.period import month_of
from policies.prerequisites.portfolio import Dossier, head_of, overdue, unstarted
from policies.prerequisites.rulebook import ACTIVATION
from policies.prerequisites.work import open_time
from store import due, facts, mirror, results, waivers
from store.database import Connection, Database
from store.due import ALL, CONTRACT, SUBJECT, TERMS
from store.mirror import State
from store.results import Result
from store.uncollected import uncollected
from tools import knowledge
from tools.directory import project_of

AT_ONCE = 250
PATIENCE = 100  # tries of a tenth of a second, while another process writes what it took


@dataclass(frozen=True)
class Evaluated:
    """How many projects were judged, and how many answers differ from what was known."""

    judged: int = 0
    changed: int = 0


async def up_to_date(firm: Mirror, today: date, month: str = "", *, fresh: bool = False) -> State:
    """Bring facts and answers up to date, and say how far the facts are. Raises like `Mirror.current`."""
    state = await firm.current(fresh=fresh)
    await evaluate(firm.database, firm.tenant, today, month)
    return state


async def evaluate(database: Database, tenant: str, today: date, month: str = "") -> Evaluated:
    """Judge whoever is due, for all months that are kept and for `month`, until nobody is."""
    await prepare(database, tenant, today, month)
    done = await drain(database, tenant, today)
    for _ in range(PATIENCE):
        async with database.tenant(tenant) as connection:
            if not (await due.waiting(connection))[0]:
                break
        await asyncio.sleep(0.1)
        more = await drain(database, tenant, today)
        done = Evaluated(done.judged + more.judged, done.changed + more.changed)
    return done


async def drain(database: Database, tenant: str, today: date) -> Evaluated:
    """Judge those that are due and that no other process has taken."""
    judged = changed = 0
    while True:
        async with database.tenant(tenant) as connection:
            taken = await due.take(connection, AT_ONCE)
            state = await mirror.state(connection)
            if not taken or state is None:
                return Evaluated(judged, changed)
            with uncollected():
                done = await _judge(connection, tenant, state, taken, today)
            judged, changed = judged + done.judged, changed + done.changed


async def prepare(database: Database, tenant: str, today: date, month: str = "") -> None:
    """Turn what is due as a whole into the projects that it concerns."""
    async with database.tenant(tenant) as connection:
        kept = await due.months(connection)
        stale = [name for name in {"", month, *kept} if kept.get(name) != today]
        if not stale and not (await due.waiting(connection))[1]:
            return
        await due.lock(connection, tenant)
        special = await due.take_special(connection)
        kept = await due.months(connection)
        stale = [name for name in {"", month, *kept} if kept.get(name) != today]
        await due.drop_months(connection)
        for name in stale:
            await due.keep_month(connection, tenant, name, today)
        await _expand(connection, tenant, special | ({ALL, TERMS} if stale else set()), today)


async def _expand(connection: Connection, tenant: str, special: set[str], today: date) -> None:
    if TERMS in special:
        terms = await knowledge.terms_by_contract(connection, today)
        numbers = await due.put_terms(connection, tenant, terms)
        await due.subjects(connection, tenant, [head_of(number) for number in numbers], loose=False)
    if heads := [entry.removeprefix(SUBJECT) for entry in special if entry.startswith(SUBJECT)]:
        await due.subjects(connection, tenant, heads)
    if ALL in special:
        await due.everyone(connection, tenant)


async def _judge(connection: Connection, tenant: str, state: State, taken: Sequence[str], today: date) -> Evaluated:
    projects = await mirror.chosen(connection, "project", taken)
    dossier = await around(connection, state, projects, summed_on=today)
    months = sorted(await due.months(connection)) or [""]
    found = [result for project in projects for result in judged(dossier, project, months, today)]
    found += await _unstarted(connection, state, taken, months, today)
    there = {result.readiness.project_id for result in found}
    await results.forget(connection, [project for project in taken if project not in there])
    return Evaluated(len(there), await results.put(connection, tenant, found))


def judged(dossier: Dossier, project: Project, months: Sequence[str], today: date) -> list[Result]:
    """A project's answer for each month ("" for all that is unbilled)."""
    known = dossier.facts(project)
    whole = Case(project, known, None, today)
    dated = sorted({month_of(item.date) for item in whole.items if item.date})
    answers = [assess(project, known, month, today) for month in months if month]
    found = [Result(answer, told(answer)) for answer in answers]
    return [Result(one := assessed(whole), told(one), tuple(dated), open_time(whole)), *found]


async def _unstarted(
    connection: Connection, state: State, taken: Sequence[str], months: Sequence[str], today: date
) -> list[Result]:
    wanted = [entry.removeprefix(CONTRACT) for entry in taken if entry.startswith(CONTRACT)]
    found: Sequence[Contract] = await mirror.chosen(connection, "contract", wanted) if wanted else ()
    settings = await knowledge.settings_of(connection)
    days = settings.threshold(ACTIVATION, "days")
    late = [contract for contract in found if overdue(contract, today, days)]
    if not late or ACTIVATION in settings.off:
        return []
    opened = {id_ for kind, id_ in await _opened(connection, late) if kind == "contract"}
    waiting = [contract for contract in late if contract.id not in opened]
    dossier = await _dossier(connection, state, (), waiting)
    answers = [unstarted(dossier, contract, month or None, today) for contract in waiting for month in months]
    return [Result(answer, told(answer)) for answer in answers]


async def _opened(connection: Connection, contracts: Sequence[Contract]) -> list[tuple[str, str]]:
    keys = [f"contract:{contract.id}" for contract in contracts]
    projects: Sequence[Project] = await mirror.keyed(connection, "project", keys)
    return [("contract", id_) for project in projects for id_ in project.contract_ids]


async def around(
    connection: Connection, state: State, projects: Sequence[Project], *, summed_on: date | None = None
) -> Dossier:
    """What is known around these projects and nothing else. For judging as of `summed_on` billed time comes summed."""
    ids = {id_ for project in projects for id_ in project.contract_ids}
    contracts: Sequence[Contract] = await mirror.chosen(connection, "contract", ids) if ids else ()
    return await _dossier(connection, state, projects, contracts, summed_on)


async def _dossier(
    connection: Connection,
    state: State,
    projects: Sequence[Project],
    contracts: Sequence[Contract],
    summed_on: date | None = None,
) -> Dossier:
    customers = {project.customer_id for project in projects} | {contract.customer_id for contract in contracts}
    ids = [project.id for project in projects]
    keys = [f"project:{id_}" for id_ in ids] + [f"contract:{contract.id}" for contract in contracts]
    firm = Firm(
        system=state.system,
        company=state.company,
        base_currency=state.base_currency,
        fetched_at=state.read_at,
        customers=await mirror.chosen(connection, "customer", [id_ for id_ in customers if id_]),
        contracts=tuple(contracts),
        projects=tuple(projects),
        employees=await mirror.records(connection, "employee"),
        time=await _time(connection, state, ids, summed_on),
        invoices=await mirror.keyed(connection, "invoice", keys),
        price_lists=await mirror.records(connection, "price_list"),
        closed_periods=state.closed_periods,
        rates=state.rates,
        warnings=warnings(state),
    )
    return await _known(connection, firm)


async def _time(
    connection: Connection, state: State, projects: Sequence[str], summed_on: date | None
) -> tuple[TimeEntry, ...]:
    if summed_on is None:
        return await mirror.time_of(connection, projects)
    return await mirror.time_for_rules(connection, projects, summed_on, state.system)


async def _known(connection: Connection, firm: Firm) -> Dossier:
    names = [name for project in firm.projects for name in (project.code, project.name)]
    names += [contract.number for contract in firm.contracts]
    names += [name for customer in firm.customers for name in (customer.code, customer.name)]
    heads = {head_of(name) for name in names if name} | set(await due.loose(connection))
    reports = await facts.newest_of(connection, sorted(heads))
    settings = await knowledge.settings_of(connection)
    outside = replace(Outside.of(reports, settings.precedence), covered=await facts.covered(connection))
    terms: Mapping[str, tuple[Term, ...]] = await due.terms_of(connection, [c.number for c in firm.contracts])
    agreed = await waivers.in_force(connection, firm.fetched_at.date())
    return Dossier.of(firm, outside, terms, settings, [row.waiver for row in agreed])


def troubles(readiness: Readiness) -> list[Finding]:
    """What stands in the way, the most expensive first; warnings last."""
    found = [finding for finding in readiness.findings if finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN)]
    return sorted(
        found,
        key=lambda f: (
            f.severity is Severity.WARNS,
            f.verdict.value,
            -f.amount.amount if f.amount else 0,
            f.rule,
        ),
    )


def told(readiness: Readiness) -> tuple[str, ...]:
    """What stands in the way in a few words each; what nobody knows is marked, as its title says the good case."""
    return tuple(f.title if f.verdict is Verdict.FAIL else f"{f.title}: not known" for f in troubles(readiness))


async def one_live(firm: Mirror, today: date, wanted: str, month: str | None) -> tuple[Project, Readiness, Dossier]:
    """One project as the mirror has it, judged now; `wanted` is its code, or the ERP's id where it has none."""
    await firm.current()
    async with firm.database.tenant(firm.tenant) as connection:
        project = await named(connection, wanted)
    dossier = await dossier_of(firm, today, project)
    return project, dossier.assess(project, month, today), dossier


async def near(firm: Mirror, today: date, wanted: str, *, fresh: bool = False) -> tuple[Project, Dossier]:
    """The project of this code, id, name or contract number, and what is known around it; the ERP is asked what changed
    first when `fresh`. Raises NotFound, InvalidInput (several fit), ErpUnavailable.
    """
    project = project_of(await firm.masters(fresh=fresh), wanted)
    return project, await dossier_of(firm, today, project)


async def dossier_of(
    firm: Mirror, today: date, *projects: Project, contracts: Sequence[Contract] | None = None
) -> Dossier:
    """What is known around these projects, or these contracts and the projects, in the newest facts."""
    state = await firm.current()
    await prepare(firm.database, firm.tenant, today)
    async with firm.database.tenant(firm.tenant) as connection:
        if contracts is not None:
            return await _dossier(connection, state, projects, contracts)
        return await around(connection, state, projects)


async def named(connection: Connection, wanted: str) -> Project:
    """The project of this code, or of this ERP's id where it has no code. Raises NotFound."""
    found: Sequence[Project] = await mirror.keyed(connection, "project", [f"code:{wanted}"])
    found = found or [p for p in await mirror.chosen(connection, "project", [wanted]) if not p.code]
    if not found:
        raise NotFound(f"There is no project {wanted} in the ERP.")
    return found[0]
