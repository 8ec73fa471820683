"""Monitors: what the agent does for a person who is not there, because they switched it on.

Each run acts on behalf of that person as they are at that moment, through the agent: with their present roles, under
the policy in force, and never able to decide. Who lost a right, or is blocked, loses what rests on it with the next
run, and is told so on their page.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal

from agent.ports import AgentPorts
from domain.actor import MONITOR, Actor, Operation
from domain.canonical import plain
from domain.errors import CountersignError, ErpError, NotPermitted
from policies.engine import Policies
from store import actions, audit, monitors
from store.monitors import Monitor
from tools.digesting import digest
from tools.drafting import MOST, draft
from tools.tool import ToolContext

Kind = Literal["remedies", "digest"]
# What the person must be permitted for a monitor of each kind to do anything.
NEEDS: dict[str, tuple[Operation, ...]] = {
    "remedies": (Operation.THREAD_USE, Operation.READINESS_READ, Operation.ACTION_PROPOSE),
    "digest": (Operation.THREAD_USE,),
}
MORNING = time(5)  # UTC
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ran:
    """What one run came to: the proposals made, and whether a digest was written."""

    proposed: tuple[str, ...] = ()
    digested: bool = False


async def switch(ports: AgentPorts, policies: Policies, actor: Actor, kind: Kind, *, on: bool) -> bool:
    """Switch the actor's own monitor on or off; False when it was so already. Raises NotPermitted."""
    if actor.agent_run or actor.service:
        raise NotPermitted("Only people switch their monitors.")
    if on:
        for operation in NEEDS[kind]:
            policies.require(actor, operation)
    async with ports.database.tenant(actor.tenant) as connection:
        switched = await monitors.switch(connection, actor.tenant, actor.person, kind, on=on)
        if switched is not None:
            event = "monitor.switched_on" if on else "monitor.switched_off"
            await audit.append(connection, actor, event, f"monitor:{switched}", {"kind": kind})
    return switched is not None


async def watch(ports: AgentPorts, tenant: str, now: datetime) -> list[Ran]:
    """Run every monitor of the firm that is on and has something to look at. One that fails stops no other."""
    async with ports.database.tenant(tenant) as connection:
        on = await monitors.switched_on(connection)
        people = await actions.people(connection, tenant, [monitor.person for monitor in on])
    done: list[Ran] = []
    for monitor in on:
        try:
            if monitor.person in people and (ran := await _run(ports, people[monitor.person], monitor, now)):
                done.append(ran)
        except Exception:
            log.exception("monitor %s failed", monitor.id)
            await _came_to(ports, people[monitor.person], monitor, now, "Something went wrong here; it is tried again.")
    return done


async def _run(ports: AgentPorts, person: Actor, monitor: Monitor, now: datetime) -> Ran | None:
    if monitor.kind == "digest" and not _digest_due(monitor, now):
        return None
    agent = person.through_agent(f"{MONITOR}{monitor.id}")
    context = await ports.context(agent, None)
    problem = _lacking(context.policies, agent, monitor.kind)
    if problem:
        await _came_to(ports, agent, monitor, now, problem)
        return Ran()
    try:
        act = _remedies if monitor.kind == "remedies" else _digest
        return await act(ports, context, person, monitor, now)
    except CountersignError as error:
        # What the ERP failed at is tried again with the next run, silently; the page says since when.
        await _came_to(ports, agent, monitor, now, error.detail, quiet=isinstance(error, ErpError))
        return Ran()


def _lacking(policies: Policies, agent: Actor, kind: str) -> str:
    """Why the person may not have this done, in words; empty if they may."""
    if not agent.roles:
        return "You are not an active person of the firm any more."
    refused = [one for one in (policies.authorize(agent, operation) for operation in NEEDS[kind]) if not one.allowed]
    return f"You may not have this done any more: {' '.join(refused[0].reasons)}" if refused else ""


def _digest_due(monitor: Monitor, now: datetime) -> bool:
    """One each morning, and one as soon as it is switched on."""
    if monitor.whole_at is None:
        return True
    morning = datetime.combine(now.date(), MORNING, now.tzinfo)
    return monitor.whole_at < morning <= now


async def _remedies(ports: AgentPorts, context: ToolContext, person: Actor, monitor: Monitor, now: datetime) -> Ran:
    """What changed since the last look, and once a day everything: what was clear yesterday may need clearing today."""
    del person
    anew = monitor.whole_at is None or monitor.whole_at.date() < now.date()
    looked = replace(monitor, seen=None, seen_project="", whole_at=now) if anew else monitor
    done = await draft(context, looked.seen, looked.seen_project)
    looked = replace(looked, seen=done.seen, seen_project=done.seen_project)
    await _came_to(ports, context.actor, looked, now, "", made=done.proposed, repeated=done.repeated)
    if len(done.proposed) >= MOST:
        log.info("monitor %s made as many proposals as one run may; it goes on with the next", monitor.id)
    return Ran(done.proposed)


async def _digest(ports: AgentPorts, context: ToolContext, person: Actor, monitor: Monitor, now: datetime) -> Ran:
    since = monitor.whole_at or now - timedelta(days=1)
    blocks = await digest(context, person, since, now)
    async with ports.database.tenant(person.tenant) as connection:
        number = await monitors.add_digest(connection, person.tenant, person.person, [plain(one) for one in blocks])
        await audit.append(connection, context.actor, "digest.made", f"monitor:{monitor.id}", {"digest": number})
        await monitors.ran(connection, replace(monitor, ran_at=now, whole_at=now, problem=""))
    return Ran(digested=True)


async def _came_to(
    ports: AgentPorts,
    agent: Actor,
    monitor: Monitor,
    now: datetime,
    problem: str,
    *,
    made: Sequence[str] = (),
    repeated: int = 0,
    quiet: bool = False,
) -> None:
    """Remember how far it came; what it made, and a problem that is new, go into the log."""
    async with ports.database.tenant(agent.tenant) as connection:
        if made:
            facts = {"kind": monitor.kind, "proposed": list(made), "not_repeated": repeated}
            await audit.append(connection, agent, "monitor.ran", f"monitor:{monitor.id}", facts)
        if problem and problem != monitor.problem and not quiet:
            facts = {"kind": monitor.kind, "problem": problem}
            await audit.append(connection, agent, "monitor.refused", f"monitor:{monitor.id}", facts)
        await monitors.ran(connection, replace(monitor, ran_at=now, problem=problem))
