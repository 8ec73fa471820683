"""Where evals run: the demo firm in a real Tryton, a PostgreSQL of their own, the reports imported, the papers read."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from domain.actor import Actor, Role
from domain.errors import DocumentError
from domain.records import Firm
from erp.demo import server
from erp.demo.cache import copy_firm
from erp.mirror import Mirror
from erp.tryton.reader import TrytonReader
from evals.truth import DocumentTruth
from sow import library
from store.database import Database
from store.documents import DocumentRow
from store.embedded import embedded_postgres
from store.facts_file import ImportReport, import_facts
from store.migrate import migrate
from store.tenants import add_tenant, ensure_database

TENANT = "northlight"
EVALUATOR = Actor(TENANT, "00000000-0000-0000-0000-000000000000", "Evaluation", frozenset({Role.FINANCE}))


@dataclass(frozen=True)
class Stand:
    """The firm as a person of it would find it, with every document in its place."""

    database: Database
    mirror: Mirror
    firm: Firm
    facts: ImportReport
    documents: dict[str, DocumentRow]
    refused: dict[str, str]  # documents that could not be taken in: key to the error's code


@asynccontextmanager
async def stand(truths: dict[str, DocumentTruth], home: Path) -> AsyncGenerator[Stand]:
    """Start all that is needed around a copy of the firm that was built in `home`, and stop it in the end."""
    tryton, port = server.TrytonServer(), free_port()
    async with AsyncExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="countersign-evals-")))
        postgres = stack.enter_context(embedded_postgres(place / "pg" / "data"))
        copy_firm(home, place)
        tryton.start(place, port)
        stack.callback(tryton.stop)
        ensure_database(postgres.owner_url("postgres"), "countersign")
        migrate(postgres.owner_url("countersign"))
        add_tenant(postgres.owner_url("countersign"), TENANT, name="Northlight Consulting", base_currency="EUR")
        await asyncio.to_thread(tryton.wait_ready)
        database = Database(postgres.app_url("countersign"))
        await database.open()
        stack.push_async_callback(database.close)
        reader = await stack.enter_async_context(
            TrytonReader(**vars(server.account(place, port, "countersign_reader")))
        )
        yield await _furnished(database, Mirror(database, TENANT, reader, seconds=3600), truths, place)


async def _furnished(database: Database, mirror: Mirror, truths: dict[str, DocumentTruth], home: Path) -> Stand:
    firm = await mirror.get()
    report = await import_facts(
        database, EVALUATOR, server.outside_file(home).read_text("utf-8"), now=datetime.now(UTC)
    )
    contracts = {attached.name: contract.number for contract in firm.contracts for attached in contract.attachments}
    documents: dict[str, DocumentRow] = {}
    refused: dict[str, str] = {}
    for key, truth in truths.items():
        data = (server.documents_folder(home) / truth.file).read_bytes()
        try:
            documents[key] = await library.upload(
                database, EVALUATOR, data, truth.file, contract=contracts.get(truth.file), password=truth.password
            )
        except DocumentError as error:
            refused[key] = error.code
    return Stand(database, mirror, firm, report, documents, refused)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
