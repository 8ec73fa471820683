"""Takes a file in from a request: its bytes to the library, and whether the firm had it already."""

from __future__ import annotations

import hashlib

from fastapi import UploadFile

from api.services import Services
from domain.actor import Actor
from sow import library
from store import documents
from store.documents import DocumentRow


async def take_in(
    services: Services, actor: Actor, file: UploadFile, *, contract: str = "", password: str = ""
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
        )
    return row, before is not None
