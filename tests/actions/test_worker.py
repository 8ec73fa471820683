"""The queue in PostgreSQL carries an approval to a verified write, or to nothing if it does not commit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from actions.execution import Hands, execute, reconcile
from actions.proposals import propose
from agent.ports import AgentPorts
from api import worker
from api.settings import Settings
from domain.actions import Action, ActionState
from store import actions, jobs
from tests.actions.conftest import People, countersigned, po_number
from tests.actions.ledger import LedgerErp

pytestmark = pytest.mark.anyio


async def test_the_queue_takes_an_approval_to_a_verified_write(
    hands: Hands, people: People, proposal: Action, ledger: LedgerErp
) -> None:
    told: list[str] = []
    app = jobs.queue(hands.database.url)

    @app.task(name=jobs.EXECUTE)
    async def carry_out(tenant: str, action_id: str) -> None:
        await execute(hands, tenant, action_id)

    @app.task(name=jobs.SETTLED)
    async def tell(tenant: str, action_id: str) -> None:
        told.append(f"{tenant}/{action_id}")

    await countersigned(hands, people.ada, proposal)
    async with app.open_async():
        await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
    async with hands.database.tenant("northlight") as connection:
        assert (await actions.get(connection, proposal.id)).state is ActionState.VERIFIED
    assert ledger.writes() == [proposal.id]
    assert told == [f"northlight/{proposal.id}"]


async def test_a_worker_does_its_own_firms_jobs_for_its_own_firms_erp(
    hands: Hands,
    people: People,
    proposal: Action,
    ledger: LedgerErp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[str] = []

    async def resume(_: AgentPorts, tenant: str, action_id: str) -> int:
        told.append(f"{tenant}/{action_id}")
        return 0

    monkeypatch.setattr(worker, "resume_after_action", resume)
    settings = Settings(tenant="elsewhere", home=tmp_path)
    app = jobs.queue(hands.database.url)
    worker.register(app, settings, hands, cast("AgentPorts", None), Ed25519PrivateKey.generate())
    worker.register_reading(app, "elsewhere", hands.database, None)
    worker.register_post(app, "elsewhere", None)
    await countersigned(hands, people.ada, proposal)
    async with app.open_async():
        of_action = {"tenant": "northlight", "action_id": proposal.id}
        forged = {
            jobs.EXECUTE: of_action,
            jobs.SETTLED: of_action,
            jobs.NOTICE: {**of_action, "why": "awaits"},
            jobs.READ: {"tenant": "northlight", "document": "1"},
            jobs.PREPARE: {"tenant": "northlight", "document": "1"},
        }
        for task, given in forged.items():
            await app.configure_task(task, queue="elsewhere").defer_async(**given)
        await app.run_worker_async(queues=["elsewhere"], wait=False, install_signal_handlers=False, listen_notify=False)
    assert (ledger.writes(), told) == ([], [])
    assert sum("another firm" in record.message for record in caplog.records) == len(forged)
    async with hands.database.nobody() as connection:
        left = await connection.execute(
            "select queue_name from procrastinate_jobs where task_name = %s and status = 'todo'", [jobs.EXECUTE]
        )
        assert [row["queue_name"] for row in await left.fetchall()] == ["northlight"]


async def test_looking_after_actions_also_expires_them(hands: Hands, people: People, ledger: LedgerErp) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=(await hands.policies("northlight")).days_to_decide, minutes=1)
    action = await propose(
        hands.database, ledger, await hands.policies("northlight"), people.priya, po_number(), now=long_ago
    )
    assert await reconcile(hands, "northlight") == []
    async with hands.database.tenant("northlight") as connection:
        assert (await actions.get(connection, action.id)).state is ActionState.EXPIRED


async def test_a_decision_that_does_not_commit_leaves_no_job(
    hands: Hands, proposal: Action, owner: psycopg.Connection
) -> None:
    class Undone(Exception):
        pass

    async def defer_and_fail() -> None:
        async with hands.database.tenant("northlight") as connection:
            await jobs.defer_execution(connection, "northlight", proposal.id)
            raise Undone

    with pytest.raises(Undone):
        await defer_and_fail()
    assert owner.execute("select count(*) from procrastinate_jobs").fetchone() == (0,)
