"""The audit log as it was written, newest first."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import checking
from api.access import AuditReader
from api.services import Wired
from domain.canonical import plain
from store import audit

router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("")
async def newest(
    wired: Wired,
    actor: AuditReader,
    before: Annotated[int, Query(ge=1)] = 2**62,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    subject: Annotated[str | None, Query(max_length=200)] = None,
) -> list[dict[str, Any]]:
    """Entries with an id below `before`, or all entries on one subject ("action:<id>"), oldest first."""
    async with wired.database.tenant(actor.tenant) as connection:
        if subject:
            return [plain(entry) for entry in await audit.of_subject(connection, subject)]
        return [plain(entry) for entry in await audit.newest(connection, before=before, limit=limit)]


@router.get("/verification")
async def verification(wired: Wired, actor: AuditReader) -> dict[str, Any]:
    """Recompute the whole log and compare it with every signed checkpoint."""
    found = await checking.checked(wired, actor)
    return {"sound": found.sound, **plain(found)}
