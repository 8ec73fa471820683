"""The command line against a running API: what stops, who stands in for whom, what went no further."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn
from click.testing import CliRunner, Result

from actions.execution import Hands, execute
from api.app import create_app
from api.cli import cli
from evals.stand import free_port
from store.database import Database
from tests.actions.conftest import AT_ONCE
from tests.api.conftest import PASSWORD
from tests.api.test_settling import approved

pytestmark = pytest.mark.anyio


@pytest.fixture
async def running(services, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The API on a port of its own, which the commands find by its public address."""
    port = free_port()
    monkeypatch.setenv("COUNTERSIGN_PUBLIC_URL", f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(create_app(services), port=port, log_level="critical", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    with suppress(asyncio.CancelledError):
        await task


async def told(*line: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, cli, list(line))


async def token(door, name: str) -> str:
    made = await (await door.of(name)).post("/v1/tokens", json={"label": "for scripts", "days": 1})
    return made.json()["secret"]


@pytest.mark.usefixtures("running")
async def test_an_administrator_freezes_and_nobody_else(door) -> None:
    wanted = ("freeze", "--reason", "Something is wrong", "--password", PASSWORD)
    mere = await told(*wanted, "--as", "ada.lindqvist@northlight.example")
    assert mere.exit_code != 0
    assert "not_permitted" in str(mere.exception)
    wrong = await told(*wanted[:-1], "wrong", "--as", "tom.becker@northlight.example")
    assert wrong.exit_code != 0
    assert "could not sign in" in str(wrong.exception)
    done = await told(*wanted, "--as", "tom.becker@northlight.example")
    assert done.output == "Everything is frozen; 0 in flight are followed to their end.\n", done.output
    (freeze,) = (await (await door.of("ines")).get("/v1/freezes")).json()
    assert (freeze["type"], freeze["reason"]) == (None, "Something is wrong")


@pytest.mark.usefixtures("running")
async def test_delegations_are_listed_for_people_and_for_programs(door, ids) -> None:
    now = datetime.now(UTC)
    wanted = {
        "delegate": ids["finn"],
        "from_at": (now - timedelta(minutes=1)).isoformat(),
        "until_at": (now + timedelta(days=3)).isoformat(),
        "types": ["invoice.create_draft"],
        "limit": None,
        "reason": "Leave",
    }
    assert (await (await door.of("ada")).post("/v1/delegations", json=wanted)).status_code == 201
    ada = await token(door, "ada")
    listed = await told("delegations", "--token", ada)
    assert "Finn Okafor for Ada Lindqvist" in listed.output
    assert listed.output.rstrip().endswith("invoice.create_draft  in force")
    one = json.loads((await told("delegations", "--token", ada, "--json")).output)
    assert (one["delegate"], one["in_force"]) == (ids["finn"], True)
    assert "Set COUNTERSIGN_TOKEN" in str((await told("delegations", "--token", "")).exception)


@pytest.mark.usefixtures("running")
async def test_a_dead_letter_is_listed_and_repeated(door, erp, services, worker_database: Database) -> None:
    hands = Hands(worker_database, erp, erp, services.policies, AT_ONCE)
    action = await approved(door)
    erp.faults = ["refuse"]
    await execute(hands, "northlight", action)
    ada, finn = await token(door, "ada"), await token(door, "finn")
    (letter,) = json.loads((await told("dead-letters", "list", "--token", ada, "--json")).output)
    assert (letter["action"]["id"], letter["cause"]) == (action, "The ERP says no.")
    assert "failed" in (await told("dead-letters", "list", "--token", ada)).output
    wanted = ("dead-letters", "replay", action, "--reason", "The period is open now", "--password", PASSWORD)
    mere = await told(*wanted, "--as", "finn.okafor@northlight.example")
    assert mere.exit_code != 0
    assert "not_permitted" in str(mere.exception)
    again = await told(*wanted, "--as", "ada.lindqvist@northlight.example")
    assert again.output.rstrip().endswith(": approved"), again.output
    assert (await execute(hands, "northlight", action)).state == "verified"
    undo = await told("dead-letters", "undo", action, "--reason", "The wrong contract", "--token", finn)
    assert undo.output.rstrip().endswith(": awaiting_approval"), undo.output


@pytest.mark.usefixtures("running")
async def test_time_to_bill_as_a_table_and_as_json(door) -> None:
    mine = ("--token", await token(door, "finn"))
    told_all = json.loads((await told("time-to-bill", "--by", "project", "--months", "36", "--json", *mine)).output)
    assert [group["project"] for group in told_all["groups"]] == ["CLD-UKI-1001"]
    table = await told("time-to-bill", "--by", "project", "--months", "36", *mine)
    assert table.exit_code == 0, table.output
    assert "CLD-UKI-1001" in table.output
    assert told_all["groups"][0]["open_age_days"] in table.output
