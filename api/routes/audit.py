"""The audit log as it was written, newest first."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from actions import lineage
from api import checking
from api.access import AuditExporter, AuditReader
from api.checking import asked
from api.exporting import exported
from api.services import Wired
from domain.actor import Operation
from domain.canonical import plain
from store import audit
from store.audit import Sought

router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("")
async def newest(
    *,
    wired: Wired,
    actor: AuditReader,
    before: Annotated[int, Query(ge=1)] = 2**62,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    sought: Annotated[Sought, Depends(asked)],
) -> list[dict[str, Any]]:
    """Entries with an id below `before`, or all entries on one subject ("action:<id>"), oldest first.

    `event` narrows to an event or a family of them ("action"), `person` to what one person did or had done, `text` to
    what stands in it, `since` and `until` to days in UTC. `leaf` is an entry's place in the signed log, if it has one.
    """
    kinds = await checking.named(wired, actor)
    async with wired.database.tenant(actor.tenant) as connection:
        if subject:
            return [plain(entry) for entry in await audit.of_subject(connection, subject)]
        found = await audit.newest(connection, sought, named=kinds, before=before, limit=limit)
        return [plain(entry) for entry in found]


@router.get("/verification")
async def verification(wired: Wired, actor: AuditReader) -> dict[str, Any]:
    """Recompute the whole log and compare it with every signed checkpoint."""
    found = await checking.checked(wired, actor)
    return {"sound": found.sound, **plain(found)}


@router.get("/trace")
async def trace(
    wired: Wired, actor: AuditReader, record: Annotated[str, Query(min_length=1, max_length=200)]
) -> list[dict[str, Any]]:
    """From an ERP record (project code, contract or invoice number, "model,id") or an action back to the contract.

    And forward again: `forward` names what else rests on the same documents.
    """
    policies = await wired.policies(actor.tenant)
    with_quotes = policies.authorize(actor, Operation.DOCUMENT_READ).allowed
    async with wired.database.tenant(actor.tenant) as connection:
        chains = await lineage.trace(connection, actor, record.strip(), with_quotes=with_quotes)
    return [
        {**plain(chain), "quotes": [{**plain(quote), "href": quote.href} for quote in chain.quotes]} for chain in chains
    ]


@router.post("/export", response_class=Response)
async def export(wired: Wired, actor: AuditExporter) -> Response:
    """The whole log as an archive that is checked offline (`countersign audit verify`, docs/audit.md)."""
    return await exported(wired, actor)
