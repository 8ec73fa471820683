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
from api.settings import Settings
from api.worker import register
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


async def test_a_worker_writes_its_own_firms_actions_to_its_own_firms_erp(
    hands: Hands, people: People, proposal: Action, ledger: LedgerErp, tmp_path: Path
) -> None:
    settings = Settings(tenant="elsewhere", home=tmp_path)
    app = jobs.queue(hands.database.url)
    register(app, settings, hands, cast("AgentPorts", None), Ed25519PrivateKey.generate())
    await countersigned(hands, people.ada, proposal)
    async with app.open_async():
        forged = app.configure_task(jobs.EXECUTE, queue="elsewhere")
        await forged.defer_async(tenant="northlight", action_id=proposal.id)
        await app.run_worker_async(queues=["elsewhere"], wait=False, install_signal_handlers=False, listen_notify=False)
    assert ledger.writes() == []
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
