"""Why policy asks what it asks of one action: rule by rule, sum by sum, person by person, as of this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from actions.rulebook import judged, sums
from domain.actions import Action, ActionState, Decision
from domain.actor import Actor
from domain.money import Money
from policies.approval import Account, lacking, open_steps, union
from policies.engine import Policies
from policies.rule import Rule, Window
from store import people, rulebook
from store.database import Connection


@dataclass(frozen=True)
class RuleLine:
    """One rule of the action's type. `speaks`: yes, no, or perhaps (what is not known counts)."""

    id: str
    speaks: str
    when: str
    reason: str
    asks: tuple[str, ...]


@dataclass(frozen=True)
class SumLine:
    """A sum over a window: the other actions' amounts, and the total with this one in the matrix's currency."""

    per: str
    days: int
    whose: str | None
    others: tuple[Money, ...]
    total: Money | None


@dataclass(frozen=True)
class StepLine:
    """One step: who was asked, who took it, and, while it is open, who could take it now."""

    asked: str
    stage: int
    limited: bool
    escalates_to: str | None
    open: bool
    taken_by: tuple[str, ...]
    could_take: tuple[str, ...]


@dataclass(frozen=True)
class You:
    """Whether the person who asks may take a step now, and why or why not."""

    allowed: bool
    step: int | None
    rules: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """Everything that policy says of an action. `short` is why its stored chain is not enough any more, if so."""

    action: str
    type: str
    state: str
    allowed: bool
    rules_then: tuple[str, ...]
    reasons_then: tuple[str, ...]
    digest_then: str
    digest: str
    version: int
    short: str
    reasons: tuple[str, ...]
    amount: Money | None
    counted: Money | None
    rates: date | None
    practice: str | None
    region: str | None
    risk: str | None
    rules: tuple[RuleLine, ...]
    sums: tuple[SumLine, ...]
    steps: tuple[StepLine, ...]
    you: You
    would_change: tuple[str, ...]


async def explained(connection: Connection, policies: Policies, actor: Actor, action: Action) -> Explanation:
    """What policy says of this action now, compared with what it said when it was proposed."""
    earlier = await sums(connection, policies, action)
    account = policies.account(action.intent, earlier=earlier)
    fresh = await judged(connection, policies, action)
    everyone = [person.actor() for person in await people.everyone(connection) if person.active]
    may = policies.may_decide(actor, action)
    return Explanation(
        action=action.id,
        type=action.type,
        state=action.state.value,
        allowed=fresh.allowed,
        rules_then=action.verdict.rules,
        reasons_then=action.verdict.reasons,
        digest_then=action.verdict.digest,
        digest=policies.digest,
        version=(await rulebook.in_force(connection)).version,
        short=lacking(action.verdict.chain, fresh) if action.verdict.allowed else "",
        reasons=fresh.reasons,
        amount=action.intent.amount,
        counted=_money(policies, account),
        rates=account.rates,
        practice=account.case.practice,
        region=account.case.region,
        risk=account.case.risk,
        rules=tuple(_rule(policies, rule, speaks) for rule, speaks in account.rules),
        sums=_sums(policies, action, account, earlier),
        steps=_steps(policies, action, everyone),
        you=You(may.allowed, may.step, may.rules, may.reasons),
        would_change=_would_change(policies, account),
    )


def _money(policies: Policies, account: Account) -> Money | None:
    return None if account.case.amount is None else Money(account.case.amount, policies.matrix.currency)


def _rule(policies: Policies, rule: Rule, speaks: bool | None) -> RuleLine:
    said = {True: "yes", False: "no", None: "perhaps"}[speaks]
    asks = ("nobody: it forbids",) if rule.forbid else tuple(_asked(rule))
    return RuleLine(rule.id, said, rule.conditions(policies.matrix.currency) or "always", rule.reason, asks)


def _asked(rule: Rule) -> list[str]:
    return [
        f"{step.asked}{' whose limit covers the amount' if step.limited else ''}"
        f"{f' at stage {step.stage}' if step.stage > 1 else ''}"
        for step in union([rule])
    ]


def _sums(
    policies: Policies, action: Action, account: Account, earlier: Mapping[Window, tuple[Money, ...]]
) -> tuple[SumLine, ...]:
    intent = action.intent
    whose = {"proposer": action.proposer_name, "customer": intent.customer, "project": intent.project_code}
    own = account.case.amount
    return tuple(
        SumLine(
            window.per,
            window.days,
            whose[window.per],
            others,
            None
            if own is None or window not in account.case.others
            else Money(own + account.case.others[window], policies.matrix.currency),
        )
        for window, others in earlier.items()
    )


def _steps(policies: Policies, action: Action, everyone: list[Actor]) -> tuple[StepLine, ...]:
    waiting = open_steps(action.verdict.chain, action.decisions)
    waits = action.state is ActionState.AWAITING_APPROVAL
    return tuple(
        StepLine(
            step.asked,
            step.stage,
            step.limited,
            step.escalates_to,
            waits and index in waiting,
            tuple(_named(decision) for decision in action.decisions if decision.step == index),
            tuple(
                person.name
                for person in everyone
                if waits and index in waiting and policies.may_decide(person, action, step=index).allowed
            ),
        )
        for index, step in enumerate(action.verdict.chain)
    )


def _named(decision: Decision) -> str:
    stood_in = f" for {decision.on_behalf_of_name}" if decision.on_behalf_of else ""
    return f"{decision.person_name}{stood_in}: {decision.verdict}"


def _would_change(policies: Policies, account: Account) -> tuple[str, ...]:
    """Each rule that does not speak, and the rules that do only because something is not known."""
    lines: list[str] = []
    for rule, speaks in account.rules:
        if speaks is True:
            continue
        asks = "deny it" if rule.forbid else f"ask {', '.join(_asked(rule)) or 'nobody, and so permit nothing'}"
        when = rule.conditions(policies.matrix.currency)
        open_ = sorted({name for name, answer in rule.answers(account.case) if answer is None})
        lines.append(
            f"{rule.id} would {asks}: {when}."
            if speaks is False
            else f"{rule.id} counts because the {' and '.join(open_)} cannot be determined; known, it may not."
        )
    return tuple(lines)
