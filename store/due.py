"""Whose readiness may have changed since it was last worked out, and what documents said of contracts by then.

Whatever a verdict rests on makes it due when it changes (triggers of migrations 0022 and 0027, `follow`);
tools/evaluating.py works through what is due.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import TypeAdapter

from domain.terms import Term
from store import mirror
from store.database import Connection
from store.mirror import Change
from store.queries import queries

SQL = queries("due")
ALL, TERMS, SUBJECT, CONTRACT = "*", "terms", "subject:", "contract:"
MANY = 2000  # from this many changed records on, everyone is due
TERMS_CODEC = TypeAdapter(tuple[Term, ...])


@dataclass
class Tally:
    """What a reading changed: counted, and named while it is not so much that everyone is due anyway."""

    changes: list[Change] = field(default_factory=list[Change])
    count: int = 0

    def add(self, found: Sequence[Change]) -> None:
        """Count these too."""
        self.count += len(found)
        if len(self.changes) <= MANY:
            self.changes += found


async def add(connection: Connection, tenant: str, projects: Iterable[str]) -> None:
    """Have these projects (by the ERP's id; ALL for all) judged again. In the transaction of what changed."""
    await connection.execute(SQL["add"], {"tenant": tenant, "projects": list(projects)})


async def follow(connection: Connection, tenant: str, changes: Sequence[Change]) -> None:
    """Make due whatever rests on these records of the ERP."""
    if len(changes) > MANY or any(change.kind == "employee" and change.known for change in changes):
        await add(connection, tenant, [ALL])
    elif changes:
        await add(connection, tenant, await resting(connection, changes))


async def resting(connection: Connection, changes: Sequence[Change]) -> set[str]:
    """The projects and contracts whose answers look at these records."""
    found = {id_ for change in changes for id_ in change.projects}
    keys = {f"{change.kind}:{change.id}" for change in changes if change.kind in ("contract", "customer", "price_list")}
    for change in changes:
        found |= {change.id} if change.kind == "project" else set()
        keys |= {key for key in change.keys if key.startswith("contract:")}
        found |= {key.removeprefix("project:") for key in change.keys if key.startswith("project:")}
    return found | await _belonging(connection, keys)


async def _belonging(connection: Connection, keys: set[str]) -> set[str]:
    # Two steps: a customer's or price list's contracts, then all these contracts' projects.
    first = await mirror.belonging(connection, keys)
    contracts = {f"contract:{id_}" for kind, id_ in first if kind == "contract"}
    contracts |= {key for key in keys if key.startswith("contract:")}
    second = await mirror.belonging(connection, contracts)
    return {id_ for kind, id_ in (*first, *second) if kind == "project"} | contracts


async def everyone(connection: Connection, tenant: str) -> None:
    """Have every project and every contract without one judged again."""
    await connection.execute(SQL["everyone"], {"tenant": tenant})


async def subjects(connection: Connection, tenant: str, heads: Sequence[str], *, loose: bool = True) -> None:
    """Something was said of the projects, contracts and customers of these names, or, if `loose`, of nobody known."""
    found = await mirror.belonging(connection, [f"head:{head}" for head in heads])
    others = set(heads) - await mirror.heads(connection, heads) if loose else set[str]()
    keys = {f"{kind}:{id_}" for kind, id_ in found if kind in ("contract", "customer")}
    await add(
        connection, tenant, {id_ for kind, id_ in found if kind == "project"} | await _belonging(connection, keys)
    )
    if others:
        await connection.execute(SQL["add_loose"], {"tenant": tenant, "heads": sorted(others)})
        await everyone(connection, tenant)


async def loose(connection: Connection) -> list[str]:
    """Heads of reports that name nobody in particular."""
    return [row["head"] async for row in await connection.execute(SQL["loose"])]


async def lock(connection: Connection, tenant: str) -> None:
    """One process at a time works out what is due, until the transaction ends."""
    await connection.execute(SQL["lock"], {"lock": f"readiness:{tenant}"})


async def waiting(connection: Connection) -> tuple[int, int]:
    """How much is due, and how much of it stands for something else that has to be worked out first."""
    row = await (await connection.execute(SQL["waiting"])).fetchone()
    return (int(row["count"]), int(row["special"])) if row else (0, 0)


async def take_special(connection: Connection) -> set[str]:
    """Take what stands for something else off the list."""
    return set(await _taken(connection, "take_special", {}))


async def take(connection: Connection, limit: int) -> list[str]:
    """Take some projects off the list; they come back if this transaction fails."""
    return await _taken(connection, "take", {"limit": limit})


async def _taken(connection: Connection, query: str, given: dict[str, int]) -> list[str]:
    found = [row["project"] async for row in await connection.execute(SQL[query], given)]
    if found:
        await connection.execute(SQL["rise"])
    return found


async def stamp(connection: Connection) -> int:
    """A number that rises with every change that answers rest on, once `evaluating.up_to_date` has seen it."""
    row = await (await connection.execute(SQL["stamp"])).fetchone()
    return int(row["last_value"]) if row else 0


async def months(connection: Connection) -> dict[str, date]:
    """For which months answers are kept, and as of which day each was worked out."""
    return {row["month"]: row["day"] async for row in await connection.execute(SQL["months"])}


async def keep_month(connection: Connection, tenant: str, month: str, day: date) -> None:
    """Keep this month's answers ("" for all that is unbilled) up to date; asked again within thirty days."""
    await connection.execute(SQL["keep_month"], {"tenant": tenant, "month": month, "day": day})


async def drop_months(connection: Connection) -> None:
    """Stop keeping months that nobody asked for in thirty days."""
    await connection.execute(SQL["drop_months"])


async def put_terms(connection: Connection, tenant: str, terms: Mapping[str, tuple[Term, ...]]) -> list[str]:
    """Keep what documents say of each contract, by number; the numbers of those that changed are returned."""
    bodies = {contract: TERMS_CODEC.dump_json(mine) for contract, mine in terms.items()}
    digests = {contract: hashlib.sha256(body).digest() for contract, body in bodies.items()}
    known = {row["contract"]: bytes(row["digest"]) async for row in await connection.execute(SQL["terms"])}
    other = [contract for contract, digest in digests.items() if known.get(contract) != digest]
    gone = sorted(known.keys() - terms.keys())
    given = {
        "tenant": tenant,
        "contracts": other,
        "digests": [digests[contract] for contract in other],
        "bodies": [bodies[contract].decode() for contract in other],
    }
    await connection.execute(SQL["put_terms"], given)
    await connection.execute(SQL["forget_terms"], {"contracts": gone})
    return [*other, *gone]


async def terms_of(connection: Connection, contracts: Sequence[str]) -> dict[str, tuple[Term, ...]]:
    """What documents say of these contracts, by number."""
    rows = await connection.execute(SQL["terms_of"], {"contracts": list(contracts)})
    return {row["contract"]: TERMS_CODEC.validate_python(row["body"]) async for row in rows}
