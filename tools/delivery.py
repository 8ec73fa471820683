"""Where a project's delivery is at risk, from facts: burn, late milestones, unapproved time, unpaid invoices."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from policies.delivery import DeliveryRisk, Level, Sign, delivery_risk
from policies.prerequisites.case import Case
from tools import evaluating
from tools.cells import money, project_href, project_key
from tools.directory import project_of
from tools.tool import Tool, ToolContext, ToolResult

LEVELS = {Level.HIGH: "High", Level.WATCH: "Watch", Level.UNKNOWN: "Cannot determine", Level.NONE: "None seen"}


class DeliveryRiskOf(BaseModel):
    """Which project."""

    model_config = ConfigDict(extra="forbid")

    project: str = Field(max_length=120, description="Project code or handle")


async def _run(context: ToolContext, wanted: DeliveryRiskOf) -> ToolResult:
    project = project_of(await context.firm.masters(), wanted.project)
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
    description="Where one project's delivery is at risk: burn against its cap, late milestones, unapproved time, "
    "unpaid invoices.",
    operation=Operation.READINESS_READ,
    arguments=DeliveryRiskOf,
    run=_run,
)
