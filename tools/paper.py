"""A stored document in the shape that project codes and set-ups are proposed from."""

from __future__ import annotations

from datetime import date

from domain.actor import Actor
from domain.terms import TermStatus
from sow import library, linking
from store import documents
from store.database import Connection
from tools.codes import Paper
from tools.knowledge import term_of


async def paper(connection: Connection, actor: Actor, document_id: str, on: date) -> Paper:
    """The document with the terms in force on a day: its own as amended, an amendment's as it states them.

    That it was read is written down. Raises NotFound.
    """
    row = await documents.get(connection, document_id)
    await library.opened(connection, actor, row.id, "text")
    stands = await linking.standing(connection, document_id, on)
    if stands.in_force.root == row.id:
        found = [term_of(held.term, held.master) for held in stands.in_force.held]
    else:
        stated = await documents.terms(connection, row.id)
        found = [term_of(one) for one in stated if one.status is not TermStatus.REJECTED]
    return Paper(await documents.body(connection, document_id), tuple(found), row.name, row.id)
