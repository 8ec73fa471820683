"""What people's hands do, for all moves: propose and remember who did, open a page, press a button on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from html import unescape
from random import Random
from typing import Any

import httpx

from actions.quoting import WITHHELD
from evals.adversary import rules
from evals.adversary.record import SESSION, Shown, Vote
from evals.adversary.world import Person, Tab, Via, World

DIGEST = re.compile(r'name="digest" value="([0-9a-f]{64})"')
ACTION = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CREATED, FOUND, SEE_OTHER = 201, 200, 303


def short(action: str) -> str:
    """An action's id as the story tells it."""
    return action[:8]


async def propose(world: World, person: Person, body: Mapping[str, Any], via: Via = "session") -> httpx.Response:
    """Send a proposal to the API and remember whose it is."""
    response = await world.call(person, "POST", "/v1/actions", via=via, json=dict(body))
    if response.status_code == CREATED:
        remember(world, person, response.json())
    return response


def remember(world: World, person: Person, action: Mapping[str, Any]) -> str:
    """Remember a proposal as its proposer saw it on its first appearance; an earlier one stays its proposer's."""
    id_ = str(action["id"])
    world.record.proposers.setdefault(id_, _whose(world, action) or person.id)
    world.record.firms.setdefault(id_, person.tenant)
    world.record.proposed.setdefault(id_, world.record.tick())
    world.record.digests.setdefault(id_, str(action["digest"]))
    world.record.shown.setdefault(id_, seen(person.tenant, action))
    return id_


def _whose(world: World, action: Mapping[str, Any]) -> str:
    """Whose a version is that policy asked for anew: whoever proposes the same again is only shown it."""
    earlier = world.record.shown.get(str(action["previous"]))
    same = earlier is not None and earlier.arguments == action["intent"]["arguments"]
    return world.record.proposers[earlier.action] if earlier and same else ""


def seen(tenant: str, action: Mapping[str, Any]) -> Shown:
    """An action's JSON as a person reads it."""
    return Shown(
        tenant=tenant,
        action=str(action["id"]),
        type=str(action["type"]),
        digest=str(action["digest"]),
        arguments=action["intent"]["arguments"],
        before=action["before"]["fields"],
        changes={change["field"]: change["after"] for change in action["changes"]},
        origins=action["intent"]["origins"],
        expires_at=datetime.fromisoformat(action["expires_at"]),
    )


async def learn(world: World, person: Person, action: str) -> None:
    """After a page or a chat made a proposal: read it as its proposer."""
    if action not in world.record.firms:
        response = await world.call(person, "GET", f"/v1/actions/{action}")
        if response.status_code == FOUND:
            remember(world, person, response.json())


async def open_page(world: World, random: Random, person: Person, action: str) -> Tab | None:
    """Look at a proposal; by page the digest is the one in its form. The tab stays open."""
    response = await world.call(person, "GET", f"/v1/actions/{action}")
    if response.status_code != FOUND:
        return None
    shown = seen(person.tenant, response.json())
    first = world.record.shown.get(action)
    if first and WITHHELD not in response.text:  # what it quotes is read where it is opened
        world.record.shown[action] = replace(first, origins=shown.origins)
    if random.random() < 0.3:  # noqa: PLR2004 - the share of people who use the pages
        page = await world.call(person, "GET", f"/actions/{action}", headers={"accept": "text/html"})
        found = DIGEST.search(page.text)
        if found and found[1] != shown.digest:
            world.record.broken("different", f"the page of {short(action)} carries another digest than its proposal")
        if page.status_code == FOUND:
            _read_page(world, shown, page.text)
    tab = Tab(person, shown)
    world.tabs.append(tab)
    return tab


def _read_page(world: World, shown: Shown, html: str) -> None:
    """What the proposal would set must stand on the page, in letters that a person sees."""
    text = unescape(html)
    wanted = [v for n, v in shown.changes.items() if n in {"po_number", "code", "name"} and isinstance(v, str)]
    if any(value not in text for value in wanted):
        world.record.broken("different", f"the page of {short(shown.action)} does not show what would be written")


async def press(
    world: World,
    person: Person,
    shown: Shown | None,
    *,
    action: str = "",
    verdict: str = "approve",
    digest: str = "",
    via: Via = "session",
    form: bool = False,
    own: bool = True,
    how: str = SESSION,
    behalf: str = "",
    **request: Any,
) -> Vote:
    """Send a decision, and remember it with what speaks against it.

    `own`: a person's own hand on their own page. `action` and `digest` are those of the page unless given.
    """
    target = action or (shown.action if shown else "")
    sent = {"verdict": verdict, "digest": digest or (shown.digest if shown else world.record.digests.get(target, ""))}
    sent |= {"reason": "Not as agreed."} if verdict == "reject" else {}
    sent |= {"on_behalf_of": behalf} if behalf else {}
    objections = rules.objections(
        world.record, shown, person=person.id, tenant=person.tenant, action=target, how=how, behalf=behalf
    )
    path = f"/actions/{target}/decisions" if form else f"/v1/actions/{target}/decisions"
    content = {"data": sent} if form else {"json": sent}
    response = await world.call(person, "POST", path, via=via, **content, **request)
    accepted = response.status_code == (SEE_OTHER if form else CREATED)
    if form and accepted and "/signin" in response.headers.get("location", ""):
        accepted = False
    return cast(
        world, person, shown, target, verdict, accepted=accepted, objections=objections, own=own, how=how, behalf=behalf
    )


def cast(
    world: World,
    person: Person,
    shown: Shown | None,
    action: str,
    verdict: str,
    *,
    accepted: bool,
    objections: list[str],
    own: bool,
    how: str,
    behalf: str = "",
) -> Vote:
    """Write a vote down. The same word sent again is answered like the first, and is none of its own."""
    people = frozenset({person.id, behalf} - {""})
    before = world.record.accepted(action, verdict)
    accepted = accepted and not any((vote.person, vote.behalf) == (person.id, behalf) for vote in before)
    if any(people & vote.people for vote in world.record.accepted(action, "approve")):
        objections = [*dict.fromkeys([*objections, "twice by one person"])]
    vote = Vote(
        at=world.record.tick(),
        tenant=person.tenant,
        person=person.id,
        action=action,
        verdict=verdict,
        shown=shown,
        own=own,
        accepted=accepted,
        wrong=tuple(objection for objection in objections if objection != rules.BEYOND),
        how=how,
        behalf=behalf,
    )
    world.record.votes.append(vote)
    return vote
