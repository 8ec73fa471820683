"""Every route that changes something or shows a document leaves an audit entry, and none holds what must not be there."""

from __future__ import annotations

import io
import itertools
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi.routing import APIRoute
from reportlab.pdfgen.canvas import Canvas

from api.app import create_app
from api.pages import PAGES
from api.routes import ROUTES
from api.services import Seal
from domain.actor import Role
from store import people
from store.copies import Folder
from store.database import Database
from store.note import signing_key
from store.seal import seal
from tests.api.conftest import PASSWORD, Door
from tests.api.test_work import PO, SOW

pytestmark = pytest.mark.anyio
CANARY = "canary-7f3a"
Recipe = Callable[["World"], Awaitable[tuple[str, str, dict[str, Any]]]]


class World:
    """A firm with a document, an action to decide on, a conversation; each asked for anew where it is used up."""

    def __init__(self, door: Door) -> None:
        self.door, self.count = door, itertools.count(1)

    async def document(self, *, pdf: bool = False) -> str:
        number = next(self.count)
        content = SOW + f"\n3. Number {number}. {CANARY}-document\n".encode()
        file = ("sow.pdf", sheet(f"Statement of work {number} {CANARY}-document")) if pdf else ("sow.md", content)
        client = await self.door.of("priya")
        answer = await client.post("/v1/documents", files={"file": file}, data={"contract": "S-1001"})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def chosen(self) -> str:
        document = await self.document()
        client = await self.door.of("priya")
        code = (await client.get(f"/v1/documents/{document}/codes")).json()["proposals"][0]["code"]
        assert (await client.post(f"/v1/documents/{document}/codes", json={"code": code})).status_code == 201
        return document

    async def term(self) -> tuple[str, str]:
        document = await self.document()
        client = await self.door.of("priya")
        return document, (await client.get(f"/v1/documents/{document}/terms")).json()[0]["id"]

    async def action(self) -> dict[str, Any]:
        wanted = PO | {"arguments": {"contract_id": "k1", "po_number": f"PO-{next(self.count)}"}}
        answer = await (await self.door.of("finn")).post("/v1/actions", json=wanted)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def thread(self) -> str:
        return (await (await self.door.of("finn")).post("/v1/threads", json={})).json()["id"]

    async def token(self) -> str:
        client = await self.door.of("finn")
        answer = await client.post("/v1/tokens", json={"label": f"{CANARY}-label", "days": 1})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]


def sheet(text: str) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.drawString(72, 720, text)
    canvas.save()
    return target.getvalue()


def plainly(person: str, path: str, **sent: Any) -> Recipe:
    async def recipe(_: World) -> tuple[str, str, dict[str, Any]]:
        return person, path, sent

    return recipe


def on_document(person: str, path: str, *, pdf: bool = False, chosen: bool = False, **sent: Any) -> Recipe:
    async def recipe(world: World) -> tuple[str, str, dict[str, Any]]:
        document = await world.chosen() if chosen else await world.document(pdf=pdf)
        return person, path.format(document=document), sent

    return recipe


def on_action(person: str, path: str, *, form: str, digest: bool = True, **sent: Any) -> Recipe:
    async def recipe(world: World) -> tuple[str, str, dict[str, Any]]:
        action = await world.action()
        return person, path.format(action=action["id"]), {form: sent | ({"digest": action["digest"]} if digest else {})}

    return recipe


def on_thread(path: str, form: str) -> Recipe:
    async def recipe(world: World) -> tuple[str, str, dict[str, Any]]:
        return "finn", path.format(thread=await world.thread()), {form: {"text": f"What waits? {CANARY}-question"}}

    return recipe


def on_term(path: str, form: str) -> Recipe:
    async def recipe(world: World) -> tuple[str, str, dict[str, Any]]:
        document, term = await world.term()
        said = {"verdict": "confirm", "reason": f"{CANARY}-reason"}
        return "priya", path.format(document=document, term=term), {form: said}

    return recipe


