"""Where a project's delivery is at risk, from facts: burn, late milestones, unapproved time, unpaid invoices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Cell, Table, Text
from domain.money import totals
from domain.records import Project
from policies.delivery import DeliveryRisk, Level, Sign, delivery_risk
from policies.prerequisites.case import Case
from store import mirror, results
from tools import evaluating
from tools.cells import money, project_href, project_key
from tools.directory import project_of
from tools.tool import Tool, ToolContext, ToolResult

SHOWN = 8
WEIGHED = 60  # projects with most unbilled money, whose delivery is looked at
NOBODY = "No project with unbilled money is at high risk."
LEVELS = {Level.HIGH: "High", Level.WATCH: "Watch", Level.UNKNOWN: "Cannot determine", Level.NONE: "None seen"}


class DeliveryRiskOf(BaseModel):
    """Which project; without one, those at high risk among the projects with most unbilled money."""

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(None, max_length=120, description="Project code or handle")
    practice: str | None = Field(None, max_length=20, description="Practice code, such as CLD")
    region: str | None = Field(None, max_length=20, description="Region code, such as UKI")


async def _run(context: ToolContext, wanted: DeliveryRiskOf) -> ToolResult:
    if wanted.project is None:
        await evaluating.up_to_date(context.firm, context.today)
        found = await high_risks(context, practice=wanted.practice, region=wanted.region)
        facts = {
            "weighed": WEIGHED,
            "count": len(found),
            "projects": [{"project": project_key(project), **risk_facts(risk)} for project, risk in found[:SHOWN]],
        }
        handles = {f"P{n}": project_key(project) for n, (project, _) in enumerate(found[:SHOWN], 1)}
        return ToolResult(facts, (risks_table(found) or Text(NOBODY),), handles)
    return await _one(context, wanted.project)


async def high_risks(
    context: ToolContext, *, practice: str | None = None, region: str | None = None
) -> list[tuple[Project, DeliveryRisk]]:
    """The projects with a high sign among those with most unbilled money, the one at stake longest first."""
    wanted = results.Wanted(practice=(practice or "").upper(), region=(region or "").upper())
    async with context.database.tenant(context.actor.tenant) as connection:
        lines, _ = await results.listing(connection, wanted, sort="unbilled", limit=WEIGHED)
        projects: Sequence[Project] = await mirror.chosen(connection, "project", [line.project for line in lines])
    dossier = await evaluating.dossier_of(context.firm, context.today, *projects)
    risks = [(p, delivery_risk(Case(p, dossier.facts(p), None, context.today))) for p in projects]
    return sorted((one for one in risks if one[1].level is Level.HIGH), key=_longest)


def _longest(one: tuple[Project, DeliveryRisk]) -> tuple[int, str]:
    return -max((sign.days or 0) for sign in one[1].signs if sign.level is Level.HIGH), one[0].id


def risks_table(found: Sequence[tuple[Project, DeliveryRisk]]) -> Table | None:
    """The first of them with the reasons, each leading to its project's page."""
    rows = tuple(
        (
            Cell(f"{project.code or ''} {project.name}".strip(), f"{project_href(project_key(project))}#delivery-risk"),
            Cell(" ".join(sign.reason for sign in risk.signs if sign.level is Level.HIGH)),
            Cell(_stake(risk)),
        )
        for project, risk in found[:SHOWN]
    )
    note = "" if len(found) <= SHOWN else f"The first {SHOWN} of {len(found)}."
    return Table("Delivery at risk", ("Project", "Why", "At stake"), rows, (2,), note) if rows else None


def _stake(risk: DeliveryRisk) -> str:
    """What the high signs hold; of the burn against a cap it is what is left of it, and stands in its reason."""
    high = [sign for sign in risk.signs if sign.level is Level.HIGH and sign.name != "burn"]
    return "; ".join(map(str, totals(amount for sign in high for amount in sign.amounts))) or "the cap"


async def _one(context: ToolContext, wanted: str) -> ToolResult:
    project = project_of(await context.firm.masters(), wanted)
    dossier = await evaluating.dossier_of(context.firm, context.today, project)
    found = delivery_risk(Case(project, dossier.facts(project), None, context.today))
    key = project_key(project)
    facts = {"project": key, "as_of": dossier.firm.fetched_at.isoformat(), **risk_facts(found)}
    return ToolResult(facts, (risk_table(found, f"Delivery risk of {key}", project_href(key)),), {"P1": key})


def risk_facts(found: DeliveryRisk) -> dict[str, Any]:
    """What a model may see of it: figures and levels, whose words are ours."""
    return {"level": found.level.value, "signs": [_sign_facts(sign) for sign in found.signs]}


def _sign_facts(sign: Sign) -> dict[str, Any]:
    amounts = [money(amount) for amount in sign.amounts]
    return {"sign": sign.name, "level": sign.level.value, "reason": sign.reason, "amounts": amounts, "days": sign.days}


def risk_table(found: DeliveryRisk, title: str, href: str) -> Table:
    """The signs with their amounts; each figure leads to the records that it rests on."""
    rows = tuple(
        (
            Cell(sign.title, href),
            Cell(LEVELS[sign.level]),
            Cell(sign.reason, "", sign.sources),
            Cell("; ".join(map(str, sign.amounts)) or None, href, sign.sources),
        )
        for sign in found.signs
    )
    return Table(title, ("Sign", "Risk", "Why", "At stake"), rows, (3,), f"Overall: {LEVELS[found.level].lower()}.")


DELIVERY_RISK = Tool(
    name="delivery_risk",
    description="Where a project's delivery is at risk, or which projects are: burn against the cap, late milestones, "
    "unapproved time, unpaid invoices.",
    operation=Operation.READINESS_READ,
    arguments=DeliveryRiskOf,
    run=_run,
)
