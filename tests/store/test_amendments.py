"""Amendments in a real PostgreSQL: linked with reasons, confirmed by people, and what holds on which day."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from domain.actor import Actor, Role
from domain.errors import InvalidInput, NotFound, NotPermitted
from sow import library, linking
from sow.families import LinkState
from sow.held import Change, InForce
from store import audit, documents
from store.database import Database
from tools.knowledge import terms_by_contract

pytestmark = pytest.mark.anyio
NOVEMBER = date(2026, 11, 23)
SOW = """# STATEMENT OF WORK No. SOW-2026-{number}

This Statement of Work is entered into as of March 2, 2026 by and between {client} (the "Client") and
Northlight Consulting GmbH (the "Consultant"). This SOW ends on 31 December 2026.

## 1. Fees

The total contract value is EUR 84,000.00. The hourly rate for a Senior Engineer is EUR 110.00 per hour.

## 2. Payment Terms

2.1 Client shall pay each invoice within thirty (30) days of receipt of the invoice.

2.2 Late payments bear interest of 1% per month.

## 3. Governing Law

This agreement is governed by the laws of Ireland.
"""
AMENDMENT = """# Amendment No. {number} to Statement of Work No. SOW-2026-014

This Amendment is entered into as of {day} by and between Brightwater Ferries Ltd (the "Client") and Northlight
Consulting GmbH (the "Provider") and amends Statement of Work No. SOW-2026-014 dated 2 March 2026 (the "SOW").

{text}

Except as changed by this Amendment, the SOW remains in full force.
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


async def keep(database: Database, actor: Actor, text: str, *, contract: str | None = None) -> str:
    name = " ".join(text.splitlines()[0].strip("# ").split())
    return (await library.upload(database, actor, text.encode(), f"{name}.md", contract=contract)).id


async def sow(database: Database, actor: Actor, number: str = "014", client: str = "Brightwater Ferries Ltd") -> str:
    return await keep(database, actor, SOW.format(number=number, client=client), contract="C-7")


async def amend(database: Database, actor: Actor, text: str, number: int = 1, day: str = "4 May 2026") -> str:
    return await keep(database, actor, AMENDMENT.format(number=number, day=day, text=text))


async def held(database: Database, document: str, on: date = NOVEMBER) -> InForce:
    async with database.tenant("northlight") as connection:
        return (await linking.standing(connection, document, on)).in_force


def values(found: InForce, field: str) -> list:
    return [one.term.value for one in found.held if one.term.field == field]


def only(found: InForce, field: str) -> Change:
    (change,) = [change for change in found.changes if change.field == field]
    return change


