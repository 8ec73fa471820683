"""What a configured model may take, over real HTTP and a real PostgreSQL: budgets, waiting, time, and who pays."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from agent.budgets import Limits
from evals.scripted import Reply, serve
from tests.agent.conftest import Say, World
from tests.agent.test_models import QUESTION, READINESS, shown, trace, use

pytestmark = pytest.mark.anyio
PROSE = Reply("It is held back.")


def counted(owner: psycopg.Connection) -> dict[str, Any]:
    row = owner.execute(
        "select sum(asked), sum(tokens_in), sum(tokens_out), sum(cost), sum(reserved_tokens) from model_use"
    ).fetchone()
    return dict(zip(("asked", "in", "out", "cost", "reserved"), row, strict=True))


def notes(events: list[Any]) -> str:
    return " ".join(block.get("text", "") for block in shown(events))


async def test_tokens_and_cost_of_every_question_are_counted(world: World, say: Say, owner: psycopg.Connection) -> None:
    world.limits = Limits(price_in=Decimal(2), price_out=Decimal(10))
    with serve(READINESS, PROSE) as script:
        use(world, script.url)
        await say(QUESTION)
    assert counted(owner) == {"asked": 2, "in": 22, "out": 14, "cost": Decimal("0.000184"), "reserved": 0}
    assert trace(owner)["tokens"] == {"in": 22, "out": 14}
    assert Decimal(trace(owner)["cost"]) == Decimal("0.000184")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(turn_tokens=100), "token budget for one question"),
        (Limits(person_tokens=100), "token budget for today"),
        (Limits(tenant_tokens=100), "token budget of the whole firm for today"),
        (Limits(turn_cost=Decimal("0.01"), price_out=Decimal(1000)), "cost budget for one question"),
        (Limits(person_cost=Decimal("0.01"), price_out=Decimal(1000)), "cost budget for today"),
        (Limits(tenant_cost=Decimal("0.01"), price_out=Decimal(1000)), "cost budget of the whole firm for today"),
    ],
)
async def test_a_spent_budget_is_seen_recorded_and_answered_by_rules(
    world: World, say: Say, owner: psycopg.Connection, limits: Limits, reason: str
) -> None:
    world.limits = limits
    with serve(READINESS, PROSE) as script:
        use(world, script.url)
        events = await say(QUESTION)
    assert script.requests == []
    assert reason in notes(events)
    assert "table" in [block["kind"] for block in shown(events)]
    assert events[-1].data["engine"] == "built-in rules"
    assert any(reason in flag for flag in trace(owner)["flags"])
    facts = owner.execute("select facts from audit_entry where event = 'model.refused'").fetchall()
    assert len(facts) == 1
    assert facts[0][0]["model"] == "scripted"
    assert counted(owner)["reserved"] == 0


async def test_the_limit_holds_across_turns_people_and_a_restart(
    world: World, say: Say, owner: psycopg.Connection
) -> None:
    world.limits = Limits(person_tokens=40_000, tenant_tokens=70_000)
    dear = replace(PROSE, usage=(30_000, 100))
    colleague = replace(world.actor, person="22222222-2222-2222-2222-222222222222")
    with serve(dear) as script:
        use(world, script.url)
        assert "budget" not in notes(await say(QUESTION))
        assert "token budget for today" not in notes(await say(QUESTION))  # 30,100 of 40,000, and a little more fits
        assert "token budget for today" in notes(await say(QUESTION))  # nothing in memory was asked
        assert "of the whole firm" not in notes(await say(QUESTION, None, colleague))
        assert "of the whole firm" in notes(await say(QUESTION, None, colleague))
    assert len(script.requests) == 3


async def test_turns_at_once_cannot_spend_the_same_rest(world: World, say: Say, owner: psycopg.Connection) -> None:
    world.limits = Limits(tenant_tokens=8_000)
    people = [replace(world.actor, person=f"person-{number}") for number in range(12)]
    with serve(replace(PROSE, usage=(2_000, 0), slow=0.2)) as script:
        use(world, script.url)
        answers = await asyncio.gather(*(say(QUESTION, None, person) for person in people))
    used = [events for events in answers if events[-1].data["engine"] == "scripted"]
    assert 1 <= len(used) == len(script.requests) <= 4
    assert counted(owner)["in"] <= 8_000


async def test_a_turn_that_dies_counts_with_its_reservation(world: World, owner: psycopg.Connection) -> None:
    from agent.turns import answer

    with serve(replace(PROSE, slow=2)) as script:
        use(world, script.url)
        turn = answer(world.ports, world.actor, await world.thread(), QUESTION)
        async for event in turn:
            if event.kind == "status":
                break
        asking = asyncio.ensure_future(anext(turn))
        for _ in range(100):
            if script.requests:
                break
            await asyncio.sleep(0.02)
        held = counted(owner)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await turn.aclose()
    assert held["reserved"] > 1_500
    assert counted(owner)["in"] + counted(owner)["out"] == held["reserved"]
    assert counted(owner)["reserved"] == 0


async def test_what_was_taken_stays_taken(world: World, say: Say, owner: psycopg.Connection) -> None:
    with serve(READINESS, PROSE) as script:
        use(world, script.url)
        await say(QUESTION)
    async with world.database.tenant("northlight") as connection:
        with pytest.raises(psycopg.errors.CheckViolation):
            await connection.execute("update model_use set tokens_in = 0")
    async with world.database.tenant("northlight") as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("delete from model_use")
    async with world.database.tenant("elsewhere") as connection:
        assert await (await connection.execute("select * from model_use")).fetchall() == []


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_endpoint_is_asked_again_as_it_says(
    world: World, say: Say, owner: psycopg.Connection, status: int
) -> None:
    with serve(Reply(status=status, retry_after="0.1"), READINESS, Reply(status=status), PROSE) as script:
        use(world, script.url)
        events = await say(QUESTION)
    assert events[-1].data["engine"] == "scripted"
    assert any("asked again in 0.1 seconds" in event.data.get("text", "") for event in events)
    assert len(script.requests) == 4
    assert counted(owner)["asked"] == 2


@pytest.mark.parametrize("pause", ["3600", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_nobody_waits_long(world: World, say: Say, pause: str) -> None:
    with serve(Reply(status=429, retry_after=pause)) as script:
        use(world, script.url)
        events = await say(QUESTION)
    assert len(script.requests) == 1
    assert "over its rate limit" in notes(events)


async def test_a_slow_model_is_left_when_the_turns_time_is_up(world: World, say: Say) -> None:
    world.limits = Limits(turn_seconds=0.5)
    with serve(replace(READINESS, slow=0.3), replace(PROSE, slow=5)) as script:
        use(world, script.url)
        events = await say(QUESTION)
    assert "took too long" in notes(events)
    assert "table" in [block["kind"] for block in shown(events)]


async def test_an_answer_without_counts_is_charged_in_full(world: World, say: Say, owner: psycopg.Connection) -> None:
    with serve(replace(PROSE, usage=None)) as script:
        use(world, script.url)
        await say(QUESTION)
    assert counted(owner)["out"] == 1_500
    assert counted(owner)["in"] > 100


async def test_a_cut_stream_is_charged_and_a_refusal_is_not(world: World, say: Say, owner: psycopg.Connection) -> None:
    with serve(Reply(status=401)) as script:
        use(world, script.url)
        await say(QUESTION)
    assert counted(owner)["in"] == 0
    with serve(Reply("It is al", cut=True)) as script:
        use(world, script.url)
        await say(QUESTION)
    assert counted(owner)["out"] == 1_500


@pytest.mark.parametrize("ids", [True, False])
async def test_calls_side_by_side_are_answered_each(world: World, say: Say, ids: bool) -> None:
    calls = tuple(
        ("project_readiness", json.dumps({"project": code})) for code in ("CLD-UKI-1004", "DAT-DACH-2001", "NO-1")
    )
    with serve(Reply(calls=calls, ids=ids), PROSE) as script:
        use(world, script.url)
        events = await say("compare CLD-UKI-1004 with DAT-DACH-2001")
    sent = [message for message in script.requests[1]["messages"] if message["role"] == "tool"]
    assert len({message["tool_call_id"] for message in sent}) == 3
    assert [json.loads(message["content"]).get("project") for message in sent] == [
        "CLD-UKI-1004",
        "DAT-DACH-2001",
        None,
    ]
    assert events[-1].data["state"] == "done"


async def test_many_calls_at_once_are_refused(world: World, say: Say) -> None:
    with serve(Reply(calls=READINESS.calls * 9)) as script:
        use(world, script.url)
        events = await say(QUESTION)
    assert "too many tools at once" in notes(events)


async def test_being_stopped_is_recorded(world: World, say: Say, owner: psycopg.Connection) -> None:
    with serve(READINESS) as script:
        use(world, script.url)
        await say(QUESTION)
    assert "stopped:consultations" in trace(owner)["flags"]
