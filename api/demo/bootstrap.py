"""The first start of the demonstration: people, the PSA's reports, and the signed statements of work from the ERP.

Each part looks for what is there already, so that a start that was interrupted is simply continued.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from api.database import open_database
from api.passwords import hash_password
from api.settings import Settings
from api.wiring import open_reader
from domain.actor import Actor, Role
from domain.errors import DocumentError
from erp.demo.server import documents_folder, outside_file, seeded_on
from erp.demo.sows import load
from erp.reader import ErpReader
from sow.library import upload
from store import documents, facts, people
from store.database import Database
from store.facts_file import import_facts

AT_A_TIME = 2  # each is read in a process of its own


def bootstrap(
    settings: Settings, demo: Mapping[str, Any], password: str, home: Path, *, progress: Callable[[str], None]
) -> None:
    """Bring the demo firm into Countersign as its own people would: by import and by upload, all of it audited."""
    asyncio.run(_bootstrap(settings, demo, password, home, progress))


async def _bootstrap(
    settings: Settings, demo: Mapping[str, Any], password: str, home: Path, progress: Callable[[str], None]
) -> None:
    async with open_database(settings, max_size=AT_A_TIME) as database, open_reader(settings) as reader:
        actors = await _people(database, settings.tenant, demo["person"], password)
        finance, manager = _with(actors, Role.FINANCE), _with(actors, Role.PROJECT_MANAGER)
        await _facts(database, finance, outside_file(home).read_text("utf-8"))
        won = [documents_folder(home) / sow.file for sow in load(seeded_on(home)) if sow.opportunity]
        await _signed_documents(database, manager, reader, won, progress)


async def _people(
    database: Database, tenant: str, wanted: list[Mapping[str, Any]], password: str
) -> tuple[people.Person, ...]:
    async with database.tenant(tenant) as connection:
        there = {person.email for person in await people.everyone(connection)}
        for person in wanted:
            if person["email"] not in there:
                await people.add(
                    connection,
                    tenant,
                    email=person["email"],
                    name=person["name"],
                    password_hash=hash_password(password),
                    roles=tuple(Role(role) for role in person["roles"]),
                    approval_limit=Decimal(person["limit"]) if "limit" in person else None,
                )
        return await people.everyone(connection)


def _with(everyone: tuple[people.Person, ...], role: Role) -> Actor:
    return next(person.actor() for person in everyone if role in person.roles)


async def _facts(database: Database, actor: Actor, text: str) -> None:
    async with database.tenant(actor.tenant) as connection:
        if await facts.newest(connection):
            return
    await import_facts(database, actor, text)


async def _signed_documents(
    database: Database, actor: Actor, reader: ErpReader, won: Sequence[Path], progress: Callable[[str], None]
) -> None:
    """Upload what is attached to the ERP's contracts, linked to them, and what was won and has none yet; what cannot
    be read is left to a person.
    """
    async with database.tenant(actor.tenant) as connection:
        if await documents.listing(connection, limit=1):
            return
    turns = asyncio.Semaphore(AT_A_TIME)

    async def take(name: str, content: Awaitable[bytes], contract: str | None) -> None:
        async with turns:
            progress(name)
            try:
                await upload(database, actor, await content, name, contract=contract)
            except DocumentError as error:
                progress(f"{name}: {error.detail}")

    contracts = (await reader.firm()).contracts
    attached = [(file.name, reader.attachment(file.id), one.number) for one in contracts for file in one.attachments]
    new = [(path.name, asyncio.to_thread(path.read_bytes), None) for path in won if path.exists()]
    await asyncio.gather(*(take(*one) for one in (*attached, *new)))
