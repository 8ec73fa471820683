"""One turn of a conversation: a message in, events out, everything that was said stored before the last event."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from agent.budgets import Meter
from agent.checkpoints import NewTurnSaver, TenantSaver
from agent.events import Event
from agent.graph import TurnGraph, build, model_name
from agent.outcomes import followed, outcome_blocks, told_as
from agent.ports import AgentPorts, Known, TurnContext
from agent.state import TurnState, opening
from domain.actions import ActionState
from domain.actor import Actor, Operation
from domain.errors import CountersignError
from policies.guardrails import Incoming
from policies.privacy import mask
from prompts.library import prompt
from store import people, threads, titles
from store.model_use import Use
from store.threads import Outcome, PastTurn, WaitingTurn
from tools.tool import ToolContext

FACTS_LIMIT = 20_000
# A turn that breaks off is asked again, not continued: only what waits for people needs its checkpoint.
DURABILITY: Final = "exit"
log = logging.getLogger(__name__)


@dataclass
class _Running:
    """What a turn has come to so far; read even when it breaks off."""

    saver: TenantSaver
    prose: dict[str, Any] | None = None
    blocks: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    state: dict[str, Any] = field(default_factory=dict[str, Any])
    problem: str = ""

    def take(self, event: Event) -> None:
        if event.kind != "block":
            return
        if event.position == 0:
            self.prose = dict(event.data)
        else:
            self.blocks.append(dict(event.data))

    @property
    def answer(self) -> tuple[dict[str, Any], ...]:
        return (*([self.prose] if self.prose else []), *self.blocks)


async def answer(ports: AgentPorts, actor: Actor, thread_id: str, message: str) -> AsyncIterator[Event]:
    """Answer a message of the actor in their conversation.

    Raises before the first event: NotPermitted, MessageEmpty, MessageTooLong, NotFound, TurnRunning. Later failures
    are an `error` event. Closing the iterator cancels the turn; what was streamed by then is kept.
    """
    asking = await ports.context(actor, thread_id)
    asking.policies.require(actor, Operation.THREAD_USE)
    incoming = ports.guardrails.incoming(message)
    # The answer's commit keeps the question, too; a server that crashes before it has lost the turn in any case.
    async with ports.database.tenant(actor.tenant, durable=False) as connection:
        turn = await threads.begin(connection, actor, thread_id, message)
        past = await threads.history(connection, thread_id)
        staff = tuple(person.name for person in await people.everyone(connection))
        known = Known(staff, tuple(await titles.newest(connection)))
    context = turn_context(ports, asking, thread_id, turn, known)
    running = _Running(NewTurnSaver(ports.database, actor.tenant))
    state = "cancelled"
    try:
        async for event in _run(context, turn, incoming, past, running):
            running.take(event)
            yield event
        state = "failed" if running.problem else "waiting" if running.state.get("waiting") else "done"
    finally:
        await asyncio.shield(_close(context, turn, incoming, running, state))
    data = {"turn": turn, "thread": thread_id, "state": state, "engine": running.state.get("engine", "")}
    yield Event("done", {**data, "actions": list(running.state.get("waiting", []))})


def turn_context(
    ports: AgentPorts, asking: ToolContext, thread_id: str, turn: str, known: Known | None = None
) -> TurnContext:
    """The person acts through the agent from here on: policy can tell that from the person's own deeds."""
    agent = asking.actor.through_agent(turn)
    tool_context = replace(asking, actor=agent)
    meter = Meter(ports.limits, ports.database, agent, thread_id, turn)
    tools = ports.tools(asking.policies, agent)
    return TurnContext(ports, agent, thread_id, tool_context.today, tools, tool_context, meter, known or Known())


async def _run(
    context: TurnContext, turn: str, incoming: Incoming, past: list[PastTurn], running: _Running
) -> AsyncIterator[Event]:
    flags = [f"injection:{s}" for s in incoming.signals] + [f"masked:{kind}" for kind in incoming.masked]
    start = opening(incoming.text, [_remembered(one, last=one is past[-1]) for one in past])
    start["flags"] = flags
    graph = build(running.saver)
    try:
        async for event in _stream(graph, start, context, turn, running):
            yield event
    except CountersignError as error:
        running.problem = error.code
        yield Event("error", {"code": error.code, "detail": error.detail})
    except TimeoutError:
        running.problem = "turn_timeout"
        yield Event("error", {"code": "turn_timeout", "detail": "Answering took too long and was stopped."})
    except Exception:
        log.exception("turn %s failed", turn)
        running.problem = "internal"
        yield Event("error", {"code": "internal", "detail": "Something went wrong here; nothing was changed."})


async def _stream(
    graph: TurnGraph, given: TurnState | Command[Any], context: TurnContext, turn: str, running: _Running
) -> AsyncIterator[Event]:
    parts: AsyncIterator[Any] = graph.astream(
        given, config(turn), context=context, stream_mode=["custom", "values"], durability=DURABILITY
    )
    async for mode, data in parts:
        if mode == "values":
            running.state = dict(data)
        elif data["kind"] == "called":
            running.calls += data["data"]
        else:
            yield Event(data["kind"], data["data"], data.get("position", 0))


