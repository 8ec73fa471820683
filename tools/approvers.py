"""Who would have to approve something that nobody has proposed yet, and why: the policy in force, asked in advance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actions.catalogue import TYPES, known
from domain.actions import Intent, PolicyVerdict, Step
from domain.actor import Actor, Operation, Role
from domain.blocks import Block, Cell, Table
from domain.errors import InvalidInput
from domain.money import Money
from policies.prerequisites.items import words
from store import people, rulebook
from store.database import Connection
from store.people import Person
from tools.cells import money
from tools.directory import customers_of, project_of
from tools.tool import Tool, ToolContext, ToolResult

# Where no customer is named, the answer is for one of usual risk to whom nothing else was invoiced lately.
USUAL_CUSTOMER = "(a customer of usual risk)"


class WhoApproves(BaseModel):
    """What would be proposed, over how much, for whom. Without a type: the rules of every type."""

    model_config = ConfigDict(extra="forbid")

    action_type: str | None = Field(None, max_length=80, description="Such as invoice.create_draft")
    amount: Annotated[str, StringConstraints(pattern=r"^\d{1,15}(\.\d{1,2})?$")] | None = None
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")
    customer: str | None = Field(None, max_length=120, description="Customer handle, code or name")
    project: str | None = Field(None, max_length=120, description="Project code or handle")
    person: str | None = Field(None, max_length=120, description="Whether this person could take a step")


async def _who(context: ToolContext, wanted: WhoApproves) -> ToolResult:
    if wanted.action_type is None:
        return _all_rules(context)
    if wanted.action_type not in TYPES:
        raise InvalidInput(f"There is no such kind of change. There are: {', '.join(sorted(TYPES))}.")
    intent = await _intent(context, wanted, wanted.action_type)
    async with context.database.tenant(context.actor.tenant) as connection:
        verdict = await _verdict(connection, context, intent)
        everyone = await people.everyone(connection)
    fitting = {step: _able(context, everyone, step, intent.amount) for step in verdict.chain}
    facts: dict[str, Any] = {
        "action_type": wanted.action_type,
        "amount": money(intent.amount) if intent.amount else None,
        "allowed": verdict.allowed,
        "rules": list(verdict.rules),
        "approval": [
            {"role": s.role, "count": s.count, "limited": s.limited, "stage": s.stage, "people": len(fitting[s])}
            for s in verdict.chain
        ],
    }
    if wanted.person:
        asked = words(wanted.person)
        facts["person_could"] = any(asked in words(one.name) for able in fitting.values() for one in able)
    if verdict.deadlines:
        facts["days_to_decide"] = verdict.deadlines.days_to_decide
    return ToolResult(facts, _blocks(wanted.action_type, intent, verdict, fitting))


async def _verdict(connection: Connection, context: ToolContext, intent: Intent) -> PolicyVerdict:
    """What policy would say, as if someone proposed it who may; sums are those of what was proposed until now."""
    roles = frozenset({Role.FINANCE, Role.PROJECT_MANAGER, Role.ADMINISTRATOR})
    proposer = Actor(context.actor.tenant, "(whoever proposes)", "Whoever proposes", roles)
    keys = {"proposer": proposer.person, "customer": intent.customer, "project": intent.project_code}
    records = {"customer": intent.customer_id, "project": intent.arguments.get("project_id")}
    earlier = {
        window: await rulebook.sums(
            connection,
            intent.action_type,
            per=window.per,
            whose=(keys[window.per] or "", records.get(window.per)),
            since=datetime.now(UTC) - timedelta(days=window.days),
        )
        for window in context.policies.windows(intent.action_type)
    }
    return context.policies.judge(intent, proposer, earlier=earlier, operation=known(intent.action_type).operation)


async def _intent(context: ToolContext, wanted: WhoApproves, action_type: str) -> Intent:
    amount = None
    if wanted.amount:
        amount = Money(Decimal(wanted.amount), wanted.currency or context.policies.base_currency)
    if not (wanted.customer or wanted.project):
        return Intent(action_type, {}, "", amount=amount, customer=USUAL_CUSTOMER)
    firm = await context.firm.masters()
    project = project_of(firm, wanted.project) if wanted.project else None
    customers = customers_of(firm, wanted.customer) if wanted.customer else ()
    if project and not customers:
        customers = tuple(c for c in firm.customers if c.id == project.customer_id)
    name = customers[0].name if len(customers) == 1 else None
    return Intent(
        action_type,
        {},
        "",
        amount=amount,
        customer=name,
        risk=context.policies.risk_of(name),
        project_code=project.code if project else None,
        practice=project.practice if project else None,
        region=project.region if project else None,
    )


def _able(context: ToolContext, everyone: tuple[Person, ...], step: Step, amount: Money | None) -> list[Person]:
    """Active people of the step's role, whose limit covers the amount where that is asked."""
    return [
        person
        for person in everyone
        if person.active
        and step.role in {role.value for role in person.roles}
        and (not step.limited or _covers(context, person, amount))
    ]


def _covers(context: ToolContext, person: Person, amount: Money | None) -> bool:
    if person.approval_limit is None:
        return False
    if amount is None:
        return True
    matrix = context.policies.matrix
    try:
        return matrix.converted(amount, context.today) <= matrix.converted(person.approval_limit, context.today)
    except LookupError:
        return False


def _blocks(kind: str, intent: Intent, verdict: PolicyVerdict, fitting: dict[Step, list[Person]]) -> tuple[Block, ...]:
    rows = [
        (
            Cell(f"Stage {step.stage}"),
            Cell(step.asked + (", limit covers the amount" if step.limited else "")),
            Cell(", ".join(person.name for person in fitting[step]) or "nobody at present"),
        )
        for step in verdict.chain
    ]
    rows += [(Cell("Why"), Cell(reason), Cell("")) for reason in verdict.reasons]
    rows.append((Cell("Never"), Cell("whoever proposed it, or changed what it rests on"), Cell("")))
    told = f" of {intent.amount}" if intent.amount else ""
    title = f"{TYPES[kind].title}{told}: who must approve" if verdict.allowed else f"{TYPES[kind].title}{told}: denied"
    return (Table(title, ("", "Asked for", "Who could"), tuple(rows)),)


def _all_rules(context: ToolContext) -> ToolResult:
    matrix = context.policies.matrix
    rules = sorted(matrix.rule, key=lambda rule: rule.id)
    rows = tuple(
        (
            Cell(TYPES[rule.action].title if rule.action in TYPES else rule.action),
            Cell(rule.conditions(matrix.currency) or "always"),
            Cell("forbidden" if rule.forbid else ", then ".join(_asked(a.role.value, a.count) for a in rule.chain)),
            Cell(rule.reason),
        )
        for rule in rules
    )
    table = Table("Who must approve what", ("Change", "When", "Who", "Why"), rows)
    return ToolResult({"rules": [rule.id for rule in rules], "count": len(rules)}, (table,))


def _asked(role: str, count: int) -> str:
    return Step(role, count).asked


WHO_APPROVES = Tool(
    name="who_approves",
    description="Who would have to approve a change of some type and amount, and why, before anyone proposes it.",
    operation=Operation.ACTION_READ,
    arguments=WhoApproves,
    run=_who,
)
