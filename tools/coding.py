"""Proposes project codes for a statement of work in a conversation; choosing one is done on the document's page."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Cell, Table, Text
from domain.records import Firm
from policies.codes import CodeProposal
from store import documents
from store.database import Connection
from store.documents import DocumentRow
from tools import codes
from tools.cells import document_href, project_href
from tools.paper import paper
from tools.sows import SowTerms, attached
from tools.tool import Tool, ToolContext, ToolResult

SHOWN = 5


class ProposeCodes(BaseModel):
    """Which document: by its id, or by what it belongs to; without anything, the newest without a contract."""

    model_config = ConfigDict(extra="forbid")

    document: str | None = Field(None, max_length=80, description="Document id")
    project: str | None = Field(None, max_length=120, description="Project code or handle")
    contract: str | None = Field(None, max_length=80, description="Contract number")
    customer: str | None = Field(None, max_length=120, description="Customer handle, code or name")


async def _propose(context: ToolContext, wanted: ProposeCodes) -> ToolResult:
    firm = await context.firm.masters()
    async with context.database.tenant(context.actor.tenant) as connection:
        row = await wanted_document(connection, firm, wanted)
        if row is None:
            return ToolResult({"proposals": []}, (Text("There is no statement of work to propose a code for."),))
        known = await paper(connection, context.actor, row.id, context.today)
        ranked = await codes.propose(connection, firm, known, today=context.today, embedder=context.embedder)
        proposals = ranked[:SHOWN]
    facts = {"document": row.id, "proposals": [_facts(proposal) for proposal in proposals]}
    return ToolResult(facts, (_table(row, proposals),), {"D1": row.id})


async def wanted_document(connection: Connection, firm: Firm, wanted: ProposeCodes) -> DocumentRow | None:
    """The newest document that fits, None when none does. Raises NotFound for a project or contract that is none."""
    if wanted.model_fields_set:
        found = await attached(connection, firm, SowTerms(**wanted.model_dump(exclude_unset=True)))
    else:
        found = [row for row in await documents.listing(connection) if row.contract is None]
    return found[0] if found else None


def _facts(proposal: CodeProposal) -> dict[str, Any]:
    return {
        "code": proposal.code,
        "kind": proposal.kind,
        "practice": proposal.practice,
        "region": proposal.region,
        "confidence": proposal.confidence,
    }


def _table(row: DocumentRow, proposals: tuple[CodeProposal, ...]) -> Table:
    rows = tuple(
        (
            Cell(p.code, project_href(p.code) if p.kind == "existing" else ""),
            Cell(f"{p.name} (new)" if p.kind == "new" else p.name),
            Cell("chosen" if p.binding else f"{p.confidence:.0%}"),
            Cell("; ".join(p.reasons)),
            Cell("; ".join(p.against)),
            Cell("Choose on its page", document_href(row.id)),
        )
        for p in proposals
    )
    return Table(f"Project codes for {row.name}", ("Code", "Project", "Confidence", "For", "Against", ""), rows)


PROPOSE_CODES = Tool(
    name="propose_codes",
    description="Ranked project codes for a statement of work, with reasons; nothing is applied.",
    operation=Operation.CODE_PROPOSE,
    arguments=ProposeCodes,
    run=_propose,
)
