"""One project's page as a whole: its rules, facts with their age, history, documents, waivers, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api import billing
from api.billing import Fresh
from api.services import Services
from domain.actions import Action
from domain.actor import Actor, Operation
from domain.canonical import plain
from domain.facts import FactKind, OutsideFact
from domain.findings import Finding, Readiness, Verdict
from domain.records import Contract, Project
from policies.delivery import DeliveryRisk, delivery_risk
from policies.prerequisites.case import Case
from policies.prerequisites.next_steps import NextStep, next_steps
from policies.prerequisites.portfolio import Dossier
from policies.prerequisites.rulebook import Rule
from sow.linking import every_document
from store import actions, facts, results
from store.documents import DocumentRow
from store.results import Held
from tools.evaluating import one_live
from tools.messages import Message, message

FACTS_SHOWN = 1000
ANSWERS_SHOWN = 12


@dataclass(frozen=True)
class Reported:
    """A report about the project: whether it counts, and since how many days it says so."""

    fact: OutsideFact
    counts: bool
    days: int


@dataclass(frozen=True)
class ProjectView:
    """What a project's page shows. `reports` name, by rule, the form in which a person settles it; `weeks` count the
    timesheets by status, as `reported` has all other reports; `history` are the answers, the newest first.
    """

    project: Project
    readiness: Readiness
    findings: tuple[Mapping[str, Any], ...]
    messages: Mapping[str, Message]
    rules: Mapping[str, Rule]
    reports: Mapping[str, tuple[str, str]]
    steps: tuple[NextStep, ...]
    contracts: tuple[Contract, ...]
    proposals: tuple[Action, ...]
    risk: DeliveryRisk
    reported: tuple[Reported, ...]
    weeks: Mapping[str, int]
    history: tuple[Held, ...]
    documents: tuple[DocumentRow, ...]
    fresh: Fresh
    may_record: bool


async def view(services: Services, actor: Actor, code: str, month: str | None) -> ProjectView:
    """All of one project. Raises NotFound, ErpUnavailable."""
    policies = await services.policies(actor.tenant)
    project, readiness, dossier = await one_live(billing.mirror_of(services, actor), services.today, code, month)
    around = dossier.facts(project)
    case = Case(project, around, month, services.today)
    rules = {rule.id: rule for rule in around.settings.rules}
    contracts = {contract.number for contract in around.contracts}
    async with services.database.tenant(actor.tenant) as connection:
        proposals = await actions.listing(connection, project=project.code, brief=True) if project.code else ()
        history = await results.history(connection, project.id, month or "", limit=ANSWERS_SHOWN)
        told = await facts.around(connection, _heads(case), limit=FACTS_SHOWN)
        papers = [row for row in await every_document(connection) if row.contract in contracts]
    return ProjectView(
        project,
        readiness,
        tuple(plain(finding) for finding in _ordered(readiness)),
        {finding.rule: message(readiness, finding) for finding in billing.troubles(readiness)},
        rules,
        {rule.id: (kind.value, case.subject_of(kind) or "") for rule in rules.values() if (kind := rule.settled_by)},
        next_steps(project, around, month, services.today),
        around.contracts,
        tuple(proposals),
        delivery_risk(Case(project, around, None, services.today)),
        _reported(dossier, [fact for fact in told if fact.kind is not FactKind.TIMESHEET], services.clock()),
        _weeks(dossier, told),
        tuple(history),
        tuple(papers),
        Fresh(dossier.firm.fetched_at, billing.mirror_of(services, actor).told),
        policies.authorize(actor, Operation.FACT_RECORD).allowed,
    )


def _heads(case: Case) -> list[str]:
    customer = case.customer
    own = [case.subject, *(contract.number for contract in case.facts.contracts)]
    return [head for head in (*own, *([customer.code, customer.name] if customer else [])) if head]


def _ordered(readiness: Readiness) -> list[Finding]:
    quiet = (Verdict.WAIVED, Verdict.PASS, Verdict.NOT_APPLICABLE)
    rest = sorted((f for f in readiness.findings if f.verdict in quiet), key=lambda f: quiet.index(f.verdict))
    return [*billing.troubles(readiness), *rest]


def _reported(dossier: Dossier, told: Sequence[OutsideFact], now: datetime) -> tuple[Reported, ...]:
    """Newest first; what another report of the same subject has replaced is marked."""
    return tuple(Reported(fact, _counts(dossier, fact), (now - fact.reported_at).days) for fact in told)


def _weeks(dossier: Dossier, told: Sequence[OutsideFact]) -> Mapping[str, int]:
    """How many timesheets of a week there are by status; a page of them one by one would hide all else."""
    sheets = (fact for fact in told if fact.kind is FactKind.TIMESHEET and _counts(dossier, fact))
    return Counter(str(fact.value.get("status", "")) for fact in sheets)


def _counts(dossier: Dossier, fact: OutsideFact) -> bool:
    believed = dossier.outside.get(fact.kind, fact.subject)
    return believed is not None and believed.id == fact.id