def config(turn: str) -> RunnableConfig:
    """Each turn is a LangGraph thread of its own."""
    return {"configurable": {"thread_id": turn}, "recursion_limit": 40}


async def _close(context: TurnContext, turn: str, incoming: Incoming, running: _Running, state: str) -> None:
    """Store the answer, forget the checkpoints that nothing waits on, and catch up with a decision made meanwhile."""
    values = running.state
    outcome = Outcome(
        state=state,
        engine=values.get("engine", ""),
        blocks=running.answer,
        calls=tuple(_stored(call) for call in running.calls),
        trace=_trace(context, incoming, running),
        actions=tuple(values.get("waiting", [])) if state == "waiting" else (),
    )
    if state == "waiting" and isinstance(running.saver, NewTurnSaver):
        await running.saver.keep()
    async with context.ports.database.tenant(context.actor.tenant) as connection:
        await threads.finish(connection, context.actor, context.thread, turn, outcome)
        if context.meter is not None:
            await context.meter.settle(connection)
    for action_id in outcome.actions:
        action = await context.ports.action(context.actor.tenant, action_id)
        if action.state.value != values.get("told", {}).get(action_id):
            await resume_after_action(context.ports, context.actor.tenant, action_id)


def _trace(context: TurnContext, incoming: Incoming, running: _Running) -> Mapping[str, Any]:
    used = context.meter.total if context.meter is not None else Use()
    return {
        "prompt": prompt("agent").digest,
        "configured": model_name(context.ports.model),
        "flags": list(dict.fromkeys(running.state.get("flags", []))),
        "masked": list(incoming.masked),
        "consultations": running.state.get("consultations", 0),
        "tokens": {"in": used.tokens_in, "out": used.tokens_out},
        "cost": str(used.cost),
        "problem": running.problem,
    }


def _stored(call: Mapping[str, Any]) -> dict[str, Any]:
    small = len(str(call["facts"])) <= FACTS_LIMIT
    return {**call, "facts": call["facts"] if small else {"left_out": "larger than a turn remembers"}}


def _remembered(turn: PastTurn, *, last: bool) -> dict[str, Any]:
    """An earlier turn as a model is told of it: the facts of the last one only."""
    kept = ("name", "args", "facts") if last else ("name", "args")
    calls = [{key: call[key] for key in kept} for call in turn.calls]
    said = next((block["text"] for block in turn.answered if block.get("kind") == "text"), "")
    asked_back = next((block for block in turn.answered if block.get("kind") == "choices"), None)
    return {"asked": mask(turn.asked)[0], "answered": said, "asked_back": asked_back, "calls": calls}


async def resume_after_action(ports: AgentPorts, tenant: str, action_id: str) -> int:
    """Tell every conversation that waits for this action what became of it; how many were told.

    Safe to call at any time and any number of times: what is said comes from the action's row, and each state is
    told once. A conversation whose action was replaced by a newer version waits for that one.
    """
    told, newer = 0, set[str]()
    async with ports.telling, ports.database.tenant(tenant) as connection:
        for turn in await threads.waiting(connection, action_id):
            action = await ports.action(tenant, action_id)
            blocks, open_still = await _resumed(ports, tenant, turn, action_id)
            fresh = blocks or outcome_blocks(action)
            if turn.told != told_as(action):
                told += await threads.tell(
                    connection, tenant, turn, action=action_id, state=told_as(action), blocks=fresh
                )
            if follows := followed(action):
                await threads.wait_for(connection, tenant, turn.id, follows)
                newer.add(follows)
            elif not open_still:
                await threads.settle(connection, turn.id)
    for successor in newer:  # it may have been decided before anyone waited for it
        if (await ports.action(tenant, successor)).state is not ActionState.AWAITING_APPROVAL:
            told += await resume_after_action(ports, tenant, successor)
    return told


async def _resumed(
    ports: AgentPorts, tenant: str, turn: WaitingTurn, action_id: str
) -> tuple[list[dict[str, Any]], bool]:
    """Continue the turn's graph: (what it said, whether it waits on). A lost checkpoint loses no news."""
    actor = Actor(tenant, turn.person, turn.person, frozenset(), agent_run=turn.id)
    saver = TenantSaver(ports.database, tenant)
    running = _Running(saver)
    before: list[dict[str, Any]] = []
    try:
        context = TurnContext(ports, actor, turn.thread, (await ports.context(actor, turn.thread)).today)
        graph = build(saver)
        before = list((await graph.aget_state(config(turn.id))).values.get("blocks", []))
        async for _ in _stream(graph, Command(resume=action_id), context, turn.id, running):
            pass
    except Exception:
        log.exception("turn %s cannot be continued from its checkpoint", turn.id)
        return [], False
    if not running.state.get("waiting"):
        await saver.adelete_thread(turn.id)
    return list(running.state.get("blocks", []))[len(before) :], bool(running.state.get("waiting"))
