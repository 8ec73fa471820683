"""Every route is called by nobody, by the wrong person, and by a stranger who knows the right ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.routing import APIRoute

import api.pages
import api.routes
from api.access import Permitted
from api.app import create_app
from api.headers import HEADERS
from api.services import Services
from domain.actor import Actor, Operation, Role
from policies.engine import Policies

pytestmark = pytest.mark.anyio

# The routes that no operation guards, and why each may stand open.
OPEN = {
    "GET /signin": "the door itself",
    "POST /signin": "the door itself",
    "POST /signout": "whoever is in may leave",
    "GET /": "shows only what its reader may read",
    "GET /account": "a person's own page",
    "GET /look.css": "colours, by the session's own firm",
    "GET /look/logo": "an image, by the session's own firm",
    "GET /signin/look.css": "the colours of the firm that the installation is for",
    "GET /signin/logo": "that firm's logo",
    "GET /v1/health": "tells nothing about anyone",
    "POST /v1/session/reauthentication": "whoever is in may prove again who they are",
}
OTHERS = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Found:
    """A route as a request reaches it."""

    method: str
    path: str
    route: APIRoute

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def found() -> list[Found]:
    routers = [("/v1", router) for router in api.routes.ROUTES] + [("", router) for router in api.pages.PAGES]
    return [
        Found(method, prefix + route.path, route)
        for prefix, router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    ]


def operation_of(found: Found) -> Permitted | None:
    guards = [d.call for d in _all(found.route.dependant.dependencies) if isinstance(d.call, Permitted)]
    assert len(guards) <= 1, f"{found} names several operations"
    return guards[0] if guards else None


def _all(dependencies: list) -> Iterator:
    for dependency in dependencies:
        yield dependency
        yield from _all(dependency.dependencies)


ROUTES = found()
GUARDED = [one for one in ROUTES if operation_of(one)]


def test_every_route_is_guarded_or_open_for_a_reason() -> None:
    assert {str(one) for one in ROUTES if not operation_of(one)} == set(OPEN)
    assert len(GUARDED) > 35


def test_the_application_has_no_other_routes() -> None:
    app = create_app(Services(database=None, erps={}, policies=None, agent=None))
    others = {route.path for route in app.routes if hasattr(route, "path")}
    assert others == {"/v1/openapi.json", "/static"}
    assert len(app.routes) == len(others) + len(api.routes.ROUTES) + len(api.pages.PAGES)


def address(one: Found) -> str:
    path = one.path.replace("{number}", "1").replace("{code}", "CLD-UKI-1004")
    return re.sub(r"\{[^}]+\}", OTHERS, path)


# What a request needs to get past the checking of its form, so that only its person is wrong.
BODIES = {
    "POST /v1/tokens": {"json": {"label": "x", "days": 1}},
    "POST /v1/actions": {
        "json": {
            "action_type": "contract.set_po_number",
            "arguments": {"contract_id": "1", "po_number": "1"},
            "summary": "x",
        }
    },
    "POST /v1/actions/{action_id}/decisions": {"json": {"verdict": "approve", "digest": "0" * 64}},
    "POST /v1/actions/{action_id}/withdrawal": {"json": {}},
    "POST /v1/actions/{action_id}/compensation": {"json": {"reason": "x"}},
    "POST /v1/actions/decisions": {"json": [{"action": "x", "verdict": "approve", "digest": "0" * 64}]},
    "POST /actions/decisions": {"data": {"verdict": "approve", "chosen": "x:" + "0" * 64}},
    "POST /actions/{action_id}/edits": {"data": {"digest": "0" * 64, "reason": "x"}},
    "POST /actions/{action_id}/notes": {"data": {"kind": "comment", "text": "x"}},
    "POST /v1/delegations": {
        "json": {
            "delegate": OTHERS,
            "from_at": "2026-11-23T00:00:00Z",
            "until_at": "2026-11-24T00:00:00Z",
            "reason": "x",
        }
    },
    "POST /delegations": {"data": {"delegate": OTHERS, "first": "2026-11-23", "last": "2026-11-24", "reason": "x"}},
    "POST /v1/freezes": {"json": {"reason": "x"}},
    "POST /freezes": {"data": {"reason": "x"}},
    "POST /v1/freezes/{freeze_id}/thaw": {"json": {"reason": "x"}},
    "POST /freezes/{freeze_id}/thaw": {"data": {"reason": "x"}},
    "POST /v1/actions/{action_id}/edits": {"json": {"digest": "0" * 64, "arguments": {}, "reason": "x"}},
    "POST /v1/actions/{action_id}/revision": {"json": {}},
    "POST /v1/actions/{action_id}/notes": {"json": {"kind": "comment", "text": "x"}},
    "POST /v1/documents": {"files": {"file": ("a.txt", b"Payment is due in 30 days.")}},
    "POST /v1/facts": {"files": {"file": ("a.csv", b"kind,subject,reported_at,system\n")}},
    "POST /v1/facts/preview": {"files": {"file": ("a.csv", b"kind,subject,reported_at,system\n")}},
    "POST /v1/facts/reports": {"json": {"kind": "billing_hold", "subject": "P", "value": {"held": True}}},
    "POST /facts/preview": {"files": {"file": ("a.csv", b"kind,subject,reported_at,system\n")}},
    "POST /facts/import": {"data": {"text": "kind,subject,reported_at,system\n"}},
    "POST /facts/reports": {"data": {"kind": "billing_hold", "subject": "P", "held": "true"}},
    "POST /v1/projects/{code}/waivers": {"json": {"rule": "po.missing", "until": "2026-12-31", "reason": "x"}},
    "POST /v1/projects/{code}/waivers/{waiver_id}/end": {"json": {"reason": "x"}},
    "POST /projects/{code}/waivers": {"data": {"rule": "po.missing", "until": "2026-12-31", "reason": "x"}},
    "POST /projects/{code}/waivers/{waiver_id}/end": {"data": {"reason": "x"}},
    "POST /v1/documents/{document_id}/terms/{term_id}/decisions": {"json": {"verdict": "confirm"}},
    "POST /v1/documents/{document_id}/codes": {"json": {"code": "CLD-UKI-1004"}},
    "POST /v1/policy/replay": {"json": {"files": {}, "since": "2026-01-01"}},
    "POST /v1/policy/proposals": {"json": {"files": {}, "summary": "x"}},
    "POST /policy/replay": {"data": {"approval": "x"}},
    "POST /policy/proposals": {"data": {"approval": "x", "summary": "x"}},
    "PUT /v1/look": {"json": {"accent": "#23427c", "accent_dark": "#a3bdf3"}},
    "POST /v1/threads": {"json": {}},
    "POST /v1/threads/{thread_id}/messages": {"json": {"text": "hello"}},
    "POST /documents": {"files": {"file": ("a.txt", b"Payment is due in 30 days.")}},
    "POST /documents/{document_id}/terms/{term_id}": {"data": {"verdict": "confirm"}},
    "POST /documents/{document_id}/codes": {"data": {"code": "CLD-UKI-1004"}},
    "POST /projects/{code}/proposals": {"data": {"rule": "po.missing"}},
    "POST /projects/{code}/invoice": {"data": {"month": "2026-10"}},
    "POST /actions/{action_id}/decisions": {"data": {"verdict": "approve", "digest": "0" * 64}},
    "POST /threads/messages": {"data": {"text": "hello"}},
    "POST /threads/{thread_id}/messages": {"data": {"text": "hello"}},
    "POST /account/tokens": {"data": {"label": "x", "days": "1"}},
}
# A batch asks policy about each of its decisions, and answers for each.
EACH_FOR_ITSELF = {"POST /v1/actions/decisions", "POST /actions/decisions"}
FIRST_NAMES = {
    Role.PROJECT_MANAGER: "priya",
    Role.FINANCE: "finn",
    Role.APPROVER: "ada",
    Role.AUDITOR: "ines",
    Role.ADMINISTRATOR: "tom",
}


CHANGING = [one for one in GUARDED if one.method != "GET"]
FORGED = (403, "forged_request")


async def call(client, one: Found):
    return await client.request(one.method, address(one), **BODIES.get(str(one), {}))


# Each walk opens one application for all routes: a refusal changes nothing. It names every route that let someone in.
async def test_nobody_comes_in(door) -> None:
    wrong = []
    async with door.nobody() as client:
        for one in GUARDED:
            answer = await call(client, one)
            stolen = await client.request("GET", address(one), headers={"authorization": "Bearer csn_guess"})
            bare = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
            if code_of(answer) != (401, "not_signed_in") or stolen.status_code not in (401, 404, 405) or bare:
                wrong.append((str(one), answer.status_code, stolen.status_code, bare))
    assert wrong == []


async def test_the_wrong_roles_stay_out(door) -> None:
    policies = await door.services.policies("northlight")
    clients = {name: await door.of(name) for name in FIRST_NAMES.values()}
    let_in = []
    for one in GUARDED:
        guard = operation_of(one)
        assert guard
        wrong = [name for role, name in FIRST_NAMES.items() if not permitted(policies, role, guard.operation)]
        assert wrong or guard.operation is Operation.ACTION_READ
        # Where policy is asked with the facts of the case, there must be a case: an unknown one is not found.
        expected = (404, "not_found") if guard.asked_later else (403, "not_permitted")
        if str(one) in EACH_FOR_ITSELF:
            continue
        answers = {name: code_of(await call(clients[name], one)) for name in wrong}
        let_in += [(str(one), name, got) for name, got in answers.items() if got != expected]
    assert let_in == []


async def test_no_form_is_taken_without_its_token(door) -> None:
    taken = []
    for name in ("finn", "ada"):
        client = await door.of(name)
        client.headers["x-csrf-token"] = "0" * 64
        taken += [(str(one), name) for one in CHANGING if code_of(await call(client, one)) != FORGED]
    assert taken == []


async def test_no_other_site_can_send_a_form(door) -> None:
    taken = []
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        client = await door.of("ada")
        client.headers.update(headers)
        taken += [(str(one), *headers) for one in CHANGING if code_of(await call(client, one)) != FORGED]
    assert taken == []


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else ""


def permitted(policies: Policies, role: Role, operation: Operation) -> bool:
    return policies.authorize(Actor("northlight", "p", "P", frozenset({role})), operation).allowed


async def test_the_interface_describes_itself(door) -> None:
    described = (await door.nobody().get("/v1/openapi.json")).json()
    assert {"/v1/projects/{code}/readiness", "/v1/portfolio/readiness", "/v1/mcp"} <= described["paths"].keys()
