"""What people say about a proposal: in order, by whom, for good, and without a say in the decision."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from actions.notes import answer, ask, comment
from actions.revisions import edit
from domain.actions import Action, ActionState
from domain.errors import InvalidInput, NotFound, NotPermitted, WrongState
from policies.engine import Policies
from store import actions, notes
from store.database import Database
from tests.actions.conftest import People
from tests.actions.ledger import LedgerErp
from tests.actions.test_decisions import events
from tests.actions.test_revisions import changed

pytestmark = pytest.mark.anyio


async def test_a_question_stays_open_until_it_is_answered_on_whichever_version(
    database: Database,
    ledger: LedgerErp,
    policies: Policies,
    people: People,
    proposal: Action,
    owner: psycopg.Connection,
) -> None:
    question = await ask(database, policies, people.ada, proposal.id, "Which\r\nPO\u202e is\0 it?")
    new = await edit(database, ledger, policies, people.priya, proposal.id, changed(proposal), now=datetime.now(UTC))
    async with database.tenant("northlight") as connection:
        assert await notes.asked(connection, [proposal.id, new.id]) == {proposal.id}
    await answer(database, policies, people.priya, new.id, question, "The one of October.")
    with pytest.raises(WrongState):
        await answer(database, policies, people.finn, new.id, question, "Another.")
    await comment(database, policies, people.finn, new.id, "Fine with me.")
    async with database.tenant("northlight") as connection:
        assert await notes.asked(connection, [proposal.id, new.id]) == frozenset()
        said = await notes.of_actions(connection, [proposal.id, new.id])
        assert (await actions.get(connection, new.id)).state is ActionState.AWAITING_APPROVAL
    assert [(n.kind, n.person_name, n.text) for n in said] == [
        ("question", "Ada", "Which\nPO is it?"),
        ("answer", "Priya", "The one of October."),
        ("comment", "Finn", "Fine with me."),
    ]
    assert events(owner, proposal)[:2] == ["action.proposed", "action.asked"]
    assert events(owner, new) == ["action.edited", "action.answered", "action.commented"]


async def test_who_may_say_what(database: Database, policies: Policies, people: People, proposal: Action) -> None:
    for actor, said in (
        (people.finn, ask),  # questions are for those who may decide
        (people.ines, comment),
        (people.ada.through_agent("run"), comment),
    ):
        with pytest.raises(NotPermitted):
            await said(database, policies, actor, proposal.id, "Hello")
    with pytest.raises(NotFound):
        await comment(database, policies, people.stranger, proposal.id, "Hello")
    with pytest.raises(NotFound):
        await answer(database, policies, people.priya, proposal.id, 4711, "Hello")
    for text in (" ", "\0\u200b", "x" * 2001):
        with pytest.raises(InvalidInput):
            await comment(database, policies, people.ada, proposal.id, text)


async def test_what_was_said_stays_said(
    database: Database, policies: Policies, people: People, proposal: Action
) -> None:
    await comment(database, policies, people.ada, proposal.id, "Hello")
    for statement in ("update action_note set text = 'x'", "delete from action_note"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with database.tenant("northlight") as connection:
                await connection.execute(statement)
