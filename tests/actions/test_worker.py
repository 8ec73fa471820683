"""The queue in PostgreSQL drives the worker from an approval to a verified write and a sealed log."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from actions.decisions import decide
from actions.execution import Hands
from actions.worker import Duties, register
from domain.actions import Action, ActionState
from store import actions, jobs
from store.note import signing_key, verifying_key
from store.verification import verify
from tests.actions.conftest import People
from tests.actions.ledger import LedgerErp

pytestmark = pytest.mark.anyio


async def test_from_approval_to_verified_and_sealed(
    hands: Hands, people: People, proposal: Action, ledger: LedgerErp, tmp_path: Path
) -> None:
    told: list[tuple[str, str]] = []

    async def settled(tenant: str, action_id: str) -> None:
        told.append((tenant, action_id))

    await decide(hands.database, hands.policies, people.ada, proposal.id, verdict="approve", digest=proposal.digest)
    app = jobs.queue(hands.database.url)
    register(app, Duties(hands, ("northlight",), signing_key(tmp_path / "keys"), tmp_path / "copies", settled))
    async with app.open_async():
        await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
        await app.configure_task(jobs.SEAL).defer_async(timestamp=0)
        await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
    async with hands.database.tenant("northlight") as connection:
        assert (await actions.get(connection, proposal.id)).state is ActionState.VERIFIED
    assert ledger.writes() == [proposal.id]
    assert told == [("northlight", proposal.id)]
    seen = await verify(hands.database, "northlight", verifying_key(tmp_path / "keys"), tmp_path / "copies")
    assert (seen.problems, seen.entries, seen.waiting) == ([], 5, 0)


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
