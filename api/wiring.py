"""The only composition root: settings become connections, ports and services; the writer goes to the worker alone."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from actions.execution import Hands
from actions.rulebook import Rulebook
from agent.budgets import Limits
from agent.models import ModelSettings, chat_model
from agent.ports import AgentPorts
from agent.reading import ReadingModel
from api.copies import copies_of
from api.database import open_database, receipts_of
from api.services import Erp, Seal, Services, WebSettings
from api.settings import Settings
from domain.actions import Action
from domain.actor import Actor
from erp.mirror import Mirror
from erp.reader import ErpReader
from erp.tryton.reader import TrytonReader
from erp.tryton.writer import TrytonWriter
from policies.guardrails import Guardrails
from sow.nursery import nursery
from sow.second_reading import Budget
from store import actions
from store.database import Database
from store.embedding import Embedded, Embedder, embedding
from store.embedding_endpoint import EndpointEmbedder
from tools.tool import ToolContext

# The worker reads what changed each minute; only when it is late does whoever asks read for themselves.
FRESH_SECONDS = 120.0


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncGenerator[Services]:
    """What the API's routes and the agent work with; nothing in it can write to an ERP."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings))
        reader = await stack.enter_async_context(open_reader(settings))
        policies = Rulebook(database)
        erps = {settings.tenant: _erp(settings.tenant, database, reader)}
        guardrails = Guardrails()
        embedder = await stack.enter_async_context(open_embedder(settings))
        agent = agent_ports(settings, database, erps, policies, guardrails, embedder)
        web = WebSettings(
            origin=settings.public_url,
            secure_cookies=settings.public_url.startswith("https://"),
            reauthenticate_minutes=settings.reauthenticate_minutes,
            reads_with_model=settings.reads_with_model,
            firm=settings.tenant,
        )
        seal = Seal(settings.keys, copies_of(settings), receipts_of(settings))
        # What takes seconds to import is imported beside the first requests, which are for pages.
        async with asyncio.TaskGroup() as warming:
            warming.create_task(asyncio.to_thread(_warm, guardrails))
            yield Services(database, erps, policies, agent, web=web, seal=seal, embedder=embedder)


@asynccontextmanager
async def open_hands(settings: Settings) -> AsyncGenerator[tuple[Hands, AgentPorts, Mirror]]:
    """What the worker works with: the one place where a writer is made."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings, max_size=4))
        reader = await stack.enter_async_context(open_reader(settings))
        writer = await stack.enter_async_context(
            TrytonWriter(
                settings.need("erp_url"),
                settings.erp_database,
                settings.erp_worker_user,
                settings.need("erp_worker_password"),
            )
        )
        policies = Rulebook(database)
        erps = {settings.tenant: _erp(settings.tenant, database, reader)}
        embedder = await stack.enter_async_context(open_embedder(settings))
        agent = agent_ports(settings, database, erps, policies, Guardrails(), embedder)
        yield Hands(database, reader, writer, policies), agent, erps[settings.tenant].firm


def agent_ports(
    settings: Settings,
    database: Database,
    erps: dict[str, Erp],
    policies: Rulebook,
    guardrails: Guardrails,
    embedder: Embedder,
) -> AgentPorts:
    """The agent's ports: tools by what policy permits the person, context from the session and never from a model."""

    async def context(actor: Actor, thread: str | None) -> ToolContext:
        erp, in_force = erps[actor.tenant], await policies(actor.tenant)
        today = datetime.now(UTC).date()
        return ToolContext(actor, database, erp.reader, erp.firm, in_force, today, thread, embedder)

    async def action(tenant: str, action_id: str) -> Action:
        async with database.tenant(tenant) as connection:
            return await actions.get(connection, action_id)

    model = chat_model(ModelSettings(settings.model_url, settings.model_name, settings.model_key))
    return AgentPorts(database, model, guardrails, context, action, _limits(settings))


def _limits(settings: Settings) -> Limits:
    return Limits(
        turn_tokens=settings.model_turn_tokens,
        person_tokens=settings.model_person_tokens,
        tenant_tokens=settings.model_tenant_tokens,
        turn_cost=settings.model_turn_cost,
        person_cost=settings.model_person_cost,
        tenant_cost=settings.model_tenant_cost,
        price_in=settings.model_price_in,
        price_out=settings.model_price_out,
        turn_seconds=settings.model_turn_seconds,
    )


@asynccontextmanager
async def open_embedder(settings: Settings) -> AsyncGenerator[Embedder]:
    """What project codes are compared with: the configured endpoint, else the embedded model."""
    if not settings.embeddings_url:
        yield Embedded()
        return
    key = settings.embeddings_key.get_secret_value()
    found = EndpointEmbedder(settings.embeddings_url, settings.need("embeddings_model"), key)
    try:
        yield found
    finally:
        await found.aclose()


@asynccontextmanager
async def open_reading_model(settings: Settings) -> AsyncGenerator[tuple[ReadingModel, Budget] | None]:
    """The model that reads documents, with what it may take for one; None where none is configured."""
    if not settings.reads_with_model:
        yield None
        return
    budget = Budget(
        settings.model_document_tokens,
        settings.model_document_seconds,
        settings.model_document_cost,
        settings.model_price_in,
        settings.model_price_out,
    )
    async with ReadingModel(ModelSettings(settings.model_url, settings.model_name, settings.model_key)) as model:
        yield model, budget


def _warm(guardrails: Guardrails) -> None:
    nursery().warm()
    guardrails.warm()
    embedding()
    # What lives as long as the process is not looked through for garbage again: that held requests up for 400 ms.
    gc.collect()
    gc.freeze()


def _erp(tenant: str, database: Database, reader: ErpReader) -> Erp:
    async def last_write() -> datetime | None:
        async with database.tenant(tenant) as connection:
            return await actions.last_write(connection)

    return Erp(reader, Mirror(database, tenant, reader, seconds=FRESH_SECONDS, last_write=last_write))


def open_reader(settings: Settings) -> TrytonReader:
    """The ERP through its read-only account; use it as an async context manager."""
    return TrytonReader(
        settings.need("erp_url"), settings.erp_database, settings.erp_reader_user, settings.need("erp_reader_password")
    )
