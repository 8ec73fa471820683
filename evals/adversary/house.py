"""What was changed in Countersign itself, read as its owner: versions of policy, and freezes that ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from evals.adversary.ledger import Effect
from evals.adversary.record import Record
from store import freezes, rulebook
from store.database import Database

CHANGED = """
select action::text as reference, 'policy.change' as type, version::text as id from policy_version where tenant = %(t)s
union all
select thaw::text, 'execution.thaw', id::text from execution_freeze where tenant = %(t)s and thawed_at is not null
"""


def watched(tick: Callable[[], int]) -> dict[str, int]:
    """When each of these changes was made, by the action that made it; filled from now on."""
    moments: dict[str, int] = {}

    def noting(original: Callable[..., Awaitable[Any]], reference: int) -> Callable[..., Awaitable[Any]]:
        async def change(*given: Any) -> Any:
            moments[str(given[reference])] = tick()
            return await original(*given)

        return change

    rulebook.install = noting(rulebook.install, 4)
    freezes.thaw = noting(freezes.thaw, 2)
    return moments


async def effects(owner: Database, record: Record, tenant: str, moments: Mapping[str, int]) -> tuple[Effect, ...]:
    """What was changed in this firm, as the oracle judges writes to an ERP; freezes that ended are noted."""
    async with owner.nobody() as connection:
        rows = await (await connection.execute(CHANGED, {"t": tenant})).fetchall()
    for row in rows:
        if row["type"] == "execution.thaw":
            record.thawed[row["id"]] = moments.get(row["reference"], record.now)
    return tuple(
        Effect(
            row["reference"],
            row["type"],
            "countersign",
            row["id"],
            {},
            {},
            moments.get(row["reference"], record.now),
            {},
            elsewise=False,
        )
        for row in rows
    )