def on_token(path: str) -> Recipe:
    async def recipe(world: World) -> tuple[str, str, dict[str, Any]]:
        return "finn", path.format(token=await world.token()), {}

    return recipe


FACTS = b"kind,subject,reported_at,system,held\nbilling_hold,CLD-UKI-1001,2026-11-20T08:00:00Z,psa,true\n"
SAID = f"{CANARY}-reason"
HOLD = {"kind": "billing_hold", "subject": "CLD-UKI-1001", "held": "true"}
REPORT = {"kind": "billing_hold", "subject": "CLD-UKI-1001", "value": {"held": True}}


def waiver(rule: str) -> dict[str, str]:
    until = datetime.now(UTC).date() + timedelta(days=30)
    return {"rule": rule, "until": until.isoformat(), "reason": SAID}


RECIPES: dict[str, Recipe] = {
    "POST /v1/documents": plainly("priya", "/v1/documents", files={"file": ("a.md", SOW)}),
    "POST /documents": plainly("priya", "/documents", files={"file": ("b.md", SOW + b"\nAgain.\n")}),
    "GET /v1/documents/{document_id}": on_document("priya", "/v1/documents/{document}"),
    "GET /documents/{document_id}": on_document("priya", "/documents/{document}"),
    "GET /v1/documents/{document_id}/terms": on_document("priya", "/v1/documents/{document}/terms"),
    "GET /v1/documents/{document_id}/search": on_document("priya", "/v1/documents/{document}/search?q=travel"),
    "GET /v1/documents/{document_id}/precedents": on_document("priya", "/v1/documents/{document}/precedents"),
    "GET /v1/documents/{document_id}/in-force": on_document("priya", "/v1/documents/{document}/in-force"),
    "GET /documents/{document_id}/in-force": on_document("priya", "/documents/{document}/in-force"),
    "POST /v1/documents/{document_id}/link": on_document(
        "priya", "/v1/documents/{document}/link", json={"amends": None, "reason": SAID}
    ),
    "POST /documents/{document_id}/link": on_document(
        "priya", "/documents/{document}/link", data={"amends": "", "reason": SAID}
    ),
    "POST /v1/documents/{document_id}/master": on_document(
        "priya", "/v1/documents/{document}/master", json={"master": None, "reason": SAID}
    ),
    "POST /documents/{document_id}/master": on_document(
        "priya", "/documents/{document}/master", data={"master": "", "reason": SAID}
    ),
    "GET /v1/documents/{document_id}/pages/{number}.png": on_document(
        "priya", "/v1/documents/{document}/pages/1.png", pdf=True
    ),
    "GET /v1/documents/{document_id}/codes": on_document("priya", "/v1/documents/{document}/codes"),
    "GET /documents/{document_id}/codes": on_document("priya", "/documents/{document}/codes"),
    "POST /v1/documents/{document_id}/codes": on_document(
        "priya", "/v1/documents/{document}/codes", json={"code": "CLD-UKI-1001", "reason": SAID}
    ),
    "POST /documents/{document_id}/codes": on_document(
        "priya", "/documents/{document}/codes", data={"code": "CLD-UKI-1001", "reason": SAID}
    ),
    "POST /v1/documents/{document_id}/project": on_document("priya", "/v1/documents/{document}/project", chosen=True),
    "POST /documents/{document_id}/project": on_document("priya", "/documents/{document}/project", chosen=True),
    "POST /v1/documents/{document_id}/confirmation": on_document("priya", "/v1/documents/{document}/confirmation"),
    "POST /documents/{document_id}/confirmation": on_document("priya", "/documents/{document}/confirmation"),
    "POST /v1/documents/{document_id}/terms/{term_id}/decisions": on_term(
        "/v1/documents/{document}/terms/{term}/decisions", "json"
    ),
    "POST /documents/{document_id}/terms/{term_id}": on_term("/documents/{document}/terms/{term}", "data"),
    "POST /v1/actions": plainly("finn", "/v1/actions", json=PO),
    "POST /v1/actions/{action_id}/decisions": on_action(
        "ada", "/v1/actions/{action}/decisions", form="json", verdict="reject", reason=SAID
    ),
    "POST /actions/{action_id}/decisions": on_action(
        "ada", "/actions/{action}/decisions", form="data", verdict="approve", reason=SAID
    ),
    "POST /v1/actions/{action_id}/withdrawal": on_action(
        "finn", "/v1/actions/{action}/withdrawal", form="json", digest=False, reason=SAID
    ),
    "POST /actions/{action_id}/withdrawal": on_action(
        "finn", "/actions/{action}/withdrawal", form="data", digest=False, reason=SAID
    ),
    "POST /projects/{code}/proposals": plainly(
        "finn", "/projects/CLD-UKI-1001/proposals", data={"rule": "po.missing", "po_number": "PO-9999"}
    ),
    "POST /projects/{code}/invoice": plainly("finn", "/projects/CLD-UKI-1001/invoice", data={"month": "2026-10"}),
    "POST /v1/threads": plainly("finn", "/v1/threads", json={}),
    "POST /threads": plainly("finn", "/threads"),
    "POST /threads/messages": plainly("finn", "/threads/messages", data={"text": f"Hello {CANARY}-question"}),
    "POST /v1/threads/{thread_id}/messages": on_thread("/v1/threads/{thread}/messages", "json"),
    "POST /threads/{thread_id}/messages": on_thread("/threads/{thread}/messages", "data"),
    "POST /v1/tokens": plainly("finn", "/v1/tokens", json={"label": f"{CANARY}-label", "days": 1}),
    "DELETE /v1/tokens/{token_id}": on_token("/v1/tokens/{token}"),
    "POST /account/tokens": plainly("finn", "/account/tokens", data={"label": f"{CANARY}-label", "days": 1}),
    "POST /account/tokens/{token_id}/revocation": on_token("/account/tokens/{token}/revocation"),
    "POST /v1/facts": plainly("finn", "/v1/facts", files={"file": ("psa.csv", FACTS)}),
    "POST /v1/facts/preview": plainly("finn", "/v1/facts/preview", files={"file": ("psa.csv", FACTS)}),
    "POST /v1/facts/reports": plainly("finn", "/v1/facts/reports", json=REPORT),
    "POST /facts/preview": plainly("finn", "/facts/preview", files={"file": ("psa.csv", FACTS)}),
    "POST /facts/import": plainly("finn", "/facts/import", data={"text": FACTS.decode()}),
    "POST /facts/reports": plainly(
        "finn", "/facts/reports", data=HOLD, files={"evidence": ("mail.md", SOW + b"Hold.")}
    ),
    "POST /v1/projects/{code}/waivers": plainly("finn", "/v1/projects/CLD-UKI-1001/waivers", json=waiver("po.missing")),
    "POST /projects/{code}/waivers": plainly(
        "finn", "/projects/CLD-UKI-1001/waivers", data=waiver("time.not_approved")
    ),
    "POST /signout": plainly("finn", "/signout"),
    "POST /v1/audit/export": plainly("ines", "/v1/audit/export"),
    "POST /audit/export": plainly("ines", "/audit/export"),
    "POST /signin": plainly(
        "nobody", "/signin", data={"email": "finn.okafor@northlight.example", "password": PASSWORD}
    ),
}
# This small firm has nothing to invoice and its ERP can make no project: nothing is changed. Other routes lead to the
# same `propose`.
IDLE = {
    "POST /projects/{code}/invoice",
    "POST /documents/{document_id}/project",
    "POST /v1/documents/{document_id}/project",
    "POST /documents/{document_id}/confirmation",
    "POST /v1/documents/{document_id}/confirmation",
}


