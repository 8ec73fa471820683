"""Moves that try every door: all routes with guessed ids and every role, and the database as its application's user."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from domain.errors import CountersignError
from evals.adversary import firm
from evals.adversary.moves import hands, proposing
from evals.adversary.world import World

WRITING = {"post", "put", "patch", "delete"}
# As the application's own user, inside a transaction of one firm: each must fail or change nothing of an action.
STATEMENTS = (
    "update action set intent = '{}' where id::text = %(action)s",
    "update action set digest = repeat('0', 64) where id::text = %(action)s",
    "update action set state = 'verified' where id::text = %(action)s and state = 'awaiting_approval'",
    "update action set expires_at = now() + interval '1 year' where id::text = %(action)s",
    "update action_decision set person = 'someone' where action::text = %(action)s",
    "delete from action_decision where action::text = %(action)s",
    "delete from audit_entry where subject = 'action:' || %(action)s",
    "update audit_entry set facts = '{}' where subject = 'action:' || %(action)s",
    "alter table action disable trigger all",
    "set role postgres",
)


async def routes(world: World, random: Random) -> str:
    """A few routes of the API, by someone of either firm or by nobody, with ids of either firm."""
    paths: dict[str, dict[str, Any]] = (await world.call(None, "GET", "/v1/openapi.json", via="nothing")).json()[
        "paths"
    ]
    told: list[str] = []
    for _ in range(4):
        path = random.choice(sorted(paths))
        method = random.choice(sorted(paths[path]))
        if path.endswith("/decisions") and "/actions/" in path:
            continue  # whoever decides is `deciding`'s and `forging`'s business, where votes are counted
        person = random.choice([*world.everyone(), None])
        filled = re.sub(r"\{(\w+)\}", lambda found: _guess(world, random, found[1]), path)
        content: dict[str, Any] = {"json": _body(world, random, path)} if method in WRITING else {}
        via = random.choice(("session", "token")) if person else "nothing"
        response = await world.call(person, method.upper(), filled, via=via, own_csrf=True, **content)
        _remember(world, path, method, person, response)
        told.append(f"{person.name if person else 'nobody'} {method} {path} {response.status_code}")
    return "; ".join(told)


def _remember(world: World, path: str, method: str, person: Any, response: Any) -> None:
    """What a probe happened to be allowed is remembered like any other deed."""
    if not response.is_success or person is None or method != "post":
        return
    found = response.json() if "application/json" in response.headers.get("content-type", "") else {}
    if path == "/v1/actions" or path.endswith(("/project", "/compensation")):
        hands.remember(world, person, found)
    elif path.endswith("/withdrawal"):
        world.record.withdrawn[str(found["id"])] = world.record.tick()
    elif path == "/v1/threads":
        world.threads.append((person, str(found["id"])))


def _guess(world: World, random: Random, name: str) -> str:
    threads = [thread for _, thread in world.threads] or ["1"]
    documents = [document for _, document in world.documents] or ["1"]
    pools: dict[str, list[str]] = {
        "action_id": [*world.record.firms] or ["00000000-0000-4000-8000-000000000000"],
        "thread_id": threads,
        "document_id": documents,
        "code": [f"{practice}-UKI-100{key}" for key, practice in firm.PRACTICES.items()],
        "number": ["1"],
    }
    return random.choice([*pools.get(name, ["00000000-0000-4000-8000-000000000000"]), "../x", "1"])


def _body(world: World, random: Random, path: str) -> dict[str, Any]:
    if path == "/v1/actions":
        return proposing.some(random, world, world.near)
    known = {"text": "approved", "title": "", "reason": "x", "label": "x", "days": 3, "code": "CLD-UKI-1001"}
    return known | {"verdict": random.choice(("confirm", "reject", "approve")), "digest": "0" * 64}


async def as_the_database_user(world: World, random: Random) -> str:
    """Whoever reaches SQL as the application still cannot change what was proposed, decided or logged."""
    if not world.record.firms:
        return "nothing in the database"
    action = random.choice([*world.record.firms])
    told: list[str] = []
    for statement in random.sample(STATEMENTS, 3):
        try:
            async with world.service.database.tenant(world.record.firms[action]) as connection:
                changed = (await connection.execute(statement, {"action": action})).rowcount
        except CountersignError:
            changed = 0
        except Exception as error:  # noqa: BLE001 - whatever the database answers is an answer
            changed = 0
            told.append(type(error).__name__)
        if changed > 0:
            world.record.broken("database", f"the application's database user may: {statement}")
    return f"SQL as the application: {', '.join(told)}"
