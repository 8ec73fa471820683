"""Proposes the draft invoice of what is ready: exactly the time that no rule holds back, and no more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from actions.proposals import propose
from domain.actions import Intent, Origin
from domain.actor import Operation
from domain.blocks import Block, Text
from domain.findings import Readiness
from domain.hours import hundredths
from domain.money import Money
from policies.prerequisites.assessment import assess
from policies.prerequisites.case import Case
from policies.prerequisites.items import Item
from policies.prerequisites.ready import ready_items
from tools.cells import money, project_key
from tools.evaluating import near
from tools.readiness import Month, answer_facts, findings_block
from tools.remedies import now, proposed
from tools.tool import Tool, ToolContext, ToolResult


class ProposeInvoice(BaseModel):
    """Which project, for which month."""

    model_config = ConfigDict(extra="forbid")

    project: str = Field(max_length=120, description="Project code or handle")
    month: Month = Field(description="YYYY-MM")


async def _propose_invoice(context: ToolContext, wanted: ProposeInvoice) -> ToolResult:
    project, dossier = await near(context.firm, context.today, wanted.project, fresh=True)
    case = Case(project, dossier.facts(project), wanted.month, context.today)
    answer = assess(project, case.facts, wanted.month, context.today)
    items = tuple(item for item in ready_items(case) if item.entry is not None)
    if not items:
        return ToolResult(answer_facts(answer) | {"proposed": None}, _nothing(case, answer))
    amount = priced(items, case.currency)
    intent = _intent(context, case, answer, items, amount)
    action = await propose(context.database, context.reader, context.policies, context.actor, intent, now=now())
    facts: dict[str, Any] = {"project": project_key(project), "month": wanted.month, "time_entries": len(items)}
    return proposed(facts | {"amount": money(amount), "held_back": money(answer.blocked)}, action)


def priced(items: tuple[Item, ...], currency: str) -> Money:
    """The amount as an invoice makes it: hours at one price on one task are one line, its hours and it are rounded."""
    hours: dict[tuple[str, Decimal], Decimal] = {}
    for item in items:
        if item.entry and item.entry.price:
            key = (item.entry.task_id or "", item.entry.price.amount)
            hours[key] = hours.get(key, Decimal(0)) + item.entry.hours
    lines = (Money(price * hundredths(total), currency).rounded for (_, price), total in sorted(hours.items()))
    return sum(lines, start=Money(Decimal(0), currency))


def _nothing(case: Case, answer: Readiness) -> tuple[Block, ...]:
    if case.items and answer.ready.amount > 0:
        said = "What is ready are milestones; a draft invoice is proposed for time only. Bill the milestone in the ERP."
        return (findings_block(answer), Text(said))
    if not case.items:
        return (Text("There is nothing unbilled in that month."),)
    return (findings_block(answer),)


def _intent(context: ToolContext, case: Case, answer: Readiness, items: tuple[Item, ...], amount: Money) -> Intent:
    ids = sorted((item.entry.id for item in items if item.entry), key=lambda id_: (len(id_), id_))
    arguments: dict[str, Any] = {
        "project_id": case.project.id,
        "contract_id": case.contract.id if case.contract else None,
        "period": case.period,
        "time_entry_ids": ids,
        "amount": format(amount.amount, "f"),
        "currency": amount.currency,
    }
    from_erp = Origin("erp", items[0].source, note=f"{len(ids)} unbilled time entries that no rule holds back")
    return Intent(
        action_type="invoice.create_draft",
        arguments=arguments,
        summary=f"Draft invoice {amount} for {project_key(case.project)}, {case.period}",
        reasons=(f"{len(ids)} time entries are ready to bill; {answer.blocked} of the month is held back.",),
        origins=dict.fromkeys(("project_id", "contract_id", "time_entry_ids", "amount", "currency"), from_erp),
        amount=amount,
        project_code=case.project.code,
        customer=answer.customer,
        customer_id=case.project.customer_id,
        practice=answer.practice,
        region=answer.region,
        thread=context.thread,
        contracts=tuple(sorted(contract.number for contract in case.facts.contracts)),
    )


PROPOSE_INVOICE = Tool(
    name="propose_invoice",
    description="Propose a draft invoice of a project's time that is ready for a month; people decide on it.",
    operation=Operation.ACTION_PROPOSE,
    arguments=ProposeInvoice,
    run=_propose_invoice,
)