def refused(person: str, path: str) -> Recipe:
    async def recipe(world: World) -> tuple[str, str, dict[str, Any]]:
        return person, path.format(action=(await world.action())["id"]), {}

    return recipe


async def delegated(world: World) -> dict[str, Any]:
    year = next(world.count) + 2030
    return {
        "delegate": world.door.ids["marek"],
        "from_at": f"{year}-01-01T00:00:00Z",
        "until_at": f"{year}-01-09T00:00:00Z",
        "reason": SAID,
    }


async def delegation(world: World) -> tuple[str, str, dict[str, Any]]:
    return "ada", "/v1/delegations", {"json": await delegated(world)}


async def ended(world: World) -> tuple[str, str, dict[str, Any]]:
    made = await (await world.door.of("ada")).post("/v1/delegations", json=await delegated(world))
    assert made.status_code == 201, made.text
    return "ada", f"/v1/delegations/{made.json()['id']}/end", {}


async def batch(world: World) -> tuple[str, str, dict[str, Any]]:
    action = await world.action()
    one = {"action": action["id"], "verdict": "reject", "digest": action["digest"], "reason": SAID}
    return "ada", "/v1/actions/decisions", {"json": [one]}


def shared(path: str, form: str = "") -> Recipe:
    """A conversation of Finn's, shown to Ada; to be ended, it is shown first."""

    async def recipe(world: World) -> tuple[str, str, dict[str, Any]]:
        thread, ada = await world.thread(), world.door.ids["ada"]
        if path.endswith("/end") or form == "ended":
            shown = await (await world.door.of("finn")).post(f"/threads/{thread}/shares", data={"person": ada})
            assert shown.status_code == 303, shown.text
        return "finn", path.format(thread=thread, person=ada), {"data": {"person": ada}}

    return recipe


