"""A question about what documents say, answered in their own words: the model learns how many quotes, and no text."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Quotes, Text
from sow import library
from sow.asking import LONGEST_QUESTION, Answer, ask
from tools.cells import document_href
from tools.sows import NONE_HERE, SowTerms, attached
from tools.tool import Tool, ToolContext, ToolResult

NOT_STATED = "Not stated: nothing in {} speaks of that, as far as it could be read."


class Question(BaseModel):
    """Whose documents (one of the first four), and the question."""

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(None, max_length=120, description="Project code or handle")
    contract: str | None = Field(None, max_length=80, description="Contract number")
    customer: str | None = Field(None, max_length=120, description="Customer handle, code or name")
    document: str | None = Field(None, max_length=80, description="Document id")
    question: str = Field(max_length=LONGEST_QUESTION, description="Such as: does it mention data retention?")


async def _answer(context: ToolContext, wanted: Question) -> ToolResult:
    firm = await context.firm.masters()
    whose = SowTerms(**wanted.model_dump(exclude={"question"}))
    async with context.database.tenant(context.actor.tenant) as connection:
        found = await attached(connection, firm, whose)
        for row in found:
            await library.opened(connection, context.actor, row.id, "clauses")
    if not found:
        return ToolResult({"documents": [], "quotes_found": 0}, (Text(NONE_HERE),))
    answer = await ask(context.database, context.actor, wanted.question, [row.id for row in found])
    facts = {
        "documents": [{"document": row.id, "contract": row.contract} for row in found],
        "stated": answer.stated,
        "quotes_found": len(answer.quotes),
    }
    named = "the document" if len(found) == 1 else f"these {len(found)} documents"
    block = _quotes(answer) if answer.stated else Text(NOT_STATED.format(named))
    return ToolResult(facts, (block,), {f"D{n}": row.id for n, row in enumerate(found, 1)})


def _quotes(answer: Answer) -> Quotes:
    quoted = [found.evidence for found in answer.quotes]
    return Quotes("In the document's words", tuple((one, document_href(one.document, one.page)) for one in quoted))


ASK_DOCUMENT = Tool(
    name="ask_document",
    description="Whether, and in which words, the documents of a project, contract or customer speak of anything else.",
    operation=Operation.DOCUMENT_READ,
    arguments=Question,
    run=_answer,
)
