"""Whether this process can serve: asked by load balancers, so it tells nothing about anyone."""

from __future__ import annotations

from fastapi import APIRouter

from api.services import Wired

router = APIRouter(prefix="/health", tags=["health"])


@router.get("")
async def health(wired: Wired) -> dict[str, str]:
    """`ok` once the database answers. Raises StoreUnavailable."""
    async with wired.database.nobody() as connection:
        await connection.execute("select 1")
    return {"status": "ok"}
