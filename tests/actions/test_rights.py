"""Roles and limits change by an approved action alone, and never by the word of whom they are about."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

import psycopg
import pytest

from actions.compensation import compensate
from actions.decisions import decide
from actions.execution import Hands, execute
from actions.house import House
from actions.revisions import Edit, edit
from actions.rights import propose_rights
from domain.actions import ActionState
from domain.actor import Role
from domain.errors import InvalidInput, NotFound, NotPermitted, SegregationOfDuties
from erp.reader import ErpReader
from policies.engine import Policies
from store import people as rows
from store import rights
from store.database import Database
from tests.actions.conftest import People, _person

pytestmark = pytest.mark.anyio


@pytest.fixture
def tom(owner: psycopg.Connection, people: People):
    return _person(owner, "northlight", "Tom", [Role.ADMINISTRATOR])


async def test_rights_are_proposed_by_one_approved_by_another_and_taken_back(
    database: Database, policies: Policies, people: People, tom, hands: Hands
) -> None:
    async def propose(person: str, roles: tuple[str, ...], limit: Decimal | None, by=tom):
        return await propose_rights(
            database, policies, by, person, roles=roles, limit=limit, reason="A new job", now=datetime.now(UTC)
        )

    for by, person, error in (
        (people.ada, people.marek.person, NotPermitted),
        (tom, tom.person, SegregationOfDuties),
        (tom, people.stranger.person, NotFound),
    ):
        with pytest.raises(error):
            await propose(person, ("approver",), None, by)
    asked = await propose(people.marek.person, ("finance", "approver"), Decimal("50000.00"))
    assert [(c.label, c.before, c.after) for c in asked.changes] == [
        ("Roles", ["approver"], ["approver", "finance"]),
        ("Approval limit", "10000.00", "50000.00"),
    ]
    for nobody in (tom, people.marek):  # who asked, and whom it is about
        with pytest.raises(NotPermitted):
            await decide(database, policies, nobody, asked.id, verdict="approve", digest=asked.digest)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.tenant("northlight") as connection:
            await connection.execute("update person set roles = '{approver}' where name = 'Marek'")
    with pytest.raises(psycopg.errors.CheckViolation):  # not even the worker, before people approved
        async with hands.database.tenant("northlight") as connection:
            await rights.change(connection, asked.id, people.marek.person, ["approver", "finance"], Decimal(50_000))
    await decide(database, policies, people.ada, asked.id, verdict="approve", digest=asked.digest)
    done = await execute(hands, "northlight", asked.id)
    assert done.state is ActionState.VERIFIED
    async with database.tenant("northlight") as connection:
        marek = await rows.get(connection, people.marek.person)
    assert marek
    assert (set(marek.roles), marek.approval_limit and marek.approval_limit.amount) == (
        {Role.APPROVER, Role.FINANCE},
        Decimal(50_000),
    )


async def test_nobody_takes_back_what_concerns_themselves_and_no_edit_gives_it_to_another(
    database: Database, policies: Policies, people: People, tom, hands: Hands, owner: psycopg.Connection
) -> None:
    tina = _person(owner, "northlight", "Tina", [Role.ADMINISTRATOR])
    asked = await propose_rights(
        database,
        policies,
        tina,
        tom.person,
        roles=["auditor"],
        limit=None,
        reason="Another task",
        now=datetime.now(UTC),
    )
    other = Edit(asked.digest, {**asked.intent.arguments, "person_id": people.marek.person}, "A slip")
    with pytest.raises(InvalidInput, match="cannot change person_id"):
        await edit(
            database, House(database, "northlight"), policies, people.ada, asked.id, other, now=datetime.now(UTC)
        )
    await decide(database, policies, people.ada, asked.id, verdict="approve", digest=asked.digest)
    done = await execute(hands, "northlight", asked.id)
    assert done.state is ActionState.VERIFIED
    reader = cast("ErpReader", None)  # never asked: the deed is the house's own
    with pytest.raises(SegregationOfDuties):
        await compensate(database, reader, policies, tom, done.id, "Give it back", now=datetime.now(UTC))
    back = await compensate(database, reader, policies, tina, done.id, "It was wrong", now=datetime.now(UTC))
    assert back.intent.arguments["person_id"] == tom.person
