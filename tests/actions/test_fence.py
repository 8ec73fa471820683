"""A write that comes late does nothing: the ERP refuses it, whoever sent it and however long it was on its way."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from actions.breaker import Breaker, CircuitOpen, Limits
from actions.execution import Hands, Timing, execute, reconcile
from actions.patience import Patience
from domain.actions import Action, ActionState
from domain.attempts import Outcome
from domain.errors import ErpNotReached, ErpRefused, ErpUnavailable
from domain.source import Source
from store import attempts, circuit
from tests.actions.conftest import AT_ONCE, People, countersigned
from tests.actions.ledger import Killed, LedgerErp

pytestmark = pytest.mark.anyio
QUICK = Patience(tries=2, first=0.01)


@pytest.fixture
async def approved(hands: Hands, people: People, proposal: Action) -> Action:
    return await countersigned(hands, people.ada, proposal)


async def outcomes(hands: Hands, action: Action) -> list[Outcome | None]:
    async with hands.database.tenant("northlight") as connection:
        return [attempt.outcome for attempt in await attempts.of_action(connection, action.id)]


class HeldBack(LedgerErp):
    """A network that keeps the first write and delivers it when it is told to."""

    held: dict[str, Any] | None = None

    async def write(self, *args: Any, **named: Any) -> Source:
        if self.held is None:
            self.held = {"args": args, "named": named}
            raise ErpUnavailable
        return await super().write(*args, **named)

    async def deliver(self) -> Source:
        assert self.held is not None
        return await LedgerErp.write(self, *self.held["args"], **self.held["named"])


async def test_a_packet_that_arrives_after_its_attempt_was_settled_writes_nothing(
    hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    network = HeldBack(ledger.url)
    assert (await execute(replace(hands, writer=network), "northlight", approved.id)).state is ActionState.VERIFIED
    assert ledger.writes() == [approved.id]
    assert await network.deliver() is not None  # answered with what is there, and nothing more is written
    assert ledger.writes() == [approved.id]
    assert await outcomes(hands, approved) == [Outcome.NOTHING, Outcome.WRITTEN]


async def test_a_packet_between_settling_and_the_next_attempt_is_refused(
    hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    network = HeldBack(ledger.url)
    away = replace(hands, writer=network, timing=Timing(), patience=QUICK)
    await execute(away, "northlight", approved.id)
    assert await network.settle(approved.id, attempt=1) is None
    with pytest.raises(Exception, match="takes nothing more"):
        await network.deliver()
    assert ledger.writes() == []
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.VERIFIED
    assert ledger.writes() == [approved.id]


async def test_a_worker_stopped_beyond_its_lease_writes_nothing_when_it_goes_on(
    hands: Hands, approved: Action, ledger: LedgerErp, tmp_path: Path
) -> None:
    """Stopped between committing its attempt and sending: by then another worker has written."""
    line = [sys.executable, "-m", "tests.actions.doomed_worker", hands.database.url, ledger.url, approved.id]
    process = await asyncio.create_subprocess_exec(*line, "stop", str(tmp_path / "stopped"))
    try:
        async with asyncio.timeout(20):
            while not (tmp_path / "stopped").exists():  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.05)
        assert (await execute(hands, "northlight", approved.id)).state is ActionState.VERIFIED
        os.kill(process.pid, signal.SIGCONT)
        assert await process.wait() == 0
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    assert ledger.writes() == [approved.id]
    assert await outcomes(hands, approved) == [Outcome.NOTHING, Outcome.WRITTEN]
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.VERIFIED


async def test_an_attempt_is_noted_before_the_erp_hears_of_it(
    hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    seen: list[tuple[int, str, bool]] = []

    class Asking(LedgerErp):
        async def write(self, *args: Any, **named: Any) -> Source:
            async with hands.database.tenant("northlight") as connection:
                (made,) = await attempts.of_action(connection, approved.id)
            seen.append((made.attempt, made.worker, made.lease_until == named["deadline"]))
            return await super().write(*args, **named)

    await execute(replace(hands, writer=Asking(ledger.url), name="worker-1"), "northlight", approved.id)
    assert seen == [(1, "worker-1", True)]
    assert await outcomes(hands, approved) == [Outcome.WRITTEN]


async def test_what_was_never_sent_is_tried_again_without_waiting(
    hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    patient = replace(hands, timing=Timing(), patience=QUICK)
    ledger.faults = ["not_reached", "not_reached"]
    with pytest.raises(ErpNotReached):
        await execute(patient, "northlight", approved.id)
    assert await outcomes(hands, approved) == [Outcome.NOT_SENT]
    ledger.faults = ["not_reached"]
    assert (await execute(patient, "northlight", approved.id)).state is ActionState.VERIFIED
    assert ledger.writes() == [approved.id]


async def test_an_erp_that_will_not_say_leaves_it_to_a_person(
    hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    class Mute(LedgerErp):
        answer: Exception = ErpUnavailable()

        async def settle(self, *_: object, **__: object) -> None:
            raise self.answer

    mute = Mute(ledger.url, ["no_answer"])
    quiet = replace(hands, writer=mute, patience=QUICK)
    with pytest.raises(ErpUnavailable):
        await execute(quiet, "northlight", approved.id)
    given_up = replace(quiet, timing=replace(AT_ONCE, give_up=timedelta(0)))
    assert (await execute(given_up, "northlight", approved.id)).state is ActionState.UNKNOWN
    assert await outcomes(hands, approved) == [Outcome.NO_ANSWER]


async def test_an_erp_that_refuses_to_say_is_not_asked_for_hours(
    hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    class Closed(LedgerErp):
        async def settle(self, *_: object, **__: object) -> None:
            raise ErpRefused("This account may not ask.")

    closed = replace(hands, writer=Closed(ledger.url, ["die_before"]))
    with pytest.raises(Killed):
        await execute(closed, "northlight", approved.id)
    unknown = await execute(closed, "northlight", approved.id)
    assert (unknown.state, "may not ask" in unknown.problem) == (ActionState.UNKNOWN, True)


async def test_the_database_lets_nobody_forge_an_attempt(
    hands: Hands, approved: Action, owner: psycopg.Connection, database_urls: tuple[str, str]
) -> None:
    await execute(hands, "northlight", approved.id)
    worker = psycopg.conninfo.make_conninfo(database_urls[0], user="countersign_worker")
    forged = (
        (worker, psycopg.errors.CheckViolation, "update execution_attempt set outcome = 'nothing'"),
        (worker, psycopg.errors.InsufficientPrivilege, "update execution_attempt set worker = 'someone else'"),
        (worker, psycopg.errors.InsufficientPrivilege, "delete from execution_attempt"),
        (database_urls[1], psycopg.errors.InsufficientPrivilege, "update execution_attempt set outcome = 'nothing'"),
        (
            worker,
            psycopg.errors.CheckViolation,
            "insert into execution_attempt (tenant, action, attempt, worker, lease_until) "
            "select tenant, id, 7, 'x', now() + interval '1 hour' from action",
        ),
    )
    for url, error, statement in forged:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("select set_config('app.tenant', 'northlight', false)")
            with pytest.raises(error):
                connection.execute(statement)


async def test_the_circuit_opens_for_all_workers_and_lets_one_try(hands: Hands, people: People) -> None:
    limits = Limits(failures=3, rest=timedelta(seconds=0.3), probe=timedelta(seconds=5))
    first, second = (Breaker(hands.database, "northlight", "ledger", limits) for _ in range(2))
    asked = 0

    async def away() -> None:
        nonlocal asked
        asked += 1
        raise ErpUnavailable

    async def well() -> str:
        await asyncio.sleep(0.2)
        return "here"

    for breaker in (first, second, first):
        with pytest.raises(ErpUnavailable):
            await breaker.call(away)
    for breaker in (first, second):
        with pytest.raises(CircuitOpen, match="left alone until"):
            await breaker.call(away)
    assert asked == 3
    await asyncio.sleep(0.4)
    tries = await asyncio.gather(first.call(well), second.call(well), return_exceptions=True)
    assert sorted(map(type, tries), key=str) == sorted([str, CircuitOpen], key=str)
    assert await second.call(well) == "here"
    async with hands.database.tenant("northlight") as connection:
        assert (await circuit.read(connection, "ledger")).state == "closed"


async def test_a_failed_probe_opens_the_circuit_for_longer(hands: Hands, people: People) -> None:
    limits = Limits(failures=2, rest=timedelta(seconds=0.1), probe=timedelta(seconds=5))
    breaker = Breaker(hands.database, "northlight", "ledger", limits)

    async def away() -> None:
        raise ErpUnavailable

    async def refused() -> None:
        raise ErpRefused

    for _ in range(2):
        with pytest.raises(ErpRefused):  # an ERP that says no is there
            await breaker.call(refused)
    for openings in (1, 2):
        with suppress(ErpUnavailable):
            await breaker.call(away)
        with suppress(ErpUnavailable):
            await breaker.call(away)
        async with hands.database.tenant("northlight") as connection:
            found = await circuit.read(connection, "ledger")
        assert (found.state, found.openings) == ("open", openings)
        await asyncio.sleep(0.25)


async def test_an_open_circuit_keeps_approved_actions_as_they_are(
    hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    async with hands.database.tenant("northlight") as connection:
        for _ in range(5):
            await circuit.failed(connection, "northlight", "ledger", threshold=5, rest=timedelta(minutes=5))
    with pytest.raises(CircuitOpen):
        await execute(hands, "northlight", approved.id)
    assert await reconcile(hands, "northlight") == []
    assert await outcomes(hands, approved) == []


def test_waits_grow_and_are_shortened_by_chance() -> None:
    patience = Patience(first=1.0, longest=5.0)
    for failed, bound in ((1, 1), (2, 2), (3, 4), (4, 5), (9, 5)):
        waits = [patience.wait(failed) for _ in range(300)]
        assert 0 <= min(waits) < bound / 4
        assert bound / 4 * 3 < max(waits) <= bound
