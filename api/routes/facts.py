"""Reports of other systems: a CSV or single reports go in, every bad row comes back with its line and reason."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from api import facts as shared
from api.access import FactRecorder, ReadinessReader
from api.services import Wired
from domain.canonical import plain
from store import facts
from store.facts_file import import_facts, preview

router = APIRouter(prefix="/facts", tags=["facts"])
Json = dict[str, Any]


class NewReport(BaseModel):
    """One report; `value` holds the cells of its kind (docs/facts.md)."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(max_length=40)
    subject: str = Field(max_length=300)
    system: str = Field("", max_length=80)
    reported_at: datetime | None = None
    value: dict[str, str | bool | int | None]

    @property
    def cells(self) -> dict[str, str]:
        """As the cells of a row."""
        head = {"kind": self.kind, "subject": self.subject, "system": self.system}
        stamp = {"reported_at": self.reported_at.isoformat()} if self.reported_at else {}
        said = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in self.value.items() if v is not None}
        return said | head | stamp


@router.post("", status_code=201)
async def record(wired: Wired, actor: FactRecorder, file: UploadFile) -> Json:
    """Take in a CSV (see store/facts_file.py for its columns); `read` = recorded + known + bad rows."""
    return plain(await import_facts(wired.database, actor, await shared.text_of(file), now=wired.clock()))


@router.post("/preview")
async def look(wired: Wired, actor: FactRecorder, file: UploadFile) -> Json:
    """What a CSV would record, what is known already, and what would be refused; nothing is recorded."""
    return plain(await preview(wired.database, actor, await shared.text_of(file), now=wired.clock()))


@router.post("/reports", status_code=201)
async def report(wired: Wired, actor: FactRecorder, wanted: NewReport) -> Json:
    """Record one report. A cell that its kind does not have is refused."""
    return plain(await shared.record_one(wired, actor, wanted.cells))


@router.get("")
async def around(
    wired: Wired, actor: ReadinessReader, subject: Annotated[str, Query(min_length=1, max_length=300)]
) -> list[Json]:
    """All reports on a project, contract or customer and what stands below it, newest first, superseded ones too."""
    async with wired.database.tenant(actor.tenant) as connection:
        return [plain(fact) for fact in await facts.around(connection, [subject])]
