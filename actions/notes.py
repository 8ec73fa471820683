"""Ask, answer, comment: what people say about a proposal while it waits. None of it decides anything."""

from __future__ import annotations

from actions.spoken import person_now, text_of
from domain.actor import Actor, Operation
from domain.errors import NotFound, WrongState
from policies.engine import Policies
from store import actions, audit, delegations, notes
from store.database import Database

EMPTY = "Write something first."


async def ask(database: Database, policies: Policies, actor: Actor, action_id: str, text: str) -> int:
    """Ask for information that a decision needs, and return the question's id.

    For whoever may decide on such proposals; the proposal waits on. Raises NotFound, InvalidInput, NotPermitted.
    """
    return await _said(database, policies, actor, action_id, text, kind="question")


async def comment(database: Database, policies: Policies, actor: Actor, action_id: str, text: str) -> int:
    """Say something about a proposal in any state, and return the note's id. Raises like `ask`."""
    return await _said(database, policies, actor, action_id, text, kind="comment")


async def answer(database: Database, policies: Policies, actor: Actor, action_id: str, question: int, text: str) -> int:
    """Answer a question that is open, on this version or an earlier one, and return the answer's id.

    Raises like `ask`, and WrongState when it was answered already.
    """
    return await _said(database, policies, actor, action_id, text, kind="answer", question=question)


async def _said(
    database: Database,
    policies: Policies,
    actor: Actor,
    action_id: str,
    text: str,
    *,
    kind: str,
    question: int | None = None,
) -> int:
    text = text_of(text, needed=EMPTY)
    async with database.tenant(actor.tenant) as connection:
        action = await actions.lock(connection, action_id)
        person = await person_now(connection, actor)
        if kind != "question":
            policies.require(person, Operation.ACTION_COMMENT)
        elif not await delegations.covering(connection, person.person, action_type=action.type):
            policies.require(person, Operation.ACTION_DECIDE)
        if question is not None:
            versions = [version.id for version in await actions.versions(connection, action_id)]
            match await notes.open_question(connection, versions, question):
                case None:
                    raise NotFound("There is no such question on this proposal.")
                case False:
                    raise WrongState("This question was answered already; comment instead.")
                case True:
                    pass
        note = await notes.add(connection, person, action.id, kind=kind, text=text, answers=question)
        facts = {"note": note, "comment": text, "digest": action.digest, "question": question}
        event = {"question": "action.asked", "answer": "action.answered", "comment": "action.commented"}[kind]
        await audit.append(connection, person, event, f"action:{action.id}", facts)
        return note
