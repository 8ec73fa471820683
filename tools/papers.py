"""Which documents are there, what they are attached to, and what in them still needs a person's eye."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.records import Firm
from domain.terms import TermStatus
from sow.linking import every_document
from store import amendments, documents
from store.documents import DocumentRow, TermRow
from tools.cells import document_href
from tools.directory import contract_of
from tools.scope import Whose, projects_of
from tools.tool import Tool, ToolContext, ToolResult

SHOWN = 50
Needs = Literal["contract", "confirmation", "conflict"]


class Documents(BaseModel):
    """Which documents: of whom, and whether they need a contract, a person's confirmation, or a conflict settled."""

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(None, max_length=120, description="Project code or handle")
    contract: str | None = Field(None, max_length=80, description="Contract number")
    customer: str | None = Field(None, max_length=120, description="Customer handle, code or name")
    needs: Needs | None = None
    amendments_only: bool = False


async def _documents(context: ToolContext, wanted: Documents) -> ToolResult:
    firm = await context.firm.masters()
    async with context.database.tenant(context.actor.tenant) as connection:
        rows = await every_document(connection)
        terms = await documents.terms(connection, *(row.id for row in rows)) if rows else []
        amending = frozenset(await amendments.every(connection))
    of_document: dict[str, list[TermRow]] = {}
    for term in terms:
        of_document.setdefault(term.document, []).append(term)
    numbers = _contracts(firm, wanted)
    kept = [
        row
        for row in rows
        if (numbers is None or row.contract in numbers)
        and _needing(row, of_document.get(row.id, []), wanted.needs)
        and (not wanted.amendments_only or row.id in amending)
    ]
    facts = {
        "count": len(kept),
        "needs": wanted.needs,
        "documents": [_facts(row, of_document, amending) for row in kept[:SHOWN]],
    }
    handles = {f"D{n}": row.id for n, row in enumerate(kept[:SHOWN], 1)}
    return ToolResult(facts, (_table(kept, of_document, amending, wanted),), handles)


def _contracts(firm: Firm, wanted: Documents) -> frozenset[str] | None:
    if wanted.contract:
        return frozenset({contract_of(firm, wanted.contract).number})
    if wanted.customer is None and wanted.project is None:
        return None
    ids = {
        i for p in projects_of(firm, Whose(project=wanted.project, customer=wanted.customer)) for i in p.contract_ids
    }
    return frozenset(contract.number for contract in firm.contracts if contract.id in ids)


def _needing(row: DocumentRow, terms: Sequence[TermRow], needs: Needs | None) -> bool:
    states = {term.status for term in terms}
    return {
        None: True,
        "contract": row.contract is None,
        "confirmation": TermStatus.PROPOSED in states or TermStatus.CONFLICT in states,
        "conflict": TermStatus.CONFLICT in states,
    }[needs]


def _facts(row: DocumentRow, terms: Mapping[str, list[TermRow]], amending: frozenset[str]) -> dict[str, Any]:
    states = Counter(term.status.value for term in terms.get(row.id, []))
    return {
        "document": row.id,
        "contract": row.contract,
        "amendment": row.id in amending,
        "terms": dict(sorted(states.items())),
        "uploaded": row.uploaded_at.date().isoformat(),
    }


def _table(
    kept: Sequence[DocumentRow], terms: Mapping[str, list[TermRow]], amending: frozenset[str], wanted: Documents
) -> Table:
    rows = tuple(
        (
            Cell(row.name, document_href(row.id)),
            Cell(row.contract or "none"),
            Cell("amendment" if row.id in amending else ""),
            Cell(sum(t.status is TermStatus.PROPOSED for t in terms.get(row.id, []))),
            Cell(sum(t.status is TermStatus.CONFLICT for t in terms.get(row.id, []))),
            Cell(row.uploaded_at.date().isoformat()),
        )
        for row in kept[:SHOWN]
    )
    named = {None: "", "contract": " without a contract", "confirmation": " to confirm", "conflict": " with conflicts"}
    note = f"The newest {SHOWN} of {len(kept)} are shown." if len(kept) > SHOWN else "" if rows else "There are none."
    columns = ("Document", "Contract", "", "Terms to confirm", "Conflicts", "Uploaded")
    return Table(f"Documents{named[wanted.needs]}", columns, rows, (3, 4), note)


DOCUMENTS = Tool(
    name="documents",
    description="Statements of work and amendments that are here, without a contract, to confirm, or with conflicts.",
    operation=Operation.DOCUMENT_READ,
    arguments=Documents,
    run=_documents,
)
