"""What a statement of work says about a topic: its terms with verbatim quotes, and the clauses that speak of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Block, Cell, Quotes, Table, Text
from domain.errors import InvalidInput
from domain.records import Contract, Firm
from domain.source import Evidence
from domain.terms import TermStatus
from policies.prerequisites.items import words
from sow import library
from sow.held import Held, InForce
from sow.linking import files, hold
from sow.wording import label, shown
from store import documents
from store.database import Connection
from store.documents import ClauseRow, DocumentRow
from tools.cells import document_href
from tools.directory import contract_of, customers_of, project_of
from tools.tool import Tool, ToolContext, ToolResult
from tools.topics import fields_about

CLAUSES = 3
NONE_HERE = "No statement of work is attached to that contract here. Upload it, or name another one."
SILENT = "The statement of work does not speak of that, as far as it could be read."
QUOTE_LENGTH = 600
STATES = {
    TermStatus.PROPOSED: "to confirm",
    TermStatus.CONFLICT: "conflict",
    TermStatus.CONFIRMED: "confirmed",
    TermStatus.CORRECTED: "corrected",
    TermStatus.REJECTED: "rejected",
}


class SowTerms(BaseModel):
    """Whose statement of work (one of the first four), and what about it."""

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(None, max_length=120, description="Project code or handle")
    contract: str | None = Field(None, max_length=80, description="Contract number")
    customer: str | None = Field(None, max_length=120, description="Customer handle, code or name")
    document: str | None = Field(None, max_length=80, description="Document id")
    topic: str = Field("", max_length=200, description="Such as payment, expenses, acceptance, rates")
    on: date | None = Field(None, description="The day on which the terms hold, YYYY-MM-DD; without it, today")


async def _say(context: ToolContext, wanted: SowTerms) -> ToolResult:
    firm = await context.firm.masters()
    on = wanted.on or context.today
    async with context.database.tenant(context.actor.tenant) as connection:
        found = await attached(connection, firm, wanted)
        if not found:
            return ToolResult({"documents": [], "terms": []}, (Text(NONE_HERE),))
        for row in found:
            await library.opened(connection, context.actor, row.id, "terms and clauses")
        about = fields_about(wanted.topic)
        standing = await _standing(connection, {row.id for row in found}, on)
        held = [one for family in standing for one in family.held if not about or one.term.field in about]
        for master in sorted({one.place for one in held if one.master} - {row.id for row in found}):
            await library.opened(connection, context.actor, master, "terms in force")
        clauses = await _clauses(connection, [row.id for row in found], wanted.topic)
    names = {row.id: row for row in found}
    currencies = _currencies(standing)
    blocks = (
        *_terms_block(names, held, currencies, on),
        *_later(standing),
        *_unconfirmed(standing),
        *_clause_block(names, clauses),
    )
    if not blocks:
        blocks = (Text(SILENT),)
    facts = _facts(found, held, clauses) | {"on": on.isoformat(), "pending": sum(len(one.pending) for one in standing)}
    return ToolResult(facts, blocks, {f"D{n}": row.id for n, row in enumerate(found, 1)})


async def _standing(connection: Connection, documents_: set[str], on: date) -> list[InForce]:
    """What holds on a day in the families of these documents: amendments applied to what they amend."""
    filed = await files(connection)
    mine = [
        family
        for family in filed.families.values()
        if {p.row.id for p in (family.root, *family.amendments)} & documents_
    ]
    return list(await hold(connection, filed, mine, on))


def _currencies(standing: Iterable[InForce]) -> dict[str, str]:
    """The currency of each document: that of its family."""
    found: dict[str, str] = {}
    for family in standing:
        stated = next((str(one.term.value) for one in family.held if one.term.field == "currency"), "")
        found |= {one.term.document: stated for one in family.held}
    return found


async def _clauses(connection: Connection, ids: list[str], topic: str) -> list[ClauseRow]:
    """Clauses that speak of all the topic's words, or else of any of them."""
    said = words(topic)
    for query in (said, said.replace(" ", " or ")) if said else ():
        if found := await documents.search_clauses(connection, query, documents=ids, limit=CLAUSES):
            return found
    return []


async def attached(connection: Connection, firm: Firm, wanted: SowTerms) -> list[DocumentRow]:
    """The documents that are meant. Raises NotFound, InvalidInput (nothing named)."""
    if wanted.document:
        return [await documents.get(connection, wanted.document)]
    found: dict[str, DocumentRow] = {}
    for contract in _contracts(firm, wanted):
        for row in await documents.by_contract(connection, contract.number):
            found.setdefault(row.id, row)
    return list(found.values())


def _contracts(firm: Firm, wanted: SowTerms) -> list[Contract]:
    if wanted.contract:
        return [contract_of(firm, wanted.contract)]
    if wanted.project:
        project = project_of(firm, wanted.project)
        return [contract for contract in firm.contracts if contract.id in project.contract_ids]
    if wanted.customer:
        ids = {customer.id for customer in customers_of(firm, wanted.customer)}
        return [contract for contract in firm.contracts if contract.customer_id in ids]
    raise InvalidInput("Name the project, contract, customer or document.")


