"""The catalogue of codes: brought up to date by difference, searched by record, spelling and meaning, one tenant's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from store import catalogue
from store.catalogue import Entry
from store.database import Database
from store.embedding import Embedded

pytestmark = pytest.mark.anyio
READ = datetime(2026, 11, 23, 8, tzinfo=UTC)
TODAY = date(2026, 11, 23)
NAMES = ("Kubernetes platform operations", "Payroll ledger migration", "Quay crane telemetry", "Fleet data warehouse")


def made(number: int, name: str, **changes: object) -> Entry:
    entry = Entry(
        project=f"w{number}",
        code=f"CLD-UKI-{1000 + number}",
        name=name,
        customer=f"c{number}",
        practice="CLD",
        region="UKI",
        status="open",
        open=True,
        opened=date(2026, 1, 1),
        billing=("time_and_materials",),
        currency="EUR",
        refs=(f"PO{number}",),
        own_numbers=(),
        files=(),
    )
    return replace(entry, **changes)  # pyright: ignore[reportArgumentType]


ENTRIES = tuple(made(number, name) for number, name in enumerate(NAMES, 1))


@pytest.fixture
def tenants(owner: psycopg.Connection) -> None:
    for tenant in ("alpha", "beta"):
        owner.execute("insert into tenant (id, name, base_currency) values (%s, %s, 'EUR')", [tenant, tenant])


async def test_only_what_changed_is_written(database: Database, tenants: None) -> None:
    async with database.tenant("alpha") as connection:
        assert await catalogue.refresh(connection, ENTRIES, READ) == 4
        assert await catalogue.refresh(connection, ENTRIES, READ) == 0  # this reading is in already
        assert await catalogue.embed_some(connection, Embedded()) == 4
        later = (replace(ENTRIES[0], status="done", open=False), replace(ENTRIES[1], name="Payroll"), ENTRIES[2])
        assert await catalogue.refresh(connection, later, READ + timedelta(minutes=1)) == 3  # two changed, one gone
        # A new name needs a new vector, a new status does not.
        assert await catalogue.embed_some(connection, Embedded()) == 1
        assert await catalogue.by_code(connection, "CLD-UKI-1004") == []


async def test_codes_are_found_by_meaning_spelling_and_number(database: Database, tenants: None) -> None:
    embedder = Embedded()
    (asked,) = await embedder(["container cluster support"])
    async with database.tenant("alpha") as connection:
        await catalogue.refresh(connection, ENTRIES, READ)
        await catalogue.embed_some(connection, embedder)
        meant = await catalogue.by_meaning(connection, asked, embedder.model, TODAY)
        assert (meant[0].code, len(meant)) == ("CLD-UKI-1001", 4)
        spelt = await catalogue.by_spelling(connection, "Quey crain telemtry", TODAY)
        assert spelt[0].code == "CLD-UKI-1003"
        assert [hit.code for hit in await catalogue.by_reference(connection, ["PO2"], [])] == ["CLD-UKI-1002"]
        assert [hit.code for hit in await catalogue.of_customer(connection, "c4", "any", TODAY)] == ["CLD-UKI-1004"]
    async with database.tenant("beta") as connection:
        assert await catalogue.by_meaning(connection, asked, embedder.model, TODAY) == []
        assert await catalogue.by_reference(connection, ["PO2"], []) == []


@pytest.mark.parametrize("change", [{"status": "done", "open": False}, {"opened": date(2026, 11, 24)}])
async def test_what_is_closed_or_not_yet_open_is_found_only_by_its_number(
    database: Database, tenants: None, change: dict[str, object]
) -> None:
    embedder = Embedded()
    (asked,) = await embedder([NAMES[0]])
    async with database.tenant("alpha") as connection:
        await catalogue.refresh(connection, [made(1, NAMES[0], **change)], READ)
        await catalogue.embed_some(connection, embedder)
        assert await catalogue.by_meaning(connection, asked, embedder.model, TODAY) == []
        assert await catalogue.by_spelling(connection, NAMES[0], TODAY) == []
        assert await catalogue.of_customer(connection, "c1", NAMES[0], TODAY) == []
        assert len(await catalogue.by_reference(connection, ["PO1"], [])) == 1


async def test_another_model_s_vectors_are_not_compared(database: Database, tenants: None) -> None:
    embedder = Embedded()
    (asked,) = await embedder([NAMES[0]])
    async with database.tenant("alpha") as connection:
        await catalogue.refresh(connection, ENTRIES, READ)
        await catalogue.embed_some(connection, embedder)
        assert await catalogue.by_meaning(connection, asked, "another-model", TODAY) == []
