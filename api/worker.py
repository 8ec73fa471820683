"""The worker's jobs: carry out approved actions, tell waiting conversations, look after crashes, seal the audit log."""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import ParamSpec

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from procrastinate import App, BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from actions.execution import Hands, execute, reconcile, worker
from actions.notices import Why
from actions.patience import Patience
from agent.monitors import watch
from agent.ports import AgentPorts
from agent.turns import resume_after_action
from api.copies import copies_of
from api.database import receipts_of
from api.mail import MailServer, Post, deliver
from api.settings import Settings
from api.wiring import open_hands, open_reading_model
from domain.errors import ErpError
from domain.trace import traced
from erp.mirror import Mirror
from sow.asking import prepare
from sow.reread import reread
from sow.second_reading import Budget, Model, read_again
from store import audit, jobs, seal
from store.database import Database
from store.note import signing_key
from store.retention import LegalHold, prune
from tools import passing
from tools.evaluating_many import evaluate_many

log = logging.getLogger(__name__)
P = ParamSpec("P")
EVERY_QUARTER = "*/15 * * * *"
EVERY_MINUTE = "* * * * *"
EVERY_TEN_SECONDS = "* * * * * */10"  # the sixth field counts seconds
STALLED_SECONDS = 180
A_MINUTE_OF_TRIES = Patience(tries=5, first=6.0, longest=60.0)  # then the minutely reconciliation carries on
A_DAY_OF_TRIES = Patience(tries=18, first=30.0, longest=7200.0)


class Retries(BaseRetryStrategy):
    """Waits longer each time, by chance."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to run the job again; None once it was tried often enough."""
        del exception
        failed = job.attempts + 1
        if failed >= self.patience.tries:
            return None
        return RetryDecision(retry_in={"seconds": math.ceil(self.patience.wait(failed))})


async def run_worker(settings: Settings) -> None:
    """Work until told to stop (SIGTERM or Ctrl-C); a job under way is finished first."""
    async with open_hands(settings) as (hands, agent, mirror), open_reading_model(settings) as reading:
        queue = jobs.queue(settings.need("database_url"))
        register(queue, settings, hands, agent, signing_key(settings.keys), mirror)
        register_reading(queue, settings.tenant, hands.database, reading)
        register_sync(queue, mirror)
        register_watch(queue, settings.tenant, agent)
        register_post(queue, settings.tenant, post_of(settings, hands))
        async with queue.open_async():
            await _revive(queue, settings.tenant)
            await queue.run_worker_async(
                queues=[settings.tenant], concurrency=4, listen_notify=True, fetch_job_polling_interval=1.0
            )


def register(
    queue: App,
    settings: Settings,
    hands: Hands,
    agent: AgentPorts,
    key: Ed25519PrivateKey,
    mirror: Mirror | None = None,
) -> None:
    """Give the queue its tasks: of one firm, whose ERP `hands` reach. A job that names another firm is refused.

    With a `mirror`, what was written is read back into it at once.
    """
    ours = settings.tenant

    @queue.task(name=jobs.EXECUTE, retry=Retries(A_MINUTE_OF_TRIES))
    @_of(ours)
    async def carry_out(tenant: str, action_id: str) -> None:
        action = await execute(hands, tenant, action_id)
        log.info("action %s is %s", action_id, action.state)
        if mirror is not None:
            await refresh(mirror)

    @queue.task(name=jobs.SETTLED, retry=Retries(A_MINUTE_OF_TRIES))
    @_of(ours)
    async def tell(tenant: str, action_id: str) -> None:
        await resume_after_action(agent, tenant, action_id)

    _register_upkeep(queue, settings, hands, key)
    del carry_out, tell  # the queue holds them by name


def register_reading(queue: App, ours: str, database: Database, reading: tuple[Model, Budget] | None) -> None:
    """The tasks that prepare a document for questions, and that read it with the configured model if there is one."""

    @queue.task(name=jobs.PREPARE, retry=Retries(A_MINUTE_OF_TRIES))
    @_of(ours)
    async def prepare_passages(tenant: str, document: str) -> None:
        while not await prepare(database, tenant, [document]):
            log.info("document %s is long; its passages are prepared in parts", document)

    @queue.task(name=jobs.READ, retry=Retries(A_MINUTE_OF_TRIES))
    @_of(ours)
    async def read_with_model(tenant: str, document: str) -> None:
        if reading is None:
            log.error("a document is not read with a model here: no model is configured")
            return
        done = await read_again(database, worker(tenant), document, *reading)
        log.info("document %s: %s", document, done.state if done else "was read before")

    @queue.periodic(cron=EVERY_QUARTER, periodic_id=ours)
    @queue.task(name=jobs.BEARING, queue=ours, lock=f"{jobs.BEARING}:{ours}", queueing_lock=f"{jobs.BEARING}:{ours}")
    @_of(ours)
    async def read_bearing(timestamp: int) -> None:
        del timestamp
        if done := await reread(database, worker(ours)):
            log.info("%s documents were read once more for their words on other agreements", done)

    del prepare_passages, read_bearing, read_with_model  # the queue holds them by name


