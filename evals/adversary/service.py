"""The real service of one process: the application over PostgreSQL, its worker's jobs, and the attacker's model."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from actions.execution import Hands, Timing
from actions.patience import Patience
from actions.rulebook import Rulebook
from agent.ports import AgentPorts
from api.app import create_app
from api.services import Erp, Services
from api.settings import Settings
from api.wiring import agent_ports
from api.worker import register
from erp.mirror import Mirror
from evals.adversary import house
from evals.adversary.asking import Asker, asking
from evals.adversary.ledger import Ledger
from evals.adversary.model import NAME, Endpoint, endpoint
from policies.guardrails import Guardrails
from sow import library, reading
from sow.document import Reading
from store import actions, jobs
from store.database import Database
from store.embedding import Embedded

AT_ONCE = Timing(write=timedelta(seconds=5), in_flight=timedelta(0))
NO_PATIENCE = Patience(tries=2, first=0.0, longest=0.0)


@dataclass
class Clock:
    """The services' clock, which a run may set back to let a proposal be an old one."""

    back: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        """The moment that the services believe in."""
        return datetime.now(UTC) - self.back


@dataclass
class Service:
    """Everything of one process. `erps` and `ledgers` hold the firms of the runs under way."""

    database: Database
    worker_database: Database
    owner: Database
    policies: Rulebook
    model: Endpoint
    clock: Clock
    home: Path
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    erps: dict[str, Erp] = field(default_factory=dict[str, Erp])
    ledgers: dict[str, Ledger] = field(default_factory=dict[str, Ledger])
    moments: dict[str, int] = field(default_factory=dict[str, int])  # of changes in Countersign itself, by action
    client: httpx.AsyncClient = field(init=False)
    agent: AgentPorts = field(init=False)

    def connect(self, tenant: str, ledger: Ledger) -> None:
        """Give a firm its ERP."""
        self.ledgers[tenant] = ledger
        self.erps[tenant] = Erp(ledger, Mirror(self.database, tenant, ledger, last_write=self._last_write(tenant)))

    def disconnect(self, tenant: str) -> None:
        """Forget a firm's ERP."""
        self.erps.pop(tenant)
        self.ledgers.pop(tenant).close()

    def hands(self, tenant: str) -> Hands:
        """What this firm's worker works with."""
        ledger = self.ledgers[tenant]
        return Hands(self.worker_database, ledger, ledger, self.policies, AT_ONCE, patience=NO_PATIENCE)

    async def work(self, tenant: str) -> None:
        """Do all jobs that wait in this firm's queue, as its worker does."""
        queue = jobs.queue(self.worker_database.url)
        settings = Settings(tenant=tenant, home=self.home)
        register(queue, settings, self.hands(tenant), self.agent, self.key)
        with asking(Asker(tenant, "worker", "worker")):
            async with queue.open_async():
                await queue.run_worker_async(
                    queues=[tenant], wait=False, install_signal_handlers=False, listen_notify=False
                )

    def _last_write(self, tenant: str):  # noqa: ANN202 - the snapshot's own type
        async def last_write() -> datetime | None:
            async with self.database.tenant(tenant) as connection:
                return await actions.last_write(connection)

        return last_write


@asynccontextmanager
async def opened(app_url: str, worker_url: str, owner_url: str, home: Path) -> AsyncGenerator[Service]:
    """The service over a migrated database, without any firm yet."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(app_url, max_size=6))
        worker = await stack.enter_async_context(Database(worker_url, max_size=3))
        owner = await stack.enter_async_context(Database(owner_url, max_size=2))
        model = await stack.enter_async_context(endpoint())
        service = Service(database, worker, owner, Rulebook(database), model, Clock(), home)
        settings = Settings(model_url=model.url, model_name=NAME, model_key=SecretStr("none"))
        service.moments = house.watched(lambda: next(iter(service.ledgers.values())).tick())
        service.agent = agent_ports(settings, database, service.erps, service.policies, Guardrails.load(), Embedded())
        services = Services(database, service.erps, service.policies, service.agent, clock=service.clock)
        # Most runs read their documents here and not in a process of their own, which would take a second each.
        library.read_sandboxed = _read_here
        library.examined = _as_it_is  # a flag changes nothing that is judged here
        transport = httpx.ASGITransport(create_app(services), raise_app_exceptions=False)
        service.client = httpx.AsyncClient(transport=transport, base_url="http://countersign.test", trust_env=False)
        await stack.enter_async_context(service.client)
        yield service


async def _read_here(data: bytes, name: str, *, password: str | None = None, **_: int):  # noqa: ANN202 - as the original
    return reading.read_document(data, name, password=password)


async def _as_it_is(read: Reading) -> Reading:
    return read
