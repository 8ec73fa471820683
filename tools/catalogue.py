"""Brings the searchable catalogue of project codes up to date with a reading of the ERP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence

from domain.records import Contract, Firm, Project
from policies.codes import CLOSED
from policies.numbering import parts
from store import catalogue
from store.catalogue import Entry
from store.database import Connection
from store.embedding import Embedder

NUMBER = re.compile(
    r"(?:\b(?:statement of work|work order|sow|wo)\b)[\s:.\-_]*+(?:no\.?|number|nr\.?|#)?[\s:\-_]*+"
    r"((?:[a-z]{1,4}[- ]?)?\d{1,8})\b",
    re.IGNORECASE,
)
BILLED = {
    "timesheet": ("time_and_materials",),
    "effort": ("fixed_fee", "milestone", "retainer"),
    "progress": ("fixed_fee", "milestone", "retainer"),
}


async def keep_up(connection: Connection, firm: Firm, embedder: Embedder) -> None:
    """Take in a reading of the ERP, unless it is in already, and embed a good number of the names that lack it."""
    if not await catalogue.is_of(connection, firm.fetched_at):
        entries = await asyncio.to_thread(entries_of, firm)
        await catalogue.refresh(connection, entries, firm.fetched_at)
    await catalogue.embed_some(connection, embedder)


def entries_of(firm: Firm) -> tuple[Entry, ...]:
    """The firm's projects that have a code."""
    contracts = {contract.id: contract for contract in firm.contracts}
    return tuple(
        _entry(project, project.code, [contracts[key] for key in project.contract_ids if key in contracts])
        for project in firm.projects
        if project.code
    )


def _entry(project: Project, code: str, contracts: Sequence[Contract]) -> Entry:
    own = own_numbers(contracts)
    carried = {key(value) for contract in contracts for value in (contract.number, contract.po_number) if value}
    practice, region = parts(code)
    return Entry(
        project=project.id,
        code=code,
        name=project.name,
        customer=project.customer_id,
        practice=project.practice or practice,
        region=project.region or region,
        status=project.status,
        open=project.status not in CLOSED,
        opened=project.opened,
        billing=BILLED.get(project.billing, ()),
        currency=contracts[0].currency if contracts else None,
        refs=tuple(sorted(carried | own)),
        own_numbers=tuple(sorted(own)),
        files=tuple(sorted({attached.name for contract in contracts for attached in contract.attachments})),
    )


def own_numbers(contracts: Iterable[Contract]) -> set[str]:
    """The numbers of statements of work that the contracts' descriptions and files name."""
    texts = [text for c in contracts for text in (c.description, *(a.name for a in c.attachments))]
    return set[str]().union(*(numbers(text) for text in texts))


def numbers(text: str) -> set[str]:
    """The numbers of statements of work and work orders that a text names, such as SOW0412."""
    return {
        key(match[1]) if match[1][0].isalpha() else f"{_kind(match[0])}{key(match[1])}"
        for match in NUMBER.finditer(text)
    }


def _kind(matched: str) -> str:
    return "WO" if matched.lower().startswith("wo") else "SOW"


def key(reference: str) -> str:
    """A reference as it is compared: upper case, letters and digits alone."""
    return re.sub(r"[^A-Z0-9]", "", reference.upper())