def _facts(found: list[DocumentRow], held: list[Held], clauses: list[ClauseRow]) -> dict[str, Any]:
    """Typed values only: dates, numbers, flags and codes of a fixed list; names and wording stay with the reader."""
    return {
        "documents": [{"document": row.id, "contract": row.contract} for row in found],
        "terms": [_term_facts(one) for one in held],
        "clauses_found": len(clauses),
    }


def _term_facts(one: Held) -> dict[str, Any]:
    row, change = one.term, one.change
    facts = {
        "field": row.field,
        "value": typed(row.value),
        "status": row.status.value,
        "document": row.document,
    }
    if one.master:
        facts["from_master_agreement"] = True
    if change is not None:
        facts |= {"changed": True, "before": typed(change.before), "since": change.since}
    return facts


def typed(value: Any) -> Any:
    """What a model may see of a term's value: what cannot carry a sentence; "(text)" for everything else."""
    if isinstance(value, dict):
        return {str(key): typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    if isinstance(value, str) and not _short(value):
        return "(text)"
    return value


def _short(text: str) -> bool:
    """A date, duration, amount, rate or word of the catalogue: no blanks, and not long enough to instruct anyone."""
    return len(text) <= 24 and not any(c.isspace() for c in text)  # noqa: PLR2004 - the longest normal form


def _terms_block(
    names: dict[str, DocumentRow], held: list[Held], currencies: dict[str, str], on: date
) -> tuple[Block, ...]:
    if not held:
        return ()
    rows = tuple(
        (
            Cell(label(one.term.field)),
            Cell(
                shown(one.term.field, one.term.value, currencies.get(one.term.document, "")),
                document_href(one.term.document, one.term.evidence[0].page if one.term.evidence else None),
            ),
            Cell(STATES[one.term.status]),
            Cell(_came(one, currencies)),
            _document_cell(names, one),
        )
        for one in held
    )
    # A quote of several terms is shown once.
    found = {(quote.document, quote.page, quote.quote): quote for one in held for quote in one.term.evidence}
    quotes = tuple((quote, _href(quote)) for quote in found.values())
    table = Table(f"Terms in force on {on}", ("Term", "Value", "State", "Changed", "Document"), rows)
    return (table, Quotes("In the document's words", quotes)) if quotes else (table,)


def _document_cell(names: dict[str, DocumentRow], one: Held) -> Cell:
    document = one.term.document
    other = f"master agreement: {one.master}" if one.master else "its amendment"
    return Cell(names[document].name if document in names and not one.master else other, document_href(document))


def _came(one: Held, currencies: dict[str, str]) -> str:
    """By which amendment the term came, from when, and what stood there before."""
    change = one.change
    if change is None:
        return ""
    before = shown(one.term.field, change.before, currencies.get(one.term.document, ""))
    since = f", from {change.since}" if change.since else ""
    return f"by {change.name}{since}; before: {before}"


def _later(standing: Iterable[InForce]) -> tuple[Block, ...]:
    """Amendments that begin after the day."""
    rows = tuple(
        (Cell(name, document_href(id_)), Cell(begins)) for family in standing for id_, name, begins in family.pending
    )
    return (Table("Amendments that begin later", ("Document", "From"), rows),) if rows else ()


def _unconfirmed(standing: Iterable[InForce]) -> tuple[Block, ...]:
    """Master agreements that nobody confirmed: what they state is not among the terms."""
    proposed = [one.under for one in standing if one.under and not one.under.confirmed and one.under.taken]
    rows = tuple((Cell(under.name, document_href(under.master)), Cell(len(under.taken))) for under in proposed)
    title = "Proposed as master agreement, not confirmed: its terms are not used"
    return (Table(title, ("Document", "Terms that it would give"), rows, (1,)),) if rows else ()


def _href(evidence: Evidence) -> str:
    return document_href(evidence.document, evidence.page)


def _clause_block(names: dict[str, DocumentRow], clauses: list[ClauseRow]) -> tuple[Block, ...]:
    quotes = tuple(
        (
            Evidence(
                row.page,
                row.body[:QUOTE_LENGTH],
                row.start_at,
                row.start_at + len(row.body[:QUOTE_LENGTH]),
                (),
                row.document,
            ),
            document_href(row.document, row.page),
        )
        for row in clauses
        if row.document in names
    )
    return (Quotes("Clauses on the topic", quotes),) if quotes else ()


SOW_TERMS = Tool(
    name="sow_terms",
    description="What the statement of work of a project, contract or customer says about a topic, verbatim.",
    operation=Operation.DOCUMENT_READ,
    arguments=SowTerms,
    run=_say,
)
