"""A person's desk: what waits for them, what changed, and what it is worth; only what they may see is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from api import billing
from api.billing import Shown, Sum
from api.pages.actions import decidable
from api.services import Services
from domain.actions import Action, ActionState
from domain.actor import Actor, Operation, Role
from domain.errors import ErpError, NotConnected, NotFound
from domain.money import Money, totals
from policies.engine import Policies
from store import actions, documents, freezes, held, mirror, monitors, notes
from store.database import Connection
from store.held import Owned, Turned
from store.results import Line

LATELY = timedelta(days=7)
SHOWN = 6
CLEAR = 5
# As the rules name who clears a finding (policies/prerequisites/rules.toml).
OWNER = {Role.FINANCE: "Finance", Role.PROJECT_MANAGER: "Project manager"}
SOON = timedelta(hours=24)
CAME_BACK = (ActionState.REJECTED, ActionState.EXPIRED, ActionState.STALE, ActionState.FAILED)
FOR_A_PERSON = (ActionState.STALE, ActionState.DIVERGED, ActionState.UNKNOWN, ActionState.FAILED)
SETTLED = (ActionState.VERIFIED, ActionState.REJECTED, ActionState.COMPENSATED, ActionState.DIVERGED)


@dataclass(frozen=True)
class Task:
    """Something that waits for this person, and why now."""

    title: str
    href: str
    why: str
    amount: Money | None = None
    since: datetime | None = None
    urgent: bool = False


@dataclass
class Desk:
    """All of it. `decides`: this person decides on proposals; `to_clear`: what holds money back and is for people of
    their role (`owner`, where it is one) to clear; `worth` what waits for their decision; `digest` is when their newest
    digest was written, `drafted` how many proposals their monitors made lately, `told` what is wrong with the ERP's
    facts.
    """

    tasks: list[Task] = field(default_factory=list[Task])
    more: int = 0
    decides: bool = False
    worth: tuple[Money, ...] = ()
    sums: list[Sum] = field(default_factory=list[Sum])
    worst: list[Line] = field(default_factory=list[Line])
    erp_down: bool = False
    unconnected: bool = False
    settled: Sequence[Action] = ()
    to_clear: list[Owned] = field(default_factory=list[Owned])
    owner: str = ""
    turned: list[Turned] = field(default_factory=list[Turned])
    became: tuple[tuple[str, Money], ...] = ()
    digest: datetime | None = None
    drafted: int = 0


async def desk(wired: Services, actor: Actor) -> Desk:
    """What this person finds when they come in."""
    policies = await wired.policies(actor.tenant)
    found = Desk()
    if _may(policies, actor, Operation.READINESS_READ):
        await _money(wired, actor, found)
    async with wired.database.tenant(actor.tenant) as connection:
        if _may(policies, actor, Operation.ACTION_READ):
            await _proposals(connection, wired, policies, actor, found)
        if _may(policies, actor, Operation.TERM_CONFIRM):
            found.tasks += await _unread(connection)
        if _may(policies, actor, Operation.THREAD_USE):
            await _monitored(connection, actor, found, wired.clock() - LATELY)
        if _may(policies, actor, Operation.PEOPLE_ADMINISTER):
            found.tasks = [*await _troubled(connection), *found.tasks]
        if _may(policies, actor, Operation.READINESS_READ) and not found.erp_down:
            owners = [OWNER[one] for one in actor.roles & OWNER.keys()]
            found.owner = owners[0] if len(owners) == 1 else ""
            found.to_clear = await held.owned(connection, owners, limit=CLEAR)
            found.turned = await held.turned(connection, wired.clock() - LATELY)
            found.became = _became(found.turned)
    found.tasks.sort(key=lambda task: not task.urgent)
    found.more = max(0, len(found.tasks) - SHOWN)
    found.tasks = found.tasks[:SHOWN]
    return found


def _may(policies: Policies, actor: Actor, operation: Operation) -> bool:
    return policies.authorize(actor, operation).allowed


async def _money(wired: Services, actor: Actor, found: Desk) -> None:
    try:
        portfolio = await billing.portfolio(wired, actor, Shown(sort="blocked"))
    except NotConnected:
        found.erp_down = found.unconnected = True
        return
    except (ErpError, NotFound):
        found.erp_down = True
        return
    found.sums = [Sum.of(total) for total in portfolio.sums]
    found.worst = [line for line in portfolio.lines if line.blocked][:5]


async def _proposals(connection: Connection, wired: Services, policies: Policies, actor: Actor, found: Desk) -> None:
    now = wired.clock()
    waiting = await actions.listing(connection, [ActionState.AWAITING_APPROVAL], brief=True)
    queued = [place.action for place in policies.queue(waiting, now=now)]
    mine = [action for action in queued if decidable(policies, actor, action)]
    asked = await notes.asked(connection, [action.id for action in waiting])
    found.decides = _may(policies, actor, Operation.ACTION_DECIDE)
    found.worth = totals(action.intent.amount for action in mine if action.intent.amount)
    found.tasks += sorted((_decision(action, asked, now) for action in mine), key=lambda task: not task.urgent)
    own = [action for action in waiting if action.proposer == actor.person and action.id in asked]
    found.tasks += [_task(action, "A question on your proposal is open") for action in own]
    back = await actions.moved(connection, now - LATELY, states=CAME_BACK, proposer=actor.person)
    found.tasks += [_task(action, f"Your proposal came back: {_said(action)}", urgent=True) for action in back]
    if _may(policies, actor, Operation.ACTION_RESOLVE):
        stuck = await actions.listing(connection, FOR_A_PERSON, limit=SHOWN, brief=True)
        found.tasks += [_task(action, f"Needs a person: {_said(action)}", urgent=True) for action in stuck]
    found.settled = await actions.moved(connection, now - LATELY, states=SETTLED, limit=6)


def _decision(action: Action, asked: frozenset[str], now: datetime) -> Task:
    soon = action.expires_at - now < SOON
    why = (
        "Expires within a day"
        if soon
        else "Escalated: waits too long"
        if action.escalated_at
        else "A question is open"
        if action.id in asked
        else f"Proposed by {action.proposer_name}"
    )
    return _task(action, why, urgent=soon or action.escalated_at is not None)


def _task(action: Action, why: str, *, urgent: bool = False) -> Task:
    return Task(action.intent.summary, f"/actions/{action.id}", why, action.intent.amount, action.created_at, urgent)


def _said(action: Action) -> str:
    return action.problem.rstrip(".") or action.state.value


async def _monitored(connection: Connection, actor: Actor, found: Desk, since: datetime) -> None:
    """What this person's monitors wrote and proposed, and those that can do nothing."""
    own = [one for one in await monitors.of_person(connection, actor.person) if one.switched_on]
    found.tasks += [
        Task("A monitor of yours can do nothing", "/monitors", one.problem, None, one.ran_at, True)
        for one in own
        if one.problem
    ]
    newest = await monitors.digests(connection, actor.person, limit=1)
    found.digest = next((one.made_at for one in newest if one.made_at >= since), None)
    found.drafted = len(await monitors.proposed(connection, actor.person, since))