def register_sync(queue: App, mirror: Mirror) -> None:
    """The task that reads what changed in the ERP and judges whom it touches: each minute, and after a write."""

    @queue.periodic(cron=EVERY_MINUTE, periodic_id=mirror.tenant)
    @queue.task(name=jobs.SYNC, queue=mirror.tenant, queueing_lock=f"{jobs.SYNC}:{mirror.tenant}")
    @_of(mirror.tenant)
    async def read_erp(timestamp: int) -> None:
        del timestamp
        await refresh(mirror)

    del read_erp  # the queue holds it by name


def register_watch(queue: App, ours: str, agent: AgentPorts) -> None:
    """The task that runs people's monitors: each quarter of an hour, and soon after answers changed."""
    lock = f"{jobs.WATCH}:{ours}"

    @queue.periodic(cron=EVERY_QUARTER, periodic_id=ours)
    @queue.task(name=jobs.WATCH, queue=ours, lock=lock, queueing_lock=lock)
    @_of(ours)
    async def run_monitors(timestamp: int) -> None:
        del timestamp
        done = await watch(agent, ours, datetime.now(UTC))
        if done:
            log.info("%s monitors ran and proposed %s actions", len(done), sum(len(one.proposed) for one in done))

    del run_monitors  # the queue holds it by name


def post_of(settings: Settings, hands: Hands) -> Post | None:
    """What notices are sent with; None where no mail server is set. Raises ConfigurationError."""
    if not settings.mail_host:
        return None
    server = MailServer(
        settings.mail_host,
        settings.mail_port,
        settings.mail_user,
        settings.mail_password.get_secret_value(),
        settings.mail_from,
        settings.mail_security,
    )
    return Post(hands.database, hands.policies, server, settings.address, worker(settings.tenant))


def register_post(queue: App, ours: str, post: Post | None) -> None:
    """The task that tells people by mail what needs them; without a mail server it does nothing."""

    @queue.task(name=jobs.NOTICE, retry=Retries(A_DAY_OF_TRIES))
    @_of(ours)
    async def send_notice(tenant: str, action_id: str, why: str) -> None:
        del tenant  # the post's own
        if post is not None:
            log.info("action %s: %s people told by mail", action_id, await deliver(post, action_id, Why(why)))

    del send_notice  # the queue holds it by name


async def refresh(mirror: Mirror) -> None:
    """Read what changed, and judge whom it touches. A failure is kept beside the facts: every answer tells it."""
    try:
        synced = await mirror.sync()
    except ErpError as error:
        log.warning("the ERP was not read: %s", error.detail)
        return
    today = datetime.now(UTC).date()
    done = await evaluate_many(mirror.database, mirror.tenant, today)
    await passing.keep_up(mirror.database, mirror.tenant, today)
    if synced.changed or done.judged:
        log.info("%s records of the ERP changed, %s projects judged", synced.changed, done.judged)
    if done.judged:
        async with mirror.database.tenant(mirror.tenant) as connection:
            await jobs.defer_watch(connection, mirror.tenant)


def _register_upkeep(queue: App, settings: Settings, hands: Hands, key: Ed25519PrivateKey) -> None:
    """What is done by the clock: unfinished actions, the seal of the log, and its retention."""
    ours = settings.tenant
    copies, receipts = copies_of(settings), receipts_of(settings)

    @queue.periodic(cron=EVERY_MINUTE, periodic_id=ours)
    @queue.task(name=jobs.RECONCILE, queue=ours, queueing_lock=f"{jobs.RECONCILE}:{ours}")
    @_of(ours)
    async def look_after(timestamp: int) -> None:
        del timestamp
        await _revive(queue, ours)
        await reconcile(hands, ours)

    @queue.periodic(cron=EVERY_TEN_SECONDS, periodic_id=ours)
    @queue.task(name=jobs.SEAL, queue=ours, queueing_lock=f"{jobs.SEAL}:{ours}")
    @_of(ours)
    async def seal_log(timestamp: int) -> None:
        del timestamp
        try:
            await seal.seal(hands.database, ours, key, copies, receipts)
        finally:  # a log that is refused its seal is looked through all the more
            async with hands.database.tenant(ours) as connection:
                await audit.word(connection, ours)

    @queue.periodic(cron=EVERY_QUARTER, periodic_id=ours)
    @queue.task(name=jobs.PRUNE, queue=ours, queueing_lock=f"{jobs.PRUNE}:{ours}")
    @_of(ours)
    async def prune_log(timestamp: int) -> None:
        del timestamp
        keep, hold = timedelta(days=settings.audit_retention_days), LegalHold.parse(settings.legal_hold)
        await prune(hands.database, worker(ours), keep, hold, now=datetime.now(UTC))

    del look_after, prune_log, seal_log  # as above


def _of(ours: str) -> Callable[[Callable[P, Awaitable[None]]], Callable[P, Awaitable[None]]]:
    """Every task is one firm's: a job that names another is refused here, whoever put it into the queue.

    Each run is a trace of its own in the audit log.
    """

    def of_ours(job: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
        @functools.wraps(job)
        async def run(*args: P.args, **kwargs: P.kwargs) -> None:
            if kwargs.get("tenant", ours) != ours:
                log.error("a job %s for another firm was refused", job.__name__)
                return
            with traced():
                await job(*args, **kwargs)

        return run

    return of_ours


async def _revive(queue: App, tenant: str) -> None:
    """Jobs of a worker that died stay `doing`; give them to one that lives."""
    for job in await queue.job_manager.get_stalled_jobs(queue=tenant, seconds_since_heartbeat=STALLED_SECONDS):
        await queue.job_manager.retry_job(job)
