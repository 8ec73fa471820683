"""The whole log as one archive, written first and then sent as a stream; asking for it is an entry of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from tempfile import TemporaryFile
from typing import IO

from fastapi.responses import StreamingResponse

from api.services import Services
from domain.actor import Actor
from domain.errors import NotFound
from store import audit
from store.bundle import write_bundle
from store.note import verifying_key

CHUNK = 1 << 20


async def exported(services: Services, actor: Actor) -> StreamingResponse:
    """The archive of the actor's own firm. Raises NotFound before anything was sealed, or where there is no key."""
    if services.seal is None:
        raise NotFound("This installation does not keep the log's verifying key; export it on the server.")
    key = verifying_key(services.seal.keys)
    # The entry comes first, in a transaction of its own: one that stays open while all is read would hold up the seal.
    async with services.database.tenant(actor.tenant) as connection:
        await audit.append(connection, actor, "audit.exported", f"log:{actor.tenant}")
    target = TemporaryFile(prefix="countersign-export-")  # noqa: SIM115 - closed when it was sent
    try:
        async with services.exports, services.database.tenant(actor.tenant) as connection:
            await write_bundle(connection, actor.tenant, key, target, at=services.clock())
    except BaseException:
        target.close()
        raise
    length = target.tell()
    target.seek(0)
    name = f"countersign-{actor.tenant}-{services.clock():%Y%m%d-%H%M%S}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"', "content-length": str(length)}
    return StreamingResponse(_sent(target), media_type="application/zip", headers=headers)


async def _sent(target: IO[bytes]) -> AsyncIterator[bytes]:
    with target:
        while chunk := target.read(CHUNK):
            yield chunk