async def test_the_one_document_that_fits_is_proposed_with_reasons(
    database: Database, priya: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = await sow(database, priya)
    read, whole = documents.terms, set[str]()

    async def terms(connection, *wanted, fields=None):
        if fields is None:
            whole.update(wanted)
        return await read(connection, *wanted, fields=fields)

    monkeypatch.setattr(documents, "terms", terms)
    await sow(database, priya, "015", "Halden Rail plc")
    amendment = await amend(database, priya, "1. The total contract value is increased by EUR 20,000.00.")
    async with database.tenant("northlight") as connection:
        found = await linking.standing(connection, amendment, NOVEMBER)
    assert found.link is not None
    assert (found.link.state, found.link.target) == (LinkState.PROPOSED, root)
    reasons = " ".join(found.link.fits[0].reasons)
    assert "SOW-2026-014" in reasons
    assert "dated 2026-03-02" in reasons
    assert [row.id for row in found.members] == [root, amendment]
    assert whole == {root, amendment}  # of the third only what could link it


async def test_where_two_fit_nothing_changes_until_a_person_picks(database: Database, priya: Actor) -> None:
    first = await sow(database, priya)
    second = await keep(database, priya, SOW.format(number="014", client="Brightwater Ferries Ltd") + "\nReissued.\n")
    amendment = await amend(database, priya, "1. The total contract value is increased by EUR 20,000.00.")
    async with database.tenant("northlight") as connection:
        before = await linking.standing(connection, amendment, NOVEMBER)
    assert before.link is not None
    assert (before.link.state, {fit.document for fit in before.link.fits}) == (LinkState.OPEN, {first, second})
    assert values(await held(database, first), "total_value") == ["84000.00"]
    await linking.link(database, priya, amendment, second, "the reissued one is what was signed")
    assert values(await held(database, second), "total_value") == ["104000.00"]
    assert values(await held(database, first), "total_value") == ["84000.00"]
    async with database.tenant("northlight") as connection:
        entries = await audit.of_subject(connection, f"document:{amendment}")
    assert entries[-1]["event"] == "document.linked"
    assert (entries[-1]["facts"]["amends"], entries[-1]["facts"]["was"]) == (second, "open")


async def test_a_persons_word_settles_a_conflict(database: Database, priya: Actor) -> None:
    root = await sow(database, priya)
    amendment = await amend(
        database, priya, "1. The total contract value is increased from EUR 90,000.00 to EUR 104,000.00."
    )
    async with database.tenant("northlight") as connection:
        total = next(t for t in await documents.terms(connection, amendment) if t.field == "total_value")
    await library.decide_term(database, priya, total.id, "confirm")
    found = await held(database, root)
    assert (values(found, "total_value"), only(found, "total_value").why) == (["104000.00"], "")
    await library.decide_term(database, priya, total.id, "reject")
    assert values(await held(database, root), "total_value") == ["84000.00"]


async def test_readiness_uses_what_is_in_force(database: Database, priya: Actor) -> None:
    await sow(database, priya)
    await amend(
        database, priya, "1. With effect from 1 July 2026 the total contract value is increased by EUR 20,000.00."
    )
    async with database.tenant("northlight") as connection:
        before = await terms_by_contract(connection, date(2026, 6, 30))
        after = await terms_by_contract(connection, date(2026, 7, 1))
    assert [term.value for term in before["C-7"] if term.field == "total_value"] == ["84000.00"]
    (total,) = [term for term in after["C-7"] if term.field == "total_value"]
    assert total.value == "104000.00"
    assert len({quote.document for quote in total.evidence}) == 2


async def test_who_may_link_and_what_cannot_be_linked(database: Database, priya: Actor) -> None:
    root = await sow(database, priya)
    amendment = await amend(database, priya, "1. Clause 2.2 of the SOW is hereby deleted.")
    with pytest.raises(NotPermitted):
        await linking.link(database, priya.through_agent("run"), amendment, root)
    with pytest.raises(InvalidInput):
        await linking.link(database, priya, amendment, amendment)
    with pytest.raises(InvalidInput):
        await linking.link(database, priya, root, amendment)
    with pytest.raises(NotFound):
        await linking.link(database, priya, amendment, "00000000-0000-4000-8000-000000000000")
    stranger = Actor("other", "someone", "Someone", frozenset())
    with pytest.raises(NotFound):
        await linking.link(database, stranger, amendment, None)
    await linking.link(database, priya, amendment, None, "belongs to another SOW")
    assert values(await held(database, root), "late_interest") == ["1%/month"]


async def test_another_tenant_sees_no_link_and_no_amendment(database: Database, priya: Actor) -> None:
    root = await sow(database, priya)
    amendment = await amend(database, priya, "1. Clause 2.2 of the SOW is hereby deleted.")
    await linking.link(database, priya, amendment, root)
    async with database.tenant("other") as connection:
        assert await linking.papers(connection) == ()
        for table in ("document_link", "document_amendment"):
            assert await (await connection.execute(f"select * from {table}")).fetchall() == []
    for statement in ("update document_link set target = null", "delete from document_amendment"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with database.tenant("northlight") as connection:
                await connection.execute(statement)
