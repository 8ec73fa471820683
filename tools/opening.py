"""The set-up of a statement of work in a conversation: what is to be made, from where, and what is there already."""

from __future__ import annotations

from typing import Any

from domain.actor import Operation
from domain.blocks import Block, Cell, Table, Text
from domain.canonical import plain
from tools.cells import action_href, document_href, quote_href
from tools.coding import ProposeCodes, wanted_document
from tools.opportunity.fields import Field
from tools.opportunity.plan import SetUp, plan
from tools.tool import Tool, ToolContext, ToolResult

STATES = {
    "in_erp": "in the ERP",
    "to_set_up": "to set up",
    "not_stated": "not stated",
    "differs": "differs",
    "proposed": "to choose",
    "agreed": "as agreed",
    "reported": "reported",
    "unreported": "not reported",
}


async def _plan(context: ToolContext, wanted: ProposeCodes) -> ToolResult:
    firm = await context.firm.masters()
    async with context.database.tenant(context.actor.tenant) as connection:
        row = await wanted_document(connection, firm, wanted)
        if row is None:
            return ToolResult({"sections": []}, (Text("There is no statement of work to set up."),))
        found = await plan(connection, context.actor, firm, row.id, context.today, context.embedder)
    return ToolResult(answered(found), _blocks(found), {"D1": row.id})


def answered(found: SetUp) -> dict[str, Any]:
    """What a model may see: names of fields that we chose, and their states; no value of any record or document."""
    ours = ("Customer", "Contract", "Project")
    return {
        "document": found.document,
        "code": found.code,
        "project": found.project,
        "waiting": found.waiting,
        "sections": [
            {
                "section": one.name,
                "state": one.state,
                **({"fields": {field.name: field.state for field in one.fields}} if one.name in ours else {}),
            }
            for one in found.sections
        ],
        "duplicates": len(found.duplicates),
        "as_of": found.as_of,
    }


def whole(found: SetUp) -> dict[str, Any]:
    """All of it as JSON, for people and their programs."""
    return {**plain(found), "missing": list(found.missing), "differing": list(found.differing)}


def _blocks(found: SetUp) -> tuple[Block, ...]:
    rows = tuple(
        (
            Cell(section.name if field is section.fields[0] else ""),
            Cell(field.name),
            Cell(plain(field.value), _page(field)),
            Cell(STATES[field.state]),
            Cell(field.note, sources=(field.origin.source,) if field.origin and field.origin.source else ()),
        )
        for section in found.sections
        for field in section.fields
    )
    where = action_href(found.waiting) if found.waiting else f"{document_href(found.document)}/set-up"
    note = f"Read from the ERP {found.as_of}. Nothing is written: all of it is proposed from the set-up's page."
    table = Table(f"Set-up of {found.name}", ("", "Field", "Value", "State", "Note"), rows, (), note)
    alike = tuple((Cell(one.what), Cell(one.label, one.href), Cell(one.why)) for one in found.duplicates)
    again = (Table("May be there already", ("", "Which", "Why"), alike),) if alike else ()
    step = "Look at the proposal that waits" if found.waiting else "Go on from here"
    return (table, *again, Table("Next", ("",), ((Cell(step, where),),)))


def _page(field: Field) -> str:
    quotes = field.origin.evidence if field.origin else ()
    return quote_href(quotes[0]) if quotes else ""


SET_UP_PROJECT = Tool(
    name="set_up_project",
    description="All that a statement of work asks to be set up (customer, contract, project, tasks, code, prices, "
    "billing schedule), each with its source and whether the ERP has it; nothing is written.",
    operation=Operation.CODE_PROPOSE,
    arguments=ProposeCodes,
    run=_plan,
)