def access(path: str, form: str, **rights: Any) -> Recipe:
    """Of someone on whom no other route depends."""
    said = rights and rights | {"reason": SAID}

    async def recipe(world: World) -> tuple[str, str, dict[str, Any]]:
        guest = f"guest{next(world.count)}@northlight.example"
        async with world.door.services.database.tenant("northlight") as connection:
            person = await people.add(
                connection, "northlight", email=guest, name="Guest", password_hash="-", roles=(Role.AUDITOR,)
            )
        return "tom", path.format(person=person), {form: said or {"active": "false", "reason": SAID}}

    return recipe


async def watched(world: World) -> tuple[str, str, dict[str, Any]]:
    assert (await (await world.door.of("priya")).put("/v1/monitors/digest")).status_code == 204
    return "priya", "/v1/monitors/digest", {}


WORK = {"description": "Kubernetes operations", "day": "2026-11-20", "customer": "Fenwick Ports plc"}
RECIPES |= {
    "POST /projects/{code}/reading": plainly("finn", "/projects/CLD-UKI-1001/reading"),
    "POST /v1/codes/proposals": plainly("priya", "/v1/codes/proposals", json=[WORK]),
    "POST /v1/codes/choices": plainly(
        "priya", "/v1/codes/choices", json={"line": WORK, "code": "CLD-UKI-1001", "reason": SAID}
    ),
    "GET /v1/documents/{document_id}/set-up": on_document("priya", "/v1/documents/{document}/set-up"),
    "GET /documents/{document_id}/set-up": on_document("priya", "/documents/{document}/set-up"),
    "PUT /v1/monitors/{kind}": plainly("finn", "/v1/monitors/digest"),
    "POST /monitors/{kind}": plainly("finn", "/monitors/remedies", data={"on": "true"}),
    "DELETE /v1/monitors/{kind}": watched,
    "POST /v1/projects/{code}/reading": plainly("finn", "/v1/projects/CLD-UKI-1001/reading"),
    "POST /v1/delegations": delegation,
    "POST /v1/delegations/{delegation_id}/end": ended,
    "POST /v1/actions/decisions": batch,
    "POST /v1/people/{person_id}/access": access("/v1/people/{person}/access", "json"),
    "POST /admin/people/{person_id}/access": access("/admin/people/{person}/access", "data"),
    "POST /v1/people/{person_id}/rights": access("/v1/people/{person}/rights", "json", roles=["finance"]),
    "POST /admin/people/{person_id}/rights": access("/admin/people/{person}/rights", "data", roles=["approver"]),
    "PUT /v1/threads/{thread_id}/shares/{person_id}": shared("/v1/threads/{thread}/shares/{person}"),
    "DELETE /v1/threads/{thread_id}/shares/{person_id}": shared("/v1/threads/{thread}/shares/{person}", "ended"),
    "PUT /v1/look": plainly("tom", "/v1/look", json={"accent": "#23427c", "accent_dark": "#a3bdf3"}),
    "DELETE /v1/look": plainly("tom", "/v1/look"),
    "POST /admin/look": plainly("tom", "/admin/look", data={"accent": "#23427c", "accent_dark": "#a3bdf3"}),
    "POST /admin/look/shipped": plainly("tom", "/admin/look/shipped"),
    "POST /threads/{thread_id}/shares": shared("/threads/{thread}/shares"),
    "POST /threads/{thread_id}/shares/{person_id}/end": shared("/threads/{thread}/shares/{person}/end"),
    "POST /v1/freezes": plainly("tom", "/v1/freezes", json={"reason": SAID}),
    "POST /v1/session/reauthentication": plainly("ada", "/v1/session/reauthentication", json={"password": PASSWORD}),
    "POST /v1/actions/{action_id}/notes": on_action(
        "ada", "/v1/actions/{action}/notes", form="json", digest=False, kind="comment", text=f"{CANARY}-comment"
    ),
    "POST /v1/actions/{action_id}/edits": on_action(
        "finn",
        "/v1/actions/{action}/edits",
        form="json",
        arguments={"contract_id": "k1", "po_number": "PO-EDITED"},
        reason=SAID,
    ),
}
# Asked of an action that is not in the state for it, or with an empty form where /v1 asks the same function properly.
ENDS = ("compensation", "replay", "resolution", "revision")
IDLE |= {
    *(f"POST {prefix}/actions/{{action_id}}/{end}" for prefix in ("", "/v1") for end in ENDS),
    *(f"POST /actions/{{action_id}}/{end}" for end in ("edits", "notes")),
    "POST /actions/decisions",
    "POST /codes",  # every project of the small firm has a code
    "POST /delegations",
    "POST /delegations/{delegation_id}/end",
    *(f"POST {prefix}/projects/{{code}}/waivers/{{waiver_id}}/end" for prefix in ("", "/v1")),
    "POST /freezes",
    *(f"POST {prefix}/freezes/{{freeze_id}}/thaw" for prefix in ("", "/v1")),
    # Other agents come in with a token: tests/api/test_protocol.py looks at what each call leaves.
    "POST /v1/mcp",
    # A change of policy is proposed like any other action.
    *(f"POST {prefix}/policy/proposals" for prefix in ("", "/v1")),
}
for _name in IDLE - RECIPES.keys():
    _path = (
        _name.split()[1]
        .replace("{action_id}", "{action}")
        .replace("{delegation_id}", "{action}")
        .replace("{freeze_id}", "{action}")
        .replace("{code}", "CLD-UKI-1001")
        .replace("{waiver_id}", "{action}")
    )
    RECIPES[_name] = refused("ines", _path)


