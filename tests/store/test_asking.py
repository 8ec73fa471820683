"""Questions about documents over a real PostgreSQL and the real embedding: quotes with pages, or "not stated"."""

from __future__ import annotations

import psycopg
import pytest

from api.worker import register_reading
from domain.actor import Actor, Role
from domain.errors import InvalidInput
from sow import asking, library
from sow.asking import LONGEST_QUESTION, ask, content, merged
from sow.passages import LONGEST, passages
from store import documents, jobs
from store.database import Database
from store.passages import PassageRow

pytestmark = pytest.mark.anyio
SOW = """# STATEMENT OF WORK No. SOW-2026-014

This Statement of Work is made by and between Brightwater Ferries Ltd (the "Client") and Northlight Consulting GmbH.

## 1. Fees

The total contract value is EUR 84,000.00. Consultant shall invoice monthly in arrears.

## 2. Journeys

Rail fares in second class and a moderate hotel are reimbursed against receipts. Flights need prior consent.

## 3. Records

Project logs are kept for seven years and then destroyed in a secure manner.
"""
OTHER = """# STATEMENT OF WORK No. SOW-2026-015

## 1. Staff

Neither party hires the other's people for a year after the project ends.
"""


@pytest.fixture
def priya(owner: psycopg.Connection) -> Actor:
    owner.execute("insert into tenant values ('northlight', 'Northlight', 'EUR'), ('other', 'Other', 'EUR')")
    return Actor("northlight", "p1", "Priya Nair", frozenset({Role.PROJECT_MANAGER}))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What does it say about travel?", "Rail fares"),
        ("Does it mention hotels?", "moderate hotel"),
        ("For how long are logs kept?", "seven years"),
        ("How often do we invoice?", "invoice monthly"),
    ],
)
async def test_answers_are_verbatim_quotes_with_their_place(
    database: Database, priya: Actor, question: str, words: str
) -> None:
    row = await library.upload(database, priya, SOW.encode(), "one.md")
    answer = await ask(database, priya, question, [row.id])
    assert answer.stated
    best = answer.quotes[0]
    assert words in best.evidence.quote
    assert SOW[best.evidence.start : best.evidence.end] == best.evidence.quote
    assert (best.evidence.document, best.evidence.page) == (row.id, 1)
    assert best.number


@pytest.mark.parametrize("question", ["Does it mention asbestos?", "What about football sponsorship?"])
async def test_what_is_not_there_is_not_stated(database: Database, priya: Actor, question: str) -> None:
    row = await library.upload(database, priya, SOW.encode(), "one.md")
    assert not (await ask(database, priya, question, [row.id])).stated


async def test_only_the_documents_that_are_meant_answer(database: Database, priya: Actor) -> None:
    one = await library.upload(database, priya, SOW.encode(), "one.md")
    other = await library.upload(database, priya, OTHER.encode(), "other.md")
    question = "May we hire their people after the project?"
    assert (await ask(database, priya, question, [other.id])).quotes[0].evidence.document == other.id
    assert not (await ask(database, priya, question, [one.id])).stated
    assert not (await ask(database, priya, question, [])).stated


async def test_another_tenants_passages_are_out_of_reach(database: Database, priya: Actor) -> None:
    row = await library.upload(database, priya, SOW.encode(), "one.md")
    await ask(database, priya, "travel", [row.id])
    stranger = Actor("other", "someone", "Someone", frozenset())
    assert not (await ask(database, stranger, "travel", [row.id])).stated
    async with database.tenant("other") as connection:
        assert await (await connection.execute("select * from clause_passage")).fetchall() == []
        assert await documents.clauses(connection, row.id) == []


@pytest.mark.parametrize("question", ["", "   ", "x" * (LONGEST_QUESTION + 1)])
async def test_no_question_is_refused(database: Database, priya: Actor, question: str) -> None:
    with pytest.raises(InvalidInput):
        await ask(database, priya, question, [])


async def test_a_question_of_frame_words_alone_is_no_error(database: Database, priya: Actor) -> None:
    row = await library.upload(database, priya, SOW.encode(), "one.md")
    await ask(database, priya, "What does it say?", [row.id])
    await ask(database, priya, "' & | ! :* <-> (", [row.id])


def test_passages_hold_the_text_and_are_short() -> None:
    text = "Word " * 400 + "\n\nA first sentence. A second one; And a third.\n- an item of a list\n" + "x" * 900
    found = list(passages(text, 100))
    assert all(0 < one.end - one.start <= LONGEST + 40 for one in found)
    assert "".join(text[one.start - 100 : one.end - 100] for one in found).replace(" ", "").replace(
        "\n", ""
    ) == text.replace(" ", "").replace("\n", "")


def test_the_words_of_a_question_without_its_frame() -> None:
    assert content("What does it say about travel expenses?") == "travel expenses"


def test_what_both_rankings_name_comes_first() -> None:
    rows = [PassageRow("d", n, n, 1, n, n + 1, "x", 0.5 - n / 100) for n in range(4)]
    ranked = merged(([rows[0], rows[1], rows[2]], [rows[3], rows[2]]), {("d", 3)})
    assert [one.passage.position for one in ranked] == [2, 0, 3, 1]
    assert [one.worded for one in ranked] == [False, False, True, False]


async def test_of_a_document_that_is_not_wholly_prepared_nothing_is_said(
    database: Database, priya: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await library.upload(database, priya, SOW.encode(), "long.md")
    monkeypatch.setattr(asking, "MOST_AT_ONCE", 1)
    with pytest.raises(asking.StillPreparing):
        await ask(database, priya, "For how long are logs kept?", [row.id])
    while not await asking.prepare(database, "northlight", [row.id]):
        pass
    answer = await ask(database, priya, "For how long are logs kept?", [row.id])
    assert "seven years" in answer.quotes[0].evidence.quote


async def test_an_upload_is_prepared_by_a_worker(
    database: Database, worker_database: Database, priya: Actor, owner: psycopg.Connection
) -> None:
    row = await library.upload(database, priya, SOW.encode(), "one.md")
    app = jobs.queue(worker_database.url)
    register_reading(app, "northlight", worker_database, None)
    async with app.open_async():
        await app.run_worker_async(
            queues=["northlight"], wait=False, install_signal_handlers=False, listen_notify=False
        )
    made = owner.execute("select count(*) from clause_passage where document::text = %s", [row.id]).fetchone()
    assert made
    assert made[0] > 3
