"""What was changed in Countersign itself, read as its owner: versions of policy, ended freezes, people's rights."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from evals.adversary.ledger import Effect
from evals.adversary.record import Record, Standing
from store import freezes, rights, rulebook
from store.database import Database

CHANGED = """
select action::text as reference, 'policy.change' as type, version::text as id from policy_version where tenant = %(t)s
union all
select thaw::text, 'execution.thaw', id::text from execution_freeze where tenant = %(t)s and thawed_at is not null
"""
GIVEN = """
select id::text as reference, person::text, roles, approval_limit from rights_change where tenant = %(t)s
order by made_at
"""
HELD = "select id::text, roles, approval_limit from person where tenant = %(t)s"


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
    rights.change = noting(rights.change, 1)
    return moments


async def effects(owner: Database, record: Record, tenant: str, moments: Mapping[str, int]) -> tuple[Effect, ...]:
    """What was changed in this firm, as the oracle judges writes to an ERP; freezes that ended are noted."""
    async with owner.nobody() as connection:
        rows = await (await connection.execute(CHANGED, {"t": tenant})).fetchall()
    for row in rows:
        if row["type"] == "execution.thaw":
            record.thawed[row["id"]] = moments.get(row["reference"], record.now)
    await learn(owner, record, tenant, moments)
    changed = tuple(effect for effect in record.given.values() if record.firms.get(effect.reference) == tenant)
    return changed + tuple(
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


async def learn(owner: Database, record: Record, tenant: str, moments: Mapping[str, int]) -> None:
    """Note whose rights were changed by an action; rights that changed in any other way are a violation."""
    async with owner.nobody() as connection:
        given = await (await connection.execute(GIVEN, {"t": tenant})).fetchall()
        held = await (await connection.execute(HELD, {"t": tenant})).fetchall()
    for row in given:
        if row["reference"] not in record.given:
            _given(record, row, moments.get(row["reference"], record.now))
    for row in held:
        known = record.standing(row["id"])
        if (frozenset(row["roles"]), row["approval_limit"]) != (known.roles, known.limit):
            record.broken("unapproved", f"the rights of {row['id'][:8]} in {tenant} changed without an action")


def _given(record: Record, row: Mapping[str, Any], at: int) -> None:
    """A change of rights as an effect: what the person had before is what the harness knew of them."""
    was, now = record.standing(row["person"], at), Standing(at, frozenset(row["roles"]), row["approval_limit"])
    before, after = _rights(was), _rights(now)
    differing = [name for name in after if after[name] != before[name]]
    record.standings[row["person"]].append(now)
    record.given[row["reference"]] = Effect(
        row["reference"],
        "person.set_rights",
        "countersign",
        row["person"],
        {name: before[name] for name in differing},
        {name: after[name] for name in differing},
        at,
        {},
        elsewise=False,
    )


def _rights(standing: Standing) -> dict[str, Any]:
    limit = "" if standing.limit is None else f"{standing.limit:.2f}"
    return {"roles": sorted(standing.roles), "approval_limit": limit}
