"""The log as C2SP tlog-tiles has it, for an auditor's own tools; the address of this is the log's prefix.

See https://c2sp.org/tlog-tiles. Tiles never change once they are there; the checkpoint does.
"""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from api.access import AuditReader
from api.services import Wired
from domain.errors import NotFound
from store import tiles
from store.note import verifier, verifying_key
from store.seal import origin

router = APIRouter(prefix="/audit/log", tags=["audit"])
BYTES = "application/octet-stream"


@router.get("/checkpoint", response_class=PlainTextResponse)
async def checkpoint(wired: Wired, actor: AuditReader) -> str:
    """The newest signed checkpoint, a C2SP signed note. Raises NotFound before anything was sealed."""
    async with wired.database.tenant(actor.tenant) as connection:
        return await tiles.checkpoint(connection)


@router.get("/checkpoint/{size}", response_class=PlainTextResponse)
async def earlier_checkpoint(wired: Wired, actor: AuditReader, size: int) -> str:
    """The checkpoint that was signed over the first `size` entries."""
    async with wired.database.tenant(actor.tenant) as connection:
        return await tiles.checkpoint_at(connection, size)


@router.get("/key", response_class=PlainTextResponse)
async def key(wired: Wired, actor: AuditReader) -> str:
    """The verifying key as C2SP tools take it.

    Whoever trusts the log must have it from elsewhere, once and for all.
    """
    if wired.seal is None:
        raise NotFound("This installation does not keep the log's verifying key.")
    return verifier(origin(actor.tenant), verifying_key(wired.seal.keys)) + "\n"


@router.get("/tile/{address:path}", response_class=Response)
async def tile(wired: Wired, actor: AuditReader, address: str) -> Response:
    """Hashes (<L>/<N>) or entries (entries/<N>), whole or as far as the log goes (….p/<W>)."""
    wanted = tiles.tile_at(address)
    async with wired.database.tenant(actor.tenant) as connection:
        return Response(await tiles.tile_bytes(connection, actor.tenant, wanted), media_type=BYTES)
