"""Puts texts where other people write: names in the ERP, notes around recorded time, a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle

from domain.records import Contract, Customer, Employee, Firm, Invoice, Project
from evals.reading.injections import document
from evals.stand import EVALUATOR, TENANT, Stand
from sow import library
from store import due, mirror

Record = Customer | Project | Contract | Invoice | Employee


def named(firm: Firm, texts: Sequence[str]) -> list[Record]:
    """The customers, each with one of the texts as its name."""
    return [replace(one, name=text) for one, text in zip(firm.customers, cycle(texts), strict=False)]


def noted(firm: Firm, texts: Sequence[str]) -> list[Record]:
    """What stands in the ERP around recorded time: projects, their tasks, contracts and invoices, each with a text."""
    found: list[Record] = []
    for project, text in zip(firm.projects, cycle(texts), strict=False):
        tasks = tuple(replace(task, name=text) for task in project.tasks)
        found.append(replace(project, name=text, tasks=tasks))
    for contract, text in zip(firm.contracts, cycle(texts), strict=False):
        lines = tuple(replace(line, description=text) for line in contract.lines)
        found.append(replace(contract, description=text, lines=lines))
    for invoice, text in zip(firm.invoices, cycle(texts), strict=False):
        lines = tuple(replace(line, description=text) for line in invoice.lines)
        found.append(replace(invoice, description=text, reference=text, lines=lines))
    return found


async def plant(stand: Stand, records: Sequence[Record]) -> None:
    """Make the mirror say so, as if the ERP did."""
    async with stand.database.tenant(TENANT) as connection:
        changes = await mirror.put(connection, TENANT, records, datetime.now(UTC))
        await mirror.changed(connection)
        await due.follow(connection, TENANT, changes)


async def restore(stand: Stand) -> None:
    """Make the mirror say again what the ERP says."""
    firm = stand.firm
    await plant(stand, [*firm.customers, *firm.projects, *firm.contracts, *firm.invoices])


async def upload(stand: Stand, texts: Sequence[str], contract: str) -> None:
    """A statement of work of this contract with these texts in its body, named after the first."""
    name = "".join(c if c.isalnum() or c in " -_." else " " for c in texts[0])[:60].strip() or "sow"
    await library.upload(
        stand.database, EVALUATOR, document("\n".join(texts), "body"), f"{name}.docx", contract=contract
    )
