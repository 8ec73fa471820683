"""From an upload through the queue to the page: a document read with a configured model, by the worker alone."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest
from pydantic import SecretStr

from agent.models import ModelSettings
from agent.reading import ReadingModel
from api.app import create_app
from api.worker import register_reading
from evals.reading.endpoint import Reply, candidates, serve
from sow.second_reading import Budget
from store import jobs
from store.database import Database
from tests.api.conftest import Door
from tests.store.test_second_reading import ACCEPTANCE, INVENTED, SOW

pytestmark = pytest.mark.anyio


async def uploaded(door: Door, *, with_model: bool) -> tuple[Door, str]:
    import httpx

    services = replace(door.services, web=replace(door.services.web, reads_with_model=with_model))
    door = Door(services, httpx.ASGITransport(create_app(services), raise_app_exceptions=False), door.ids)
    client = await door.of("priya")
    answer = await client.post("/v1/documents", files={"file": ("sow.md", SOW.encode())})
    assert answer.status_code == 201, answer.text
    return door, answer.json()["id"]


async def test_the_worker_reads_with_the_model_and_the_page_says_so(door: Door, worker_database: Database) -> None:
    door, document = await uploaded(door, with_model=True)
    app = jobs.queue(worker_database.url)
    with serve(lambda _: Reply(candidates(ACCEPTANCE, INVENTED))) as endpoint:
        async with ReadingModel(ModelSettings(endpoint.url, "reader-1", SecretStr("k"))) as model:
            register_reading(app, "northlight", worker_database, (model, Budget()))
            async with app.open_async():
                await app.run_worker_async(
                    queues=["northlight"], wait=False, install_signal_handlers=False, listen_notify=False
                )
    assert len(endpoint.requests) == 1
    page = (await (await door.of("priya")).get(f"/documents/{document}")).text
    assert "Also read by reader-1" in page
    assert "1 are added" in page
    assert "1 were discarded" in page
    assert "Read by the language model; the built-in rules did not find it." in page
    assert "Ireland" not in page


async def test_without_a_model_nothing_is_queued(door: Door, owner: psycopg.Connection) -> None:
    await uploaded(door, with_model=False)
    asked = owner.execute("select count(*) from procrastinate_jobs where task_name = %s", [jobs.READ]).fetchone()
    assert asked == (0,)


async def test_another_firms_document_is_not_read_here(door: Door, worker_database: Database) -> None:
    _, document = await uploaded(door, with_model=False)
    app = jobs.queue(worker_database.url)
    with serve(lambda _: Reply(candidates(ACCEPTANCE))) as endpoint:
        async with ReadingModel(ModelSettings(endpoint.url, "reader-1", SecretStr("k"))) as model:
            register_reading(app, "southgate", worker_database, (model, Budget()))
            async with app.open_async():
                await app.configure_task(jobs.READ, queue="southgate").defer_async(
                    tenant="northlight", document=document
                )
                await app.run_worker_async(
                    queues=["southgate"], wait=False, install_signal_handlers=False, listen_notify=False
                )
    assert endpoint.requests == []
