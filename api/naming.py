"""Turns the ERP's record numbers in a proposal into names that a reviewer knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from api.services import Services
from domain.actor import Actor
from domain.errors import CountersignError
from domain.records import Firm
from store import mirror


async def present_firm(services: Services, actor: Actor, entries: Iterable[str] = ()) -> Firm | None:
    """The firm's last reading with no time but these entries, or None while its ERP cannot be reached: pages then show
    bare numbers.
    """
    try:
        firm = await services.erp(actor).firm.masters()
        async with services.database.tenant(actor.tenant) as connection:
            return replace(firm, time=await mirror.chosen(connection, "time", entries))
    except CountersignError:
        return None


def named(field: str, content: Any, firm: Firm | None) -> Any:
    """What to show for this field's content: a name in place of a record number, hours in place of a list."""
    if firm is None or content in (None, "", []):
        return content
    match field:
        case "customer_id":
            return next((c.name for c in firm.customers if c.id == str(content)), content)
        case "contract_id":
            return next((f"Contract {c.number}" for c in firm.contracts if c.id == str(content)), content)
        case "project_id":
            return next((f"{p.code or 'no code'} · {p.name}" for p in firm.projects if p.id == str(content)), content)
        case "time_entry_ids":
            return _entries(content, firm)
        case _:
            return content


def _entries(ids: Any, firm: Firm) -> str:
    wanted = {str(id_) for id_ in ids}
    hours = sum((entry.hours for entry in firm.time if entry.id in wanted), Decimal(0))
    return f"{len(wanted)} time entries, {hours.quantize(Decimal('0.01'))} hours"
