"""Who changed what a proposal rests on: terms of its documents, and reports on its project and contracts."""

from __future__ import annotations

from uuid import UUID

from domain.actions import Intent, Reading
from store.database import Connection
from store.queries import queries

SQL = queries("dependence")


async def touched(connection: Connection, intent: Intent) -> tuple[str, ...]:
    """People (ids) who brought in or decided on a document of the intent, or recorded some system's newest report on
    its project or a contract of it, or whom it is about; sorted.
    """
    wanted = {"documents": _documents(intent), "subjects": _subjects(intent), "subject": _subject(intent)}
    return tuple(row["person"] for row in await (await connection.execute(SQL["touched"], wanted)).fetchall())


async def confirmed(connection: Connection, intent: Intent) -> tuple[Reading, ...]:
    """Those terms of the intent's documents that a person confirmed or corrected, with the values that now hold."""
    documents = _documents(intent)
    if not documents:
        return ()
    rows = await connection.execute(SQL["confirmed"], {"documents": documents})
    return tuple(Reading(**row) for row in await rows.fetchall())


def _documents(intent: Intent) -> list[UUID]:
    quoted = (evidence.document for origin in intent.origins.values() for evidence in origin.evidence)
    return sorted({key for name in (intent.document or "", *quoted) if (key := _uuid(name))})


def _subjects(intent: Intent) -> list[str]:
    return sorted({*intent.contracts, *([intent.project_code] if intent.project_code else [])})


def _subject(intent: Intent) -> str | None:
    """The person whose rights it changes: nobody approves that for themselves."""
    return str(intent.arguments["person_id"]) if intent.action_type == "person.set_rights" else None


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:  # an intent made by a program may name anything
        return None
