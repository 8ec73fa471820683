"""What the fact routes and pages share: a file as text, one report with its evidence, and what was said before."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import UploadFile

from api.services import Services
from api.uploads import take_in
from domain.actor import Actor
from domain.errors import InvalidInput
from domain.facts import OutsideFact
from policies.prerequisites.settings import RuleSettings
from store.facts_file import record_report
from store.facts_shape import DOCUMENT, read
from tools.knowledge import settings_of

PERSON = "person"  # the system of what somebody entered by hand
UTF16 = (b"\xff\xfe", b"\xfe\xff")  # what spreadsheets call Unicode text begins with one of these
EVIDENCED = ("milestone", "purchase_order")  # the kinds in which the attached document counts as evidence


async def text_of(file: UploadFile) -> str:
    """A file's text. Raises InvalidInput."""
    data = await file.read()
    try:
        return data.decode("utf-16" if data.startswith(UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        told = "The file is not UTF-8 text. In a spreadsheet, save it as CSV UTF-8 and send that."
        raise InvalidInput(told) from error


async def record_one(
    services: Services, actor: Actor, cells: Mapping[str, str], evidence: UploadFile | None = None
) -> OutsideFact:
    """Record what a person reports, the evidence kept as a document. Raises InvalidInput saying which cell is wrong."""
    now = services.clock()
    given = {"reported_at": now.isoformat(), "system": PERSON} | {k: v for k, v in cells.items() if v.strip()}
    try:
        fact = read(given, now)
        if evidence is not None and evidence.filename:
            document, _ = await take_in(services, actor, evidence)
            held = {DOCUMENT: document.id} | ({"evidence": "true"} if fact.kind.value in EVIDENCED else {})
            fact = read(given | held, now)
    except ValueError as error:
        raise InvalidInput(str(error)) from error
    return await record_report(services.database, actor, fact)


async def settings(services: Services, actor: Actor) -> RuleSettings:
    """How the actor's firm sets the prerequisites."""
    async with services.database.tenant(actor.tenant) as connection:
        return await settings_of(connection)
