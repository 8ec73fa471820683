"""Proposes that a rule shall not hold back one project for a time. A person's word alone: no agent is offered this."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from actions.house import House
from actions.placing import contract_numbers, placed
from actions.proposals import propose
from actions.spoken import text_of
from actions.waiving import END, LONGEST_DAYS, WAIVE
from domain.actions import Action, Intent, Origin
from domain.errors import Conflict, InvalidInput
from domain.findings import Finding, Verdict
from domain.money import Money
from domain.records import Project
from domain.source import Source
from policies.prerequisites.portfolio import Dossier
from store import waivers
from tools.cells import project_key
from tools.evaluating import near
from tools.remedies import now
from tools.tool import ToolContext


class Waived(BaseModel):
    """Which rule shall not hold back which project, until when, and why."""

    model_config = ConfigDict(extra="forbid")

    project: str = Field(max_length=120, description="Project code or ERP id")
    rule: str = Field(max_length=80)
    until: date
    reason: str = Field(max_length=200)


async def propose_waiver(context: ToolContext, wanted: Waived) -> Action:
    """Propose to bill in spite of a rule. Raises NotFound (project, rule), InvalidInput (day, reason), Conflict (the
    rule holds nothing back), NotPermitted.
    """
    reason = text_of(wanted.reason, needed="Say why the bill can go out in spite of the rule.")
    if not context.today < wanted.until <= context.today + timedelta(days=LONGEST_DAYS):
        raise InvalidInput(f"A waiver ends on a day after today, at most {LONGEST_DAYS} days from now.")
    project, dossier = await near(context.firm, context.today, wanted.project, fresh=True)
    finding = _held(dossier, project, wanted.rule, context)
    intent = _intent(context, dossier, project, finding, wanted, reason)
    house = House(context.database, context.actor.tenant)
    return await propose(context.database, house, context.policies, context.actor, intent, now=now())


def _held(dossier: Dossier, project: Project, rule: str, context: ToolContext) -> Finding:
    answer = dossier.assess(project, None, context.today)
    found = next((finding for finding in answer.findings if finding.rule == rule), None)
    if found is None:
        raise InvalidInput(f"There is no rule {rule}.")
    if found.verdict not in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WAIVED):
        raise Conflict(f"{found.title}: there is nothing to waive. {found.reason}")
    return found


def _intent(
    context: ToolContext, dossier: Dossier, project: Project, finding: Finding, wanted: Waived, reason: str
) -> Intent:
    held = finding.amount or Money(Decimal(0), dossier.firm.base_currency)
    record = finding.sources[0] if finding.sources else project.source
    stated = Origin("person", note=f"stated by {context.actor.name}")
    found = Origin("policy", record, finding.evidence, note=finding.reason)
    intent = Intent(
        WAIVE,
        {
            "project_id": project.id,
            "rule": finding.rule,
            "until": wanted.until.isoformat(),
            "reason": reason,
            "amount": format(held.amount, "f"),
            "currency": held.currency,
        },
        f"Bill {project_key(project)} in spite of: {finding.title}",
        reasons=(finding.reason, f"{context.actor.name} says: {reason}"),
        origins={"until": stated, "reason": stated, "amount": found, "currency": found},
        finding=finding.rule,
        contracts=contract_numbers(dossier.firm, project.contract_ids),
    )
    return placed(intent, dossier.firm)


async def propose_end(context: ToolContext, waiver: str, reason: str) -> Action:
    """Propose that a waived rule holds again. Raises InvalidInput, NotFound, NotPermitted, Conflict (it ended)."""
    reason = text_of(reason, needed="Say why the rule shall hold again.")
    async with context.database.tenant(context.actor.tenant) as connection:
        found = await waivers.one(connection, waiver)
    if found is None:
        raise InvalidInput("There is no such waiver.")
    row = found[0]
    origin = Origin("action", Source("countersign", "waiver", row.id, label=f"Waiver of {row.rule}"))
    arguments = {"waiver": row.id, "project_id": row.project, "rule": row.rule}
    intent = Intent(
        END,
        arguments,
        f"Let {row.rule} hold again",
        reasons=(f"{context.actor.name} says: {reason}",),
        origins=dict.fromkeys(arguments, origin),
    )
    firm = await context.firm.masters()
    house = House(context.database, context.actor.tenant)
    return await propose(context.database, house, context.policies, context.actor, placed(intent, firm), now=now())
