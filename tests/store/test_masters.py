"""Statements of work and their master agreements in a real PostgreSQL: linked with reasons, terms taken, words weighed."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from domain.actor import Actor
from domain.errors import InvalidInput, NotPermitted
from domain.terms import TermStatus
from sow import library, linking
from sow.families import LinkState
from sow.linking import Standing
from store import audit, documents
from store.database import Database
from tests.store.test_amendments import NOVEMBER, keep, priya, values
from tools.knowledge import terms_by_contract

__all__ = ["priya"]
pytestmark = pytest.mark.anyio
MASTER = """# Master Services Agreement

Agreement No. MSA-2025-03

This Master Services Agreement is entered into as of 3 March 2025 by and between Brightwater Ferries Ltd (the "Client")
and Northlight Consulting GmbH (the "Provider").

## 1. Fees

The hourly rate for a Senior Engineer is EUR 95.00 per hour.

## 2. Payment Terms

2.1 Client shall pay each invoice within forty-five (45) days of receipt of the invoice.

2.2 Late payments bear interest of 1% per month.

## 3. Governing Law

This agreement is governed by the laws of Ireland.
{more}
"""
WORK = """# STATEMENT OF WORK No. SOW-2026-021

This Statement of Work is entered into as of March 2, 2026 under the Master Services Agreement No. MSA-2025-03
dated 3 March 2025 by and between Brightwater Ferries Ltd (the "Client") and Northlight Consulting GmbH (the "Provider").

## 1. Fees

