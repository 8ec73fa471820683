"""Takes files in from a request: their bytes to the library, each told of on its own, all at once or as they come."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import UploadFile

from api.formats import counted, size
from api.services import Services
from domain.actor import Actor
from domain.errors import CountersignError
from sow import library
from sow.library import Progress, Stage, Told
from store import documents
from store.documents import DocumentRow


@dataclass(frozen=True)
class Taken:
    """What became of one file: the document, and whether the firm had it already; or why it was not taken."""

    name: str
    document: str = ""
    again: bool = False
    problem: str = ""
    status: int = 200

    @property
    def href(self) -> str:
        """Where the document is."""
        return f"/documents/{self.document}{'?again=1' if self.again else ''}"


async def take_in(
    services: Services,
    actor: Actor,
    file: UploadFile,
    *,
    contract: str = "",
    password: str = "",
    told: Told = lambda _: None,
) -> tuple[DocumentRow, bool]:
    """The document and whether it was here before. Raises what `sow.library.upload` raises."""
    data = await file.read()
    async with services.database.tenant(actor.tenant) as connection:
        before = await documents.by_digest(connection, hashlib.sha256(data).hexdigest())
    async with services.readers:
        row = await library.upload(
            services.database,
            actor,
            data,
            file.filename or "document",
            contract=contract or None,
            password=password or None,
            limit_bytes=services.web.upload_bytes,
            with_model=services.web.reads_with_model,
            told=told,
        )
    return row, before is not None


async def taken(
    services: Services, actor: Actor, file: UploadFile, contract: str, password: str, told: Told = lambda _: None
) -> Taken:
    """As `take_in`, with a file that cannot be taken as an answer like any other."""
    name = file.filename or "document"
    try:
        row, before = await take_in(services, actor, file, contract=contract, password=password, told=told)
    except CountersignError as error:
        return Taken(name, problem=error.detail, status=error.status)
    return Taken(name, row.id, before)


async def as_it_comes(
    services: Services, actor: Actor, file: UploadFile, contract: str, password: str
) -> AsyncIterator[Progress | Taken]:
    """Each stage as it is over, and what became of the file.

    A file that is here is read to its end in any case: whoever lost the connection finds it among the documents.
    """
    stages: asyncio.Queue[Progress | Taken] = asyncio.Queue()

    async def read() -> None:
        stages.put_nowait(await taken(services, actor, file, contract, password, stages.put_nowait))

    task = asyncio.create_task(read())
    services.underway.add(task)  # else nobody holds it when the reader goes away
    task.add_done_callback(services.underway.discard)
    task.add_done_callback(lambda done: done.cancelled() or done.exception() is None or stages.put_nowait(LOST))
    while True:
        found = await stages.get()
        yield found
        if isinstance(found, Taken):
            return


LOST = Taken("", problem="Something went wrong here; nothing was kept of this file. Try again.", status=500)


def said(progress: Progress) -> str:
    """A stage in words."""
    match progress.stage:
        case Stage.RECEIVED:
            return f"Received, {size(progress.size)}"
        case Stage.READ:
            found = counted(progress.terms, "term")
            return f"Read, {counted(progress.pages, 'page')}: {found} grounded in a quote"
        case Stage.EXAMINED:
            return f"Examined: {counted(progress.warnings, 'warning') if progress.warnings else 'no warnings'}"
