"""Reports of other systems: a CSV goes in, and every bad row comes back with its line and reason."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, UploadFile

from api.access import FactRecorder
from api.services import Wired
from domain.canonical import plain
from domain.errors import InvalidInput
from store.facts_file import import_facts

router = APIRouter(prefix="/facts", tags=["facts"])


@router.post("", status_code=201)
async def record(wired: Wired, actor: FactRecorder, file: UploadFile) -> dict[str, Any]:
    """Take in a CSV (see store/facts_file.py for its columns); `read` = recorded + known + bad rows."""
    try:
        text = (await file.read()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("The file is not UTF-8 text.") from error
    return plain(await import_facts(wired.database, actor, text, now=wired.clock()))
