"""Reading with a model over real HTTP: what it adds, what it costs, and what becomes of failures and lies."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from agent.models import ModelSettings
from agent.reading import ReadingModel
from domain.actor import Actor, Role
from domain.terms import TermStatus
from evals.reading.endpoint import Answer, Reply, candidates, serve
from sow import library
from sow.second_reading import Budget, read_again
from store import audit, documents, model_readings
from store.database import Database
from store.documents import TermRow
from store.model_readings import ModelReading

pytestmark = pytest.mark.anyio
SOW = """# STATEMENT OF WORK No. SOW-2026-014

This Statement of Work is made as of March 2, 2026 by and between Brightwater Ferries Ltd (the "Client") and
Northlight Consulting GmbH (the "Consultant").

## 1. Fees

The total contract value is EUR 84,000.00. The price with all options is EUR 90,000.00.

## 2. Sign-off

The Client approves or returns what is handed over; for this it has seven (7) working days.
"""
ACCEPTANCE = {
    "field": "acceptance_days",
    "value": "7",
    "quote": "for this it has seven (7) working days",
}
OPTIONS = {"field": "total_value", "value": "90000.00", "quote": "The price with all options is EUR 90,000.00"}
INVENTED = {"field": "governing_law", "value": "Ireland", "quote": "governed by the laws of Ireland"}
WORKER = Actor("northlight", "worker", "Worker", frozenset(), service=True)


@pytest.fixture
def priya(owner: psycopg.Connection) -> Actor:
    owner.execute("insert into tenant values ('northlight', 'Northlight', 'EUR'), ('other', 'Other', 'EUR')")
    return Actor("northlight", "p1", "Priya Nair", frozenset({Role.PROJECT_MANAGER}))


async def read(
    app: Database, worker: Database, actor: Actor, answer: Answer, text: str = SOW, **budget: Any
) -> tuple[ModelReading, dict[str, TermRow], list[dict[str, Any]]]:
    row = await library.upload(app, actor, text.encode(), "sow.md")
    with serve(answer) as endpoint:
        settings = ModelSettings(endpoint.url, "scripted", SecretStr("k"), seconds=5)
        async with ReadingModel(settings, first_wait=0.01) as model:
            reading = await read_again(worker, WORKER, row.id, model, Budget(**budget))
            assert reading is not None
            assert await read_again(worker, WORKER, row.id, model, Budget()) is None
    async with app.tenant("northlight") as connection:
        terms = {term.field: term for term in await documents.terms(connection, row.id)}
    return reading, terms, endpoint.requests


async def test_it_adds_disputes_and_discards(database: Database, worker_database: Database, priya: Actor) -> None:
    answer = Reply(candidates(ACCEPTANCE, OPTIONS, INVENTED))
    reading, terms, requests = await read(
        database, worker_database, priya, lambda _: answer, price_in=Decimal(2), price_out=Decimal(10)
    )
    assert (reading.state, reading.tokens_in, reading.tokens_out) == ("done", 1000, 100)
    assert reading.cost == Decimal("0.003")
    assert reading.outcomes == {"adds": 1, "disputes": 1, "discarded_quote": 1}
    assert (terms["acceptance_days"].value, terms["acceptance_days"].method) == (7, "model")
    total = terms["total_value"]
    assert (total.value, total.status, total.alternatives) == ("84000.00", TermStatus.CONFLICT, ("90000.00",))
    assert total.evidence[-1].quote == "The price with all options is EUR 90,000.00"
    assert "governing_law" not in terms
    (asked,) = requests
    assert asked["response_format"]["type"] == "json_schema"
    assert "tools" not in asked
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    confirmed = await library.decide_term(database, priya, total.id, "confirm")
    assert (confirmed.status, confirmed.value) == (TermStatus.CONFIRMED, "84000.00")


async def test_the_log_says_what_it_cost_and_holds_no_text(
    database: Database, worker_database: Database, priya: Actor
) -> None:
    await read(database, worker_database, priya, lambda _: Reply(candidates(ACCEPTANCE)))
    async with database.tenant("northlight") as connection:
        (row,) = await documents.listing(connection)
        entry = (await audit.of_subject(connection, f"document:{row.id}"))[-1]
    assert (entry["event"], entry["person"]) == ("document.read_with_model", "worker")
    assert (entry["facts"]["model"], entry["facts"]["tokens_in"], entry["facts"]["outcomes"]) == (
        "scripted",
        1000,
        {"adds": 1},
    )
    assert "handed over" not in json.dumps(entry["facts"])


async def test_a_busy_endpoint_is_asked_again(database: Database, worker_database: Database, priya: Actor) -> None:
    replies = iter([Reply(status=429, retry_after="0"), Reply(status=503), Reply("half", cut=True)])
    reading, terms, requests = await read(
        database, worker_database, priya, lambda _: next(replies, Reply(candidates(ACCEPTANCE)))
    )
    assert (reading.state, len(requests)) == ("done", 4)
    assert terms["acceptance_days"].value == 7


@pytest.mark.parametrize("refused", [{"json_schema"}, {"json_schema", "json_object"}])
async def test_an_endpoint_without_the_schema_is_asked_plainly(
    database: Database, worker_database: Database, priya: Actor, refused: set[str]
) -> None:
    def answer(asked: dict[str, Any]) -> Reply:
        form = asked.get("response_format", {}).get("type")
        return Reply(status=400) if form in refused else Reply(f"Here it is:\n{candidates(ACCEPTANCE)}", usage=False)

    reading, terms, requests = await read(database, worker_database, priya, answer)
    assert (reading.state, len(requests)) == ("done", len(refused) + 1)
    assert terms["acceptance_days"].value == 7
    assert reading.tokens_in > 500


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_where_no_answer_can_be_had_the_rules_stand(
    database: Database, worker_database: Database, priya: Actor, status: int
) -> None:
    reading, terms, _ = await read(database, worker_database, priya, lambda _: Reply(status=status))
    assert (reading.state, reading.reason, reading.outcomes) == ("failed", "model_unavailable", {})
    assert (terms["total_value"].value, terms["total_value"].status) == ("84000.00", TermStatus.PROPOSED)


@pytest.mark.parametrize("text", ["I will not.", "", '{"candidates": "none"}'])
async def test_an_unreadable_answer_adds_nothing(
    database: Database, worker_database: Database, priya: Actor, text: str
) -> None:
    reading, terms, _ = await read(database, worker_database, priya, lambda _: Reply(text))
    assert (reading.state, reading.outcomes) == ("done", {"unreadable": 1})
    assert "acceptance_days" not in terms


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        ({"tokens": 100}, "token_budget"),
        ({"tokens": 3_000}, "token_budget"),
        ({"cost": Decimal("0.0001"), "price_in": Decimal(2)}, "cost_budget"),
        ({"seconds": 0.0}, "time_budget"),
    ],
)
async def test_a_budget_ends_it(
    database: Database, worker_database: Database, priya: Actor, budget: dict[str, Any], reason: str
) -> None:
    text = SOW + "".join(f"\n## {n}. More\n\n{'The team meets every week. ' * 60}\n" for n in range(3, 20))
    reading, _, requests = await read(
        database, worker_database, priya, lambda _: Reply(candidates(ACCEPTANCE)), text, **budget
    )
    assert reading.reason == reason
    assert reading.parts_read == len(requests) < reading.parts
    assert reading.state == ("partial" if requests else "failed")


async def test_only_the_worker_records_and_no_other_tenant_sees(
    database: Database, worker_database: Database, priya: Actor
) -> None:
    await read(database, worker_database, priya, lambda _: Reply(candidates(OPTIONS)))
    async with database.tenant("other") as connection:
        for table in ("model_reading", "term_dispute"):
            assert await (await connection.execute(f"select * from {table}")).fetchall() == []
    async with database.tenant("northlight") as connection:
        (row,) = await documents.listing(connection)
        assert await model_readings.of_document(connection, row.id) is not None
    for statement in (
        "delete from model_reading",
        "update term_dispute set value = '1'",
        "insert into term_dispute default values",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with database.tenant("northlight") as connection:
                await connection.execute(statement)
