"""What really happened, by the ERP's own records and people's decisions alone; what workers noted counts for nothing.

Tryton's note on the record is made in the transaction of the write itself: one note is one write.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from domain.actions import Action
from erp.tryton.rpc import TrytonRpc
from evals.stand import TENANT
from store import actions
from store.database import Database

NOTE = re.compile(r"\(action ([^)#]+)(?:#[^)]*)?\)")

# What a set-up makes besides its project: by the argument that names it, the model and field that hold the name.
MADE = {
    "customer_name": ("party.party", "name"),
    "contract_title": ("sale.sale", "description"),
    "price_list_name": ("product.price_list", "name"),
}


@dataclass(frozen=True)
class Truth:
    """How often each action was written, what people approved, and what of it the ERP does not say in the end."""

    writes: Counter[str]
    approved: tuple[Action, ...]
    missing: tuple[str, ...]

    def duplicates(self, ids: set[str]) -> int:
        """Writes of these actions beyond the first one of each."""
        return sum(count - 1 for action, count in self.writes.items() if action in ids and count > 1)

    def lost(self, ids: set[str]) -> int:
        """Approved actions of these that were never written, or whose values are not there with nothing after."""
        return sum(1 for action in ids if self.writes[action] == 0 or action in self.missing)

    @property
    def unapproved(self) -> int:
        """Writes that nobody approved."""
        known = {action.id for action in self.approved}
        return sum(count for action, count in self.writes.items() if action not in known)


async def truth(database: Database, rpc: TrytonRpc) -> Truth:
    """Read all of it, past every proxy."""
    notes = await rpc.search_read("ir.note", [("message", "like", "Countersign carried out%")], ("message",))
    writes = Counter(found[1] for note in notes if (found := NOTE.search(note["message"])))
    async with database.tenant(TENANT) as connection:
        everything = await actions.listing(connection, limit=100_000)
    approved = tuple(a for a in everything if any(d.verdict == "approve" for d in a.decisions))
    return Truth(writes, approved, await _missing(rpc, approved))


async def _missing(rpc: TrytonRpc, approved: tuple[Action, ...]) -> tuple[str, ...]:
    sales = {str(row["id"]): row["reference"] for row in await rpc.search_read("sale.sale", [], ("reference",))}
    codes = await _names(rpc, "project.work", "number")
    for model, field in MADE.values():
        codes += await _names(rpc, model, field)
    latest: dict[str, Action] = {}
    for action in sorted(approved, key=lambda action: action.created_at):
        latest[str(action.intent.arguments.get("contract_id") or action.intent.arguments.get("code"))] = action
    return tuple(action.id for action in latest.values() if not _there(action, sales, codes))


async def _names(rpc: TrytonRpc, model: str, field: str) -> Counter[str]:
    return Counter(row[field] for row in await rpc.search_read(model, [], (field,)) if row[field])


def _there(action: Action, sales: dict[str, str], codes: Counter[str]) -> bool:
    wanted = action.intent.arguments
    if action.type == "contract.set_po_number":
        return sales[wanted["contract_id"]] == wanted["po_number"]
    made = [wanted[name] for name in MADE if wanted.get(name)]
    return all(codes[name] == 1 for name in (wanted["code"], *made))
