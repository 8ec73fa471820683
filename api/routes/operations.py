"""What the firm watches of its billing, and the agent's work."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import ActionReader, ReadinessReader
from api.billing import mirror_of, surveyed
from api.charts import picture
from api.operations import agents_work, told
from api.services import Wired
from domain.canonical import plain
from tools.watching import Name, answered, held_back

router = APIRouter(prefix="/operations", tags=["operations"])
Json = dict[str, Any]


class Part(BaseModel):
    """Which part of the firm; empty means all of it."""

    model_config = ConfigDict(extra="ignore")

    practice: str = Field(default="", max_length=20)
    region: str = Field(default="", max_length=20)


Narrow = Annotated[Part, Query()]


@router.get("")
async def operations(wired: Wired, actor: ReadinessReader, part: Narrow) -> Json:
    """Unbilled approved time, delayed activations, change requests, utilisation and invoice exceptions: each with its
    records, likely causes, trend, thresholds, and the records beyond them.
    """
    firm = mirror_of(wired, actor)
    found = await surveyed(wired, actor, **part.model_dump())
    return {
        "as_of": found.read_at.isoformat(),
        "warnings": list(found.warnings),
        "measures": [answered(measure) for measure in found.measures],
        "held_back": plain(await held_back(firm, wired.today, **part.model_dump())),
    }


@router.get("/agent")
async def agent(wired: Wired, actor: ActionReader) -> Json:
    """The agent's proposals of six months, what became of them, how long people took, and what reading cost."""
    return told(await agents_work(wired, actor))


@router.get("/{name}/trend.svg", response_class=Response)
async def trend(wired: Wired, actor: ReadinessReader, name: Name, part: Narrow) -> Response:
    """One trend as an image."""
    found = await surveyed(wired, actor, **part.model_dump())
    return picture(found.named(name).trend)