@pytest.fixture
async def world(door: Door, worker_database: Database, owner: psycopg.Connection, tmp_path: Path) -> World:
    """With an audit log that can be exported."""
    key = signing_key(tmp_path / "keys")
    await seal(worker_database, "northlight", key, Folder(tmp_path / "copies"))
    services = replace(door.services, seal=Seal(tmp_path / "keys", Folder(tmp_path / "copies")))
    app = httpx.ASGITransport(create_app(services), raise_app_exceptions=False)
    return World(Door(services, app, door.ids))


def told_routes() -> list[str]:
    """The routes that change something or show a document."""
    routers = [("/v1", router) for router in ROUTES] + [("", router) for router in PAGES]
    routes = [(prefix, route) for prefix, router in routers for route in router.routes if isinstance(route, APIRoute)]
    every = {f"{method} {prefix}{route.path}" for prefix, route in routes for method in route.methods}
    changing = {name for name in every if name.split()[0] not in {"GET", "HEAD"} and "/policy/replay" not in name}
    return sorted(changing | {name for name in every if "{document_id}" in name})


async def sent(world: World, name: str, trace: str) -> httpx.Response:
    assert name in RECIPES, f"{name} changes something or shows a document: say in RECIPES how it is asked"
    person, path, given = await RECIPES[name](world)
    client = world.door.nobody() if person == "nobody" else await world.door.of(person)
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    return await client.request(name.split(maxsplit=1)[0], path, headers=headers, **given)


