"""Choices of project codes: remembered with their meaning, found by nearness, within one tenant."""

from __future__ import annotations

import psycopg
import pytest

from domain.actor import Actor, Role
from store import audit, codes
from store.database import Database
from store.embedding import DIMENSIONS, embed, embedding

ANN = Actor("alpha", "5f0c4b5e-0000-4000-8000-000000000001", "Ann", frozenset({Role.PROJECT_MANAGER}))
BOB = Actor("beta", "5f0c4b5e-0000-4000-8000-000000000002", "Bob", frozenset({Role.PROJECT_MANAGER}))


@pytest.fixture
def tenants(owner: psycopg.Connection) -> None:
    for tenant in ("alpha", "beta"):
        owner.execute("insert into tenant (id, name, base_currency) values (%s, %s, 'EUR')", [tenant, tenant])


async def remember(database: Database, actor: Actor, code: str, subject: str, document: str | None = None) -> None:
    async with database.tenant(actor.tenant) as connection:
        await codes.remember(
            connection,
            actor,
            code=code,
            kind="new",
            document=document,
            customer="Halden",
            practice=code[:3],
            region="UKI",
            billing=["time_and_materials"],
            subject=subject,
            embedding=await embed(subject),
        )


@pytest.mark.anyio
async def test_the_nearest_choice_comes_first_and_stays_in_its_tenant(database: Database, tenants: None) -> None:
    await remember(database, ANN, "CLD-UKI-1001", "Kubernetes platform operations", document="d1")
    await remember(database, ANN, "ADV-UKI-1002", "Regulatory advisory retainer", document="d2")
    await remember(database, BOB, "CLD-UKI-7777", "Container cluster operations")
    wanted = await embed("Running container clusters")
    async with database.tenant("alpha") as connection:
        found = await codes.nearest(connection, wanted)
        assert [row.code for row in found] == ["CLD-UKI-1001", "ADV-UKI-1002"]
        assert found[0].similarity > 0.4 > found[1].similarity
        assert [row.code for row in await codes.nearest(connection, wanted, besides="d1")] == ["ADV-UKI-1002"]
        assert await codes.reserved(connection) == {"CLD-UKI-1001", "ADV-UKI-1002"}


@pytest.mark.anyio
async def test_a_choice_is_audited_and_the_latest_counts(database: Database, tenants: None) -> None:
    await remember(database, ANN, "CLD-UKI-1001", "Kubernetes", document="d1")
    await remember(database, ANN, "CLD-UKI-1005", "Kubernetes", document="d1")
    async with database.tenant("alpha") as connection:
        chosen = await codes.of_document(connection, "d1")
        assert chosen is not None
        assert (chosen.code, chosen.chosen_by) == ("CLD-UKI-1005", ANN.person)
        assert await codes.of_document(connection, "d9") is None
        entries = await audit.of_subject(connection, "document:d1")
        assert [(e["event"], e["facts"]["code"]) for e in entries] == [
            ("code.chosen", "CLD-UKI-1001"),
            ("code.chosen", "CLD-UKI-1005"),
        ]


@pytest.mark.anyio
async def test_a_choice_cannot_be_changed_by_the_application(database: Database, tenants: None) -> None:
    await remember(database, ANN, "CLD-UKI-1001", "Kubernetes", document="d1")
    for statement in ("update code_precedent set code = 'X'", "delete from code_precedent"):
        async with database.tenant("alpha") as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(statement)


def test_embedding_agrees_with_the_published_model() -> None:
    person, dog, rain = (
        embedding().encode(text) for text in ("That is a happy person", "That is a happy dog", "Today is a sunny day")
    )
    assert len(person) == DIMENSIONS
    assert sum(x * x for x in person) == pytest.approx(1.0, abs=1e-5)
    # The similarities that the model's card shows for these sentences.
    assert sum(a * b for a, b in zip(person, dog, strict=True)) == pytest.approx(0.695, abs=0.002)
    assert sum(a * b for a, b in zip(person, rain, strict=True)) == pytest.approx(0.257, abs=0.002)


def test_a_long_text_is_cut_and_an_empty_one_is_no_error() -> None:
    assert len(embedding().encode("word " * 5000)) == DIMENSIONS
    assert len(embedding().encode("")) == DIMENSIONS
