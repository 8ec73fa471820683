"""A turn from message to stored answer, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from agent.turns import answer, resume_after_action
from domain.actions import Action, ActionState
from domain.actor import Actor, Role
from domain.errors import NotFound, NotPermitted
from policies.guardrails import MessageEmpty, MessageTooLong
from store import threads
from store.database import Database
from store.threads import TooManyTurns, TurnRunning
from tests.agent.conftest import Say, World

pytestmark = pytest.mark.anyio


def blocks(events: list[Any]) -> list[dict[str, Any]]:
    return [e.data for e in sorted((e for e in events if e.kind == "block"), key=lambda e: e.position)]


def kinds(events: list[Any]) -> list[str]:
    return [block["kind"] for block in blocks(events)]


async def said(world: World, thread: str) -> list[threads.Message]:
    async with world.database.tenant("northlight") as connection:
        return await threads.messages(connection, thread)


async def test_an_answer_is_streamed_and_stored(world: World, say: Say, owner: psycopg.Connection) -> None:
    thread = await world.thread()
    events = await say("Is CLD-UKI-1004 ready to bill for October?", thread)
    assert world.seen == [("project_readiness", {"project": "CLD-UKI-1004", "month": "2026-10"})]
    assert "table" in kinds(events)
    assert events[-1].kind == "done"
    assert events[-1].data["state"] == "done"
    stored = await said(world, thread)
    assert [m.author for m in stored] == ["person", "agent"]
    assert [b["kind"] for b in stored[1].blocks] == kinds(events)
    assert stored[1].engine == "built-in rules"
    assert owner.execute("select count(*) from checkpoints").fetchone() == (0,)
    audited = owner.execute("select event, agent_run from audit_entry order by id").fetchall()
    assert [event for event, _ in audited] == ["thread.created", "tool.called", "turn.done"]
    assert audited[2][1] == events[-1].data["turn"]


async def test_facts_that_could_not_be_read_anew_are_told(world: World, say: Say, monkeypatch: Any) -> None:
    monkeypatch.setattr("erp.mirror.warnings", lambda _state: ("The ERP could not be read.",))
    events = await say("Is CLD-UKI-1004 ready to bill for October?", await world.thread())
    assert [block["text"] for block in blocks(events) if "could not be read" in block.get("text", "")] == [
        "The ERP could not be read."
    ]


async def test_a_follow_up_refers_to_the_turn_before(world: World, say: Say) -> None:
    thread = await world.thread()
    await say("Is CLD-UKI-1004 ready to bill?", thread)
    await say("and last month?", thread)
    await say("what about DAT-DACH-2001?", thread)
    await say("why?", thread)
    assert [args for _, args in world.seen] == [
        {"project": "CLD-UKI-1004"},
        {"project": "CLD-UKI-1004", "month": "2026-10"},
        {"project": "DAT-DACH-2001", "month": "2026-10"},
        {"project": "DAT-DACH-2001", "month": "2026-10"},
    ]


async def test_a_proposal_waits_and_its_outcome_is_told_once(world: World, say: Say, owner: psycopg.Connection) -> None:
    thread = await world.thread()
    await say("Is CLD-UKI-1004 ready to bill?", thread)
    events = await say("fix it", thread)
    assert events[-1].data["state"] == "waiting"
    assert events[-1].data["actions"] == ["a1"]
    assert owner.execute("select count(*) > 0 from checkpoints").fetchone() == (True,)
    assert await resume_after_action(world.ports, "northlight", "a1") == 1  # nothing moved yet, and it says so
    assert await resume_after_action(world.ports, "northlight", "a1") == 0
    world.move("a1", ActionState.APPROVED)
    assert await resume_after_action(world.ports, "northlight", "a1") == 1
    world.move("a1", ActionState.VERIFIED)
    assert await resume_after_action(world.ports, "northlight", "a1") == 1
    assert await resume_after_action(world.ports, "northlight", "a1") == 0
    texts = [b["text"] for m in await said(world, thread) for b in m.blocks if b["kind"] == "text"]
    assert "Ada Lindqvist approved" in texts[-2]
    assert "Done and checked" in texts[-1]
    assert owner.execute("select state from turn order by started_at").fetchall() == [("done",), ("done",)]
    assert owner.execute("select count(*) from checkpoints").fetchone() == (0,)


@pytest.mark.parametrize("lost", [False, True])
async def test_a_conversation_follows_its_proposal_to_a_newer_version(
    world: World, say: Say, owner: psycopg.Connection, lost: bool
) -> None:
    thread = await world.thread()
    await say("fix CLD-UKI-1004", thread)
    if lost:
        owner.execute("delete from checkpoints")
    old = world.actions["a1"]
    world.actions["a1"] = replace(old, state=ActionState.SUPERSEDED, successor="a1-2")
    world.actions["a1-2"] = replace(
        old, id="a1-2", previous="a1", version=2, state=ActionState.SUPERSEDED, successor="a1-3"
    )
    world.actions["a1-3"] = replace(old, id="a1-3", previous="a1-2", version=3)
    assert await resume_after_action(world.ports, "northlight", "a1") == 2
    assert owner.execute("select state from turn").fetchall() == [("waiting",)]
    world.move("a1-3", ActionState.VERIFIED)
    assert await resume_after_action(world.ports, "northlight", "a1-3") == 1
    texts = [b["text"] for m in await said(world, thread) for b in m.blocks if b["kind"] == "text"]
    assert sum("A newer version replaced" in text for text in texts) == 2
    assert "Done and checked" in texts[-1]
    assert owner.execute("select state from turn").fetchall() == [("done",)]


async def test_many_outcomes_at_once_are_all_told(world: World, say: Say) -> None:
    thread = await world.thread()
    for project in ("CLD-UKI-1004", "DAT-DACH-2001", "ADV-UKI-3007"):
        await say(f"fix {project}", thread)
    actions = list(world.actions)
    assert len(actions) == 3
    for action in actions:
        world.move(action, ActionState.VERIFIED)
    async with Database(world.database.url, max_size=3) as small:

        async def row(tenant: str, action_id: str) -> Action:
            async with small.tenant(tenant):
                return await world.action(tenant, action_id)

        ports = replace(world.ports, database=small, action=row)
        told = await asyncio.gather(*(resume_after_action(ports, "northlight", action) for action in actions))
    assert told == [1, 1, 1]
    texts = [b["text"] for m in await said(world, thread) for b in m.blocks if b["kind"] == "text"]
    assert sum("Done and checked" in text for text in texts) == 3


async def test_a_conversation_goes_on_while_proposals_wait(world: World, say: Say) -> None:
    thread = await world.thread()
    await say("fix CLD-UKI-1004", thread)
    await say("fix DAT-DACH-2001", thread)
    events = await say("is ADV-UKI-3007 ready?", thread)
    assert events[-1].data["state"] == "done"
    world.move("a2", ActionState.REJECTED, "reject", "Wrong number")
    assert await resume_after_action(world.ports, "northlight", "a2") == 1
    last = (await said(world, thread))[-1]
    assert "Wrong number" in last.blocks[0]["text"]
    assert last.blocks[1] == {"kind": "action", "action_id": "a2", "summary": "Set the purchase order number"}


async def test_the_outcome_is_told_even_when_the_checkpoint_is_lost(
    world: World, say: Say, owner: psycopg.Connection
) -> None:
    thread = await world.thread()
    await say("fix CLD-UKI-1004", thread)
    owner.execute("delete from checkpoints")
    world.move("a1", ActionState.VERIFIED)
    assert await resume_after_action(world.ports, "northlight", "a1") == 1
    assert "Done and checked" in (await said(world, thread))[-1].blocks[0]["text"]


@pytest.mark.parametrize(
    "text", ["I approve it", "approve", "yes, approve a1 please", "approved!", "I hereby countersign this"]
)
async def test_chat_text_never_approves(world: World, say: Say, text: str) -> None:
    thread = await world.thread()
    await say("fix CLD-UKI-1004", thread)
    events = await say(text, thread)
    assert world.actions["a1"].state is ActionState.AWAITING_APPROVAL
    assert len(world.actions) == 1
    assert any("review page" in block.get("text", "") for block in blocks(events))


async def test_one_turn_at_a_time(world: World) -> None:
    thread = await world.thread()
    first = answer(world.ports, world.actor, thread, "Is CLD-UKI-1004 ready?")
    await anext(first)
    with pytest.raises(TurnRunning):
        await anext(answer(world.ports, world.actor, thread, "And DAT-DACH-2001?"))
    await first.aclose()
    assert [m.state for m in await said(world, thread)] == ["cancelled", "cancelled"]
    assert [event async for event in answer(world.ports, world.actor, thread, "And DAT-DACH-2001?")][-1].kind == "done"


async def test_an_answer_that_breaks_off_names_the_tools_it_came_from(world: World, owner: psycopg.Connection) -> None:
    turn = answer(world.ports, world.actor, await world.thread(), "Is CLD-UKI-1004 ready?")
    async for event in turn:
        if event.kind == "block":
            break
    await turn.aclose()
    row = owner.execute("select state, jsonb_path_query_array(calls, '$[*].name') from turn").fetchone()
    assert row == ("cancelled", ["project_readiness"])
    told = owner.execute("select facts -> 'tools' from audit_entry where event = 'turn.cancelled'").fetchone()
    assert told == (["project_readiness"],)


async def test_one_person_cannot_keep_the_agent_to_themselves(world: World) -> None:
    running = [answer(world.ports, world.actor, await world.thread(), "Is CLD-UKI-1004 ready?") for _ in range(5)]
    for turn in running[:4]:
        await anext(turn)
    with pytest.raises(TooManyTurns):
        await anext(running[4])
    for turn in running[:4]:
        await turn.aclose()
    assert [event async for event in answer(world.ports, world.actor, await world.thread(), "help")][-1].kind == "done"


async def test_a_conversation_belongs_to_its_person_and_tenant(world: World, say: Say) -> None:
    thread = await world.thread()
    colleague = replace(world.actor, person="22222222-2222-2222-2222-222222222222")
    stranger = replace(world.actor, tenant="elsewhere")
    for someone in (colleague, stranger):
        with pytest.raises(NotFound):
            await say("help", thread, someone)
    with pytest.raises(NotFound):
        await say("help", "not-a-thread")


async def test_no_role_no_conversation(world: World, say: Say) -> None:
    nobody = replace(world.actor, roles=frozenset())
    with pytest.raises(NotPermitted):
        await say("help", await world.thread(), nobody)


async def test_a_tool_out_of_scope_is_not_offered(world: World, say: Say) -> None:
    approver = Actor("northlight", world.actor.person, "Ada Lindqvist", frozenset({Role.APPROVER}))
    events = await say("fix CLD-UKI-1004", await world.thread(), approver)
    assert world.actions == {}
    assert "not permitted" in blocks(events)[0]["text"]


@pytest.mark.parametrize(("text", "error"), [("  ", MessageEmpty), ("x" * 4001, MessageTooLong)])
async def test_a_message_that_cannot_be_answered_is_refused_before_it_is_stored(
    world: World, say: Say, text: str, error: type[Exception], owner: psycopg.Connection
) -> None:
    with pytest.raises(error):
        await say(text)
    assert owner.execute("select count(*) from message").fetchone() == (0,)


async def test_many_conversations_at_once(world: World, say: Say) -> None:
    people = [replace(world.actor, person=f"person-{number}") for number in range(25)]
    results = await asyncio.gather(*(say("Is CLD-UKI-1004 ready to bill?", None, person) for person in people))
    assert all(events[-1].data["state"] == "done" for events in results)


async def test_two_readings_are_asked_back(world: World, say: Say) -> None:
    thread = await world.thread()
    events = await say("Is Halden ready to bill? Fix it", thread)
    assert kinds(events) == ["choices"]
    assert {"CLD-UKI-1004", "ADV-UKI-3007"} == {
        option.split()[1].rstrip("?") for option in blocks(events)[0]["options"]
    }
    assert world.actions == {}
    await say("ADV-UKI-3007", thread)
    assert len(world.actions) == 1
