"""Project codes for time and expenses that have none: proposed with reasons, chosen by a person."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.access import CodeProposer
from api.services import Wired
from domain.canonical import plain
from domain.hours import plainly
from store import audit
from tools import codes, uncoded
from tools.codes import Line

router = APIRouter(prefix="/codes", tags=["codes"])
Json = dict[str, Any]


class WorkLine(BaseModel):
    """Time or an expense without a code, as a timesheet or a claim says it."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["time", "expense"] = "time"
    description: str = Field(min_length=1, max_length=500)
    day: date
    customer: str = Field("", max_length=200)
    role: str = Field("", max_length=120)
    currency: str | None = Field(None, pattern="^[A-Z]{3}$")

    @property
    def line(self) -> Line:
        """As the ranking knows it."""
        return Line(self.kind, self.description, self.day, self.customer, self.role, currency=self.currency)


class LineChoice(BaseModel):
    """The code that a person chose for such work, and why."""

    line: WorkLine
    code: str = Field(max_length=40)
    reason: str = Field("", max_length=500)


@router.get("/uncoded")
async def show(wired: Wired, actor: CodeProposer) -> list[Json]:
    """Projects that have time but no code, most hours first, each with its ranked codes."""
    firm = await wired.erp(actor).firm.masters()
    async with wired.database.tenant(actor.tenant) as connection:
        found = await uncoded.proposals(connection, firm, wired.today, wired.embedder)
    return [
        {
            "project_id": one.project.id,
            "project_name": one.project.name,
            "customer": one.customer,
            "hours": plainly(one.hours),
            "first": one.first.isoformat(),
            "last": one.last.isoformat(),
            "proposals": plain(ranked),
        }
        for one, ranked in found
    ]


@router.post("/proposals")
async def propose(
    wired: Wired, actor: CodeProposer, lines: Annotated[list[WorkLine], Field(min_length=1, max_length=200)]
) -> list[Json]:
    """Ranked codes for each line, in the lines' order."""
    firm = await wired.erp(actor).firm.masters()
    async with wired.database.tenant(actor.tenant) as connection:
        await audit.append(connection, actor, "code.proposed", "codes", {"lines": len(lines)})
        return [
            {
                "line": one.model_dump(mode="json"),
                "proposals": plain(
                    await codes.propose(connection, firm, one.line, today=wired.today, embedder=wired.embedder)
                ),
            }
            for one in lines
        ]


@router.post("/choices", status_code=201)
async def choose(wired: Wired, actor: CodeProposer, wanted: LineChoice) -> Json:
    """Remember the code that a person chose for such work: it binds the next proposal for the same."""
    firm = await wired.erp(actor).firm.masters()
    async with wired.database.tenant(actor.tenant) as connection:
        await codes.choose(
            connection,
            actor,
            firm,
            wanted.line.line,
            code=wanted.code,
            reason=wanted.reason,
            today=wired.today,
            embedder=wired.embedder,
        )
    return {"code": wanted.code}