async def _unread(connection: Connection) -> list[Task]:
    rows = await documents.listing(connection, limit=20)
    left = await documents.to_confirm(connection, *(row.id for row in rows))
    return [
        Task(
            row.name,
            f"/documents/{row.id}",
            f"{count} term{'s' if count != 1 else ''} to confirm",
            None,
            row.uploaded_at,
        )
        for row in rows
        if (count := left.get(row.id))
    ]


async def _troubled(connection: Connection) -> list[Task]:
    """What an administrator looks after: a source that fails, and what is frozen."""
    failing = await mirror.failing(connection)
    said = (
        [Task("The ERP cannot be read", "/admin/sources", str(failing["failure"]), None, failing["failed_since"], True)]
        if failing
        else []
    )
    return said + [
        Task("Execution is frozen", "/freezes", freeze.reason, None, freeze.frozen_at, True)
        for freeze in await freezes.listing(connection)
    ]


def _became(turned: Sequence[Turned]) -> tuple[tuple[str, Money], ...]:
    """What became ready and what became held back, by currency."""
    parts = (
        ("became ready to bill", totals(Money(one.ready, one.currency) for one in turned if one.ready > 0)),
        ("became held back", totals(Money(one.blocked, one.currency) for one in turned if one.blocked > 0)),
    )
    return tuple((said, amount) for said, amounts in parts for amount in amounts)
