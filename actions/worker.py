"""What the worker does: carries out approved actions, returns to unfinished ones, expires others, seals the log."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from procrastinate import App, RetryStrategy

from actions.decisions import expire
from actions.execution import Hands, execute, reconcile, worker
from domain.errors import ErpUnavailable, StoreUnavailable
from store import jobs
from store.seal import seal

log = logging.getLogger(__name__)
EVERY_TEN_SECONDS = "* * * * * */10"
EVERY_MINUTE = "* * * * *"
DEAD_AFTER_SECONDS = 60.0


@dataclass(frozen=True)
class Duties:
    """What a worker of one installation is given. `settled` tells a chat thread that an action came to its end."""

    hands: Hands
    tenants: tuple[str, ...]
    key: Ed25519PrivateKey
    copies: Path
    settled: Callable[[str, str], Awaitable[None]]


def register(app: App, duties: Duties) -> None:
    """Put the worker's tasks on the queue's app; it then runs them until it is stopped."""
    again = RetryStrategy(max_attempts=5, exponential_wait=2, retry_exceptions=[ErpUnavailable, StoreUnavailable])

    @app.task(name=jobs.EXECUTE, retry=again)
    async def execute_action(tenant: str, action_id: str) -> None:
        action = await execute(duties.hands, tenant, action_id)
        log.info("action %s is %s", action_id, action.state.value)

    @app.task(name=jobs.SETTLED, retry=again)
    async def action_settled(tenant: str, action_id: str) -> None:
        await duties.settled(tenant, action_id)

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name=jobs.RECONCILE, queueing_lock=jobs.RECONCILE)
    async def reconcile_actions(timestamp: int) -> None:  # noqa: ARG001 - the queue passes it by name
        await _take_up(app)
        for tenant in duties.tenants:
            await expire(duties.hands.database, tenant, worker(tenant))
            await reconcile(duties.hands, tenant)

    @app.periodic(cron=EVERY_TEN_SECONDS)
    @app.task(name=jobs.SEAL, queueing_lock=jobs.SEAL)
    async def seal_audit(timestamp: int) -> None:  # noqa: ARG001 - the queue passes it by name
        for tenant in duties.tenants:
            await seal(duties.hands.database, tenant, duties.key, duties.copies)

    _ = (execute_action, action_settled, reconcile_actions, seal_audit)


async def _take_up(app: App) -> None:
    """Queue again what a killed worker left `doing`: every task here may run any number of times."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
        await app.job_manager.retry_job(job)


async def run(app: App) -> None:
    """Work until stopped."""
    async with app.open_async():
        await app.run_worker_async(concurrency=4, fetch_job_polling_interval=2.0, delete_jobs="successful")
