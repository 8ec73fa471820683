"""Whether this process can serve: asked by load balancers, so it tells nothing about anyone."""

from __future__ import annotations

from fastapi import APIRouter

from api.services import Wired
from store import circuit

WORSE = ("closed", "half_open", "open")
router = APIRouter(prefix="/health", tags=["health"])


@router.get("")
async def health(wired: Wired) -> dict[str, str]:
    """`ok` once the database answers; `erp` is the state of the circuits to the ERPs, the worst of them: closed,
    half_open or open. Raises StoreUnavailable.
    """
    async with wired.database.nobody() as connection:
        await connection.execute("select 1")
    states = [await _circuit(wired, tenant) for tenant in wired.erps]
    return {"status": "ok", "erp": max(states, key=WORSE.index, default="closed")}


async def _circuit(wired: Wired, tenant: str) -> str:
    async with wired.database.tenant(tenant) as connection:
        return (await circuit.read(connection, wired.erps[tenant].reader.system)).state
