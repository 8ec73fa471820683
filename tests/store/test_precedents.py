"""Corrections as precedents: beside similar words of later documents, never applied, and each tenant's own."""

from __future__ import annotations

import psycopg
import pytest

from domain.actor import Actor, Role
from domain.terms import TermStatus
from sow import library
from sow.precedents import alike
from store import documents
from store.database import Database
from store.documents import TermRow
from store.precedents import PrecedentRow

pytestmark = pytest.mark.anyio
SOW = """# STATEMENT OF WORK No. {number}

## 1. Payment Terms

The Client shall pay each invoice within {days} of receipt of the invoice, by transfer to the account named on it.

## 2. Governing Law

This agreement is governed by the laws of Ireland.
"""
UNLIKE = """# STATEMENT OF WORK No. 33

Payment terms: net 30 days.
"""


@pytest.fixture
def priya(owner: psycopg.Connection) -> Actor:
    owner.execute("insert into tenant values ('northlight', 'Northlight', 'EUR'), ('other', 'Other', 'EUR')")
    person = owner.execute(
        "insert into person (tenant, email, name, password_hash, roles) values "
        "('northlight', 'p@n.example', 'Priya Nair', 'x', '{project_manager}') returning id::text"
    ).fetchone()
    assert person
    return Actor("northlight", person[0], "Priya Nair", frozenset({Role.PROJECT_MANAGER}))


async def sow(database: Database, actor: Actor, number: str, days: str = "thirty (30) days") -> str:
    text = SOW.format(number=number, days=days)
    return (await library.upload(database, actor, text.encode(), f"SOW {number}.md")).id


async def term(database: Database, actor: Actor, document: str, field: str = "payment_terms_days") -> TermRow:
    async with database.tenant(actor.tenant) as connection:
        return next(t for t in await documents.terms(connection, document) if t.field == field)


async def beside(database: Database, actor: Actor, document: str) -> list[PrecedentRow]:
    async with database.tenant(actor.tenant) as connection:
        return list((await alike(connection, document, await documents.terms(connection, document))).values())


async def test_a_correction_is_shown_beside_similar_words_and_applied_to_none(database: Database, priya: Actor) -> None:
    first = await sow(database, priya, "31")
    corrected = await term(database, priya, first)
    await library.decide_term(database, priya, corrected.id, "correct", 45, "a side letter says so")
    second = await sow(database, priya, "32", "twenty-one (21) days")
    (found,) = await beside(database, priya, second)
    assert (found.field, found.before, found.after, found.person_name) == ("payment_terms_days", 30, 45, "Priya Nair")
    assert (found.document, found.document_name, found.term) == (first, "SOW 31.md", corrected.id)
    assert "The Client shall pay each invoice" in found.said
    there = await term(database, priya, second)
    assert (there.value, there.status) == (21, TermStatus.PROPOSED)


async def test_other_words_other_fields_and_the_document_itself_have_none(database: Database, priya: Actor) -> None:
    first = await sow(database, priya, "31")
    await library.decide_term(database, priya, (await term(database, priya, first)).id, "correct", 45)
    unlike = (await library.upload(database, priya, UNLIKE.encode(), "unlike.md")).id
    assert (await term(database, priya, unlike)).value == 30
    assert await beside(database, priya, unlike) == []
    assert await beside(database, priya, first) == []


async def test_only_a_correction_that_still_stands_is_a_precedent(database: Database, priya: Actor) -> None:
    first = await sow(database, priya, "31")
    corrected = await term(database, priya, first)
    second = await sow(database, priya, "32")
    await library.decide_term(database, priya, corrected.id, "correct", 45)
    await library.decide_term(database, priya, corrected.id, "correct", 60)
    assert [one.after for one in await beside(database, priya, second)] == [60]
    await library.decide_term(database, priya, corrected.id, "confirm")
    assert await beside(database, priya, second) == []


async def test_a_decided_term_and_an_equal_value_need_none(database: Database, priya: Actor) -> None:
    first = await sow(database, priya, "31")
    await library.decide_term(database, priya, (await term(database, priya, first)).id, "correct", 45)
    second = await sow(database, priya, "32", "forty-five (45) days")
    assert await beside(database, priya, second) == []
    third = await sow(database, priya, "33")
    assert len(await beside(database, priya, third)) == 1
    await library.decide_term(database, priya, (await term(database, priya, third)).id, "confirm")
    assert await beside(database, priya, third) == []


async def test_a_precedent_stays_in_its_tenant(database: Database, priya: Actor) -> None:
    first = await sow(database, priya, "31")
    await library.decide_term(database, priya, (await term(database, priya, first)).id, "correct", 45)
    stranger = Actor("other", "someone", "Someone", frozenset({Role.PROJECT_MANAGER}))
    theirs = await sow(database, stranger, "32")
    assert await beside(database, stranger, theirs) == []
    async with database.tenant("other") as connection:
        assert await (await connection.execute("select * from term_precedent")).fetchall() == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.tenant("northlight") as connection:
            await connection.execute("update term_precedent set after = '1'")
