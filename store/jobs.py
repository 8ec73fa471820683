"""The job queue in PostgreSQL: a job is deferred in the transaction of what it follows from, or not at all.

Each tenant's jobs are a queue of their own, for the worker that is connected to that tenant's ERP and for no other.
"""

from __future__ import annotations

from functools import cache

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from store.database import Connection

EXECUTE = "execute_action"
SETTLED = "action_settled"
RECONCILE = "reconcile_actions"
SEAL = "seal_audit"
PRUNE = "prune_audit"
READ = "read_with_model"
PREPARE = "prepare_passages"
BEARING = "read_bearing"
SYNC = "read_erp"
WATCH = "watch"
NOTICE = "send_notice"


def queue(url: str) -> App:
    """The queue for a worker: register its tasks, then `async with app.open_async(): await app.run_worker_async()`."""
    return App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=4))


async def defer_execution(connection: Connection, tenant: str, action_id: str) -> None:
    """Have a worker carry out an approved action, if the caller's transaction commits."""
    await _defer(connection, EXECUTE, f"action:{action_id}", tenant, action_id)


async def defer_settled(connection: Connection, tenant: str, action_id: str) -> None:
    """Have a worker tell whoever waits (a chat thread) what became of an action, if this transaction commits."""
    await _defer(connection, SETTLED, f"settled:{action_id}", tenant, action_id)


async def defer_reading(connection: Connection, tenant: str, document: str) -> None:
    """Have a worker read a document with the configured language model, if this transaction commits."""
    job = _unopened().configure_task(READ, queue=tenant, lock=f"read:{document}", connection=connection)
    await job.defer_async(tenant=tenant, document=document)


async def defer_passages(connection: Connection, tenant: str, document: str) -> None:
    """Have a worker prepare a document for questions, if this transaction commits."""
    job = _unopened().configure_task(PREPARE, queue=tenant, lock=f"prepare:{document}", connection=connection)
    await job.defer_async(tenant=tenant, document=document)


async def defer_watch(connection: Connection, tenant: str) -> bool:
    """Have a worker run the tenant's monitors soon; False when that is going to happen anyway, and then the caller's
    transaction can do nothing more.
    """
    lock = f"{WATCH}:{tenant}"
    job = _unopened().configure_task(WATCH, queue=tenant, lock=lock, queueing_lock=lock, connection=connection)
    try:
        await job.defer_async(timestamp=0)
    except AlreadyEnqueued:
        return False
    return True


async def defer_notice(connection: Connection, tenant: str, action_id: str, why: str) -> None:
    """Have a worker tell those whom an action needs by mail, if this transaction commits."""
    job = _unopened().configure_task(NOTICE, queue=tenant, connection=connection)
    await job.defer_async(tenant=tenant, action_id=action_id, why=why)


async def _defer(connection: Connection, task: str, lock: str, tenant: str, action_id: str) -> None:
    job = _unopened().configure_task(task, queue=tenant, lock=lock, connection=connection)
    await job.defer_async(tenant=tenant, action_id=action_id)


@cache
def _unopened() -> App:
    # It only composes the job: the caller's connection writes it, so this app never connects.
    return App(connector=PsycopgConnector())