async def test_every_change_and_every_reading_of_a_document_leaves_an_entry(
    world: World, owner: psycopg.Connection
) -> None:
    untold = []
    names = told_routes()
    assert len(names) > 30
    for name in names:
        trace = secrets.token_hex(16)
        answer = await sent(world, name, trace)
        assert (answer.status_code < 400) is (name not in IDLE), (name, answer.text)
        if name not in IDLE and not owner.execute("select from audit_entry where trace = %s", [trace]).fetchall():
            untold.append((name, answer.status_code))
    assert untold == []


async def test_the_log_holds_no_text_of_documents_or_people_and_no_secret(
    world: World, owner: psycopg.Connection
) -> None:
    for name in told_routes():
        await sent(world, name, secrets.token_hex(16))
    client = await world.door.of("priya")
    for path in (f"/v1/actions/{CANARY}", f"/v1/documents/{CANARY}", f"/v1/audit/trace?record={CANARY}"):
        await client.get(path, headers={"authorization": ""})
    log = str(owner.execute("select * from audit_entry").fetchall())
    words = str(owner.execute("select * from audit_text").fetchall())
    secrets_of_ours = [client.cookies.get("countersign_session"), PASSWORD, "csn_"]
    for forbidden in (CANARY, "Fenwick Ports plc. Provider", "time and materials basis", *secrets_of_ours):
        assert forbidden not in log, forbidden
    assert f"{CANARY}-reason" in words
    assert f"{CANARY}-document" not in words


async def test_refusals_are_written_down_with_the_person(world: World, owner: psycopg.Connection) -> None:
    ines, finn = await world.door.of("ines"), await world.door.of("finn")
    action = await world.action()
    assert (await ines.post("/v1/actions", json=PO)).status_code == 403
    forged = await finn.post("/v1/threads", json={}, headers={"x-csrf-token": "0" * 64})
    assert forged.json()["code"] == "forged_request"
    other_site = await finn.post("/signout", headers={"sec-fetch-site": "cross-site"})
    assert other_site.status_code == 403
    own = {"verdict": "approve", "digest": action["digest"]}
    assert (await finn.post(f"/v1/actions/{action['id']}/decisions", json=own)).status_code == 403
    rows = owner.execute(
        "select person, event, subject, facts ->> 'code', facts ->> 'route' from audit_entry "
        "where event like '%refused' order by id"
    ).fetchall()
    ids = world.door.ids
    assert rows == [
        (ids["ines"], "request.refused", f"person:{ids['ines']}", "not_permitted", "/v1/actions"),
        (ids["finn"], "request.refused", f"person:{ids['finn']}", "forged_request", "/v1/threads"),
        (ids["finn"], "request.refused", f"person:{ids['finn']}", "forged_request", "/signout"),
        (ids["finn"], "action.decision_refused", f"action:{action['id']}", "segregation_of_duties", None),
    ]