The total contract value is EUR 84,000.00.
{more}
"""
THIRTY = "\n## 2. Payment Terms\n\nClient shall pay each invoice within thirty (30) days of receipt of the invoice.\n"
WORK_WINS = "\n## 9. Precedence\n\nIf this SOW and the Master Services Agreement differ, this SOW prevails.\n"
MASTER_WINS = (
    "\n## 9. Precedence\n\nIn case of a conflict between this Agreement and a Statement of Work, this Agreement prevails "
    "unless the Statement of Work expressly refers to this clause.\n"
)


async def pair(database: Database, actor: Actor, work: str = "", master: str = "") -> tuple[str, str]:
    """A statement of work and its master agreement."""
    above = await keep(database, actor, MASTER.format(more=master))
    return await keep(database, actor, WORK.format(more=work), contract="C-7"), above


async def stands(database: Database, document: str, on: date = NOVEMBER) -> Standing:
    async with database.tenant("northlight") as connection:
        return await linking.standing(connection, document, on)


async def confirm(database: Database, actor: Actor, document: str, master: str | None) -> None:
    await linking.link(database, actor, document, master, "", "under")


async def used(database: Database, field: str) -> list[tuple[object, str]]:
    """What readiness sees of the contract, with the master that states it."""
    async with database.tenant("northlight") as connection:
        terms = (await terms_by_contract(connection, NOVEMBER)).get("C-7", ())
    return [(term.value, term.master) for term in terms if term.field == field]


async def test_a_proposed_master_gives_nothing_until_a_person_confirms(database: Database, priya: Actor) -> None:
    work, master = await pair(database, priya)
    found = await stands(database, work)
    assert found.master is not None
    assert (found.master.state, found.master.target) == (LinkState.PROPOSED, master)
    reasons = " ".join(found.master.fits[0].reasons)
    for reason in ("MSA-2025-03", "dated 2025-03-03", "same client", "same provider", "Master Services Agreement"):
        assert reason in reasons
    assert values(found.in_force, "payment_terms_days") == []
    assert found.in_force.under is not None
    assert {one.term.field for one in found.in_force.under.taken} >= {"payment_terms_days", "late_interest"}
    assert await used(database, "payment_terms_days") == []
    with pytest.raises(NotPermitted):
        await confirm(database, priya.through_agent("run"), work, master)
    await confirm(database, priya, work, master)
    found = await stands(database, work)
    (term,) = [one for one in found.in_force.held if one.term.field == "payment_terms_days"]
    assert (term.term.value, term.place, term.clause, term.master) == (
        45,
        master,
        "2.1",
        "Master Services Agreement.md",
    )
    assert term.term.evidence[0].document == master
    assert "forty-five (45) days" in term.term.evidence[0].quote
    assert await used(database, "payment_terms_days") == [(45, "Master Services Agreement.md")]
    for field, own in (("rates", []), ("document_number", ["SOW-2026-021"]), ("effective_date", ["2026-03-02"])):
        assert values(found.in_force, field) == own
    async with database.tenant("northlight") as connection:
        entry = (await audit.of_subject(connection, f"document:{work}"))[-1]
    assert (entry["event"], entry["facts"]["under"], entry["facts"]["was"]) == ("document.linked", master, "proposed")


async def test_a_person_who_decides_with_both_words_before_them_settles_it(database: Database, priya: Actor) -> None:
    work, master = await pair(database, priya, THIRTY, MASTER_WINS)
    async with database.tenant("northlight") as connection:
        days = next(t for t in await documents.terms(connection, work) if t.field == "payment_terms_days")
    await library.decide_term(database, priya, days.id, "confirm")
    await confirm(database, priya, work, master)
    assert (await stands(database, work)).in_force.under.differences[0].why
    await library.decide_term(database, priya, days.id, "confirm")
    assert not (await stands(database, work)).in_force.under.differences[0].why
    await library.decide_term(database, priya, days.id, "reject")
    assert await used(database, "payment_terms_days") == [(45, "Master Services Agreement.md")]


async def test_the_master_counts_as_it_stands_that_day_and_speaks_only_through_the_link(
    database: Database, priya: Actor
) -> None:
    work, master = await pair(database, priya)
    await keep(
        database,
        priya,
        "# Amendment No. 1 to Master Services Agreement No. MSA-2025-03\n\nThis Amendment is entered into as of 4 May 2026 "
        "by and between Brightwater Ferries Ltd and Northlight Consulting GmbH and amends the Master Services Agreement "
        "No. MSA-2025-03 dated 3 March 2025.\n\n1. With effect from 1 July 2026 the payment terms are changed from 45 days "
        "to 60 days.\n",
    )
    await confirm(database, priya, work, master)
    for on, days in ((date(2026, 6, 30), 45), (date(2026, 7, 1), 60)):
        assert values((await stands(database, work, on)).in_force, "payment_terms_days") == [days]
    early = (await stands(database, work, date(2025, 1, 1))).in_force
    assert (values(early, "payment_terms_days"), early.under.taken) == ([], ())
    async with database.tenant("northlight") as connection:
        await documents.attach(connection, master, "C-7")
    assert await used(database, "rates") == []


async def test_a_term_that_an_amendment_struck_is_not_silently_the_masters(database: Database, priya: Actor) -> None:
    work, master = await pair(database, priya, "\n## 4. Interest\n\nLate payments bear interest of 2% per month.\n")
    await keep(
        database,
        priya,
        "# Amendment No. 1 to Statement of Work No. SOW-2026-021\n\nThis Amendment is entered into as of 4 May 2026.\n\n"
        "1. Clause 4 of the SOW is hereby deleted.\n",
    )
    await confirm(database, priya, work, master)
    (held,) = [one for one in (await stands(database, work)).in_force.held if one.term.field == "late_interest"]
    assert (held.term.status, "struck" in held.open) == (TermStatus.CONFLICT, True)


async def test_two_masters_that_fit_are_left_to_a_person_and_a_denied_one_gives_nothing(
    database: Database, priya: Actor
) -> None:
    work, first = await pair(database, priya)
    second = await keep(database, priya, MASTER.format(more="\nReissued.\n"))
    found = await stands(database, work)
    assert (found.master.state, found.master.target) == (LinkState.OPEN, None)
    assert {fit.document for fit in found.master.fits} == {first, second}
    assert found.in_force.under is None
    await confirm(database, priya, work, second)
    assert (await stands(database, work)).master.target == second
    await confirm(database, priya, work, None)
    found = await stands(database, work)
    assert (found.master.state, found.in_force.under) == (LinkState.ALONE, None)
    assert await used(database, "payment_terms_days") == []


async def test_a_superseded_or_erased_master_gives_nothing(
    database: Database, priya: Actor, owner: psycopg.Connection
) -> None:
    work, master = await pair(database, priya)
    await confirm(database, priya, work, master)
    owner.execute("update document set status = 'superseded' where id = %s", [master])
    assert (await stands(database, work)).in_force.under is None
    assert await used(database, "payment_terms_days") == []
    owner.execute("delete from document where id = %s", [master])
    found = await stands(database, work)
    assert (found.master.state, found.in_force.under) == (LinkState.ALONE, None)


async def test_documents_that_name_each_other_wait_for_a_person(database: Database, priya: Actor) -> None:
    work, master = await pair(
        database,
        priya,
        master="\nThis agreement is part of the Framework Agreement No. SOW-2026-021 dated 2 March 2026.\n",
    )
    for document in (work, master):
        found = await stands(database, document)
        assert (found.master.state, found.in_force.under) == (LinkState.OPEN, None)
    await confirm(database, priya, work, master)
    assert (await stands(database, work)).master.state is LinkState.CONFIRMED
    assert (await stands(database, master)).master.state is LinkState.OPEN
    for below, above in ((master, work), (work, work)):
        with pytest.raises(InvalidInput):
            await confirm(database, priya, below, above)


async def test_a_master_above_the_master_gives_what_neither_states(database: Database, priya: Actor) -> None:
    work, master = await pair(database, priya)
    top = await keep(
        database, priya, "# Framework Agreement\n\nThe Client accepts deliverables within ten (10) days.\n"
    )
    await confirm(database, priya, work, master)
    assert values((await stands(database, work)).in_force, "acceptance_days") == []
    await confirm(database, priya, master, top)
    found = (await stands(database, work)).in_force
    (held,) = [one for one in found.held if one.term.field == "acceptance_days"]
    assert (held.term.value, held.place, held.master) == (10, top, "Framework Agreement.md")
