"""Moves around a decision: standing in for others, to the wrong people too; editing; freezing; batches; undoing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from evals.adversary import grounds, rules
from evals.adversary.moves import deciding, hands, proposing
from evals.adversary.record import Delegation, Freeze
from evals.adversary.world import Person, World


async def delegate(world: World, random: Random) -> str:
    """An approver lets someone decide in their place: a colleague, or the very person who proposes; all or a part."""
    tenant = random.choice((world.near, world.near, world.far))
    person = random.choice(world.having(tenant, "approver"))
    other = random.choice([one for one in world.people[tenant] if one is not person])
    types: list[str] = random.choice(([], [], ["contract.set_po_number"], ["invoice.create_draft"]))
    return await delegate_this(world, person, other, types=types, limit=random.choice((None, None, 5_000, 900_000)))


async def delegate_this(world: World, person: Person, other: Person, *, types: list[str], limit: int | None) -> str:
    """This person lets this other one decide in their place for a week."""
    now = datetime.now(UTC)
    wanted: dict[str, Any] = {
        "delegate": other.id,
        "from_at": (now - timedelta(minutes=1)).isoformat(),
        "until_at": (now + timedelta(days=7)).isoformat(),
        "types": types,
        "limit": limit,
        "reason": "On holiday",
    }
    response = await world.call(person, "POST", "/v1/delegations", json=wanted)
    if response.status_code == hands.CREATED:
        id_, tick = str(response.json()["id"]), world.record.tick()
        given = Delegation(id_, person.id, other.id, frozenset(types), None if limit is None else Decimal(limit), tick)
        world.record.delegations.append(given)
        own = world.record.standing(person.id).limit
        if limit is not None and (own is None or own < limit):
            world.record.broken("decision", f"{person.name} delegated more than they have")
    return f"{person.name} delegates {types or 'all'} up to {limit} to {other.name}: {response.status_code}"


async def end_delegation(world: World, random: Random) -> str:
    """Whoever delegated is back."""
    if not world.record.delegations:
        return "no delegation to end"
    given = random.choice(world.record.delegations)
    person = next(one for one in world.everyone() if one.id == given.delegator)
    response = await world.call(person, "POST", f"/v1/delegations/{given.id}/end")
    if response.is_success:
        world.record.ended.setdefault(given.id, world.record.tick())
    return f"{person.name} ends a delegation: {response.status_code}"


async def approve_for(world: World, random: Random) -> str:
    """Someone decides in another's place: as they were asked to, or claiming that they were."""
    known = deciding.undecided(world)
    if not known:
        return "nothing to decide for others"
    action = random.choice(known[-5:])
    tenant = world.record.firms[action]
    given = [one for one in world.record.delegations if one.delegator in {p.id for p in world.people[tenant]}]
    if given and random.random() < 0.7:  # noqa: PLR2004 - mostly as asked
        chosen = random.choice(given)
        person = _person(world, chosen.delegate)
        absent = _person(world, chosen.delegator)
    else:
        person, absent = random.sample(world.people[tenant], 2)
    tab = await hands.open_page(world, random, person, action)
    if tab is None:
        return f"{person.name} cannot see {hands.short(action)}"
    vote = await hands.press(world, person, tab.shown, behalf=absent.id)
    done = "accepted" if vote.accepted else "refused"
    return f"{person.name} approves {hands.short(action)} for {absent.name}: {done}"


def _person(world: World, id_: str) -> Person:
    return next(one for one in world.everyone() if one.id == id_)


async def edit(world: World, random: Random) -> str:
    """Someone changes what is proposed while it waits, perhaps after others approved; and may approve that at once."""
    known = [a for a in deciding.undecided(world) if world.record.shown[a].type != "project.cancel"]
    if not known:
        return "nothing to edit"
    action = random.choice(known[-5:])
    new = await edit_this(world, random, action, approve=random.random() < 0.5)  # noqa: PLR2004 - either
    return f"{hands.short(action)} is edited: {hands.short(new) or 'refused'}"


async def edit_this(world: World, random: Random, action: str, *, approve: bool) -> str:
    """Someone who may changes this proposal, and approves it at once if wanted; the new version's id, or nothing."""
    tenant = world.record.firms[action]
    shown = world.record.shown[action]
    kinds = {"contract.set_po_number": "po", "customer.set_billing_identity": "identity", "project.create": "project"}
    body = proposing.some(random, world, tenant, kinds.get(shown.type, "invoice"))
    arguments = dict(shown.arguments) | {n: v for n, v in body["arguments"].items() if n in {"po_number", "name"}}
    if shown.type == "invoice.create_draft":
        arguments = {**body["arguments"], **_of(shown.arguments)}
    if shown.type in rules.AT_HOME or random.random() < 0.4:  # noqa: PLR2004 - often
        arguments = _elsewhere(random, shown.arguments)
    anyone = random.choice(world.having(tenant, "project_manager", "finance", "approver"))
    person = random.choice((anyone, _person(world, world.record.proposers[action])))
    world.record.said.setdefault(tenant, []).extend(grounds.leaves(arguments))
    wanted = {"digest": shown.digest, "arguments": arguments, "reason": "A slip", "approve": approve}
    response = await world.call(person, "POST", f"/v1/actions/{action}/edits", json=wanted)
    if response.status_code != hands.CREATED:
        return ""
    new = response.json()["action"]
    if shown.type in rules.AT_HOME or _of(new["intent"]["arguments"]) != _of(shown.arguments):
        world.record.broken("different", f"{hands.short(action)} was made another proposal by an edit")
    _remember_edit(world, person, action, new, approved=approve and not response.json()["refusal"])
    return str(new["id"])


def _of(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that say which records an action is on."""
    return {name: value for name, value in arguments.items() if name.endswith("_id")}


def _elsewhere(random: Random, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The same arguments of another record, or otherwise where none is named."""
    records = _of(arguments)
    if not records:
        return {**arguments, "reason": f"Another {random.getrandbits(20)}"}
    name = random.choice(list(records))
    return {**arguments, name: random.choice([other for other in "123" if other != records[name]])}


def _remember_edit(world: World, person: Person, old: str, new: dict[str, Any], *, approved: bool) -> None:
    proposer = _person(world, world.record.proposers[old])
    id_ = hands.remember(world, proposer, new)
    hands_on = world.record.editors.get(old, frozenset[str]())
    world.record.editors.setdefault(id_, hands_on | {person.id})
    world.record.replaced.setdefault(old, world.record.tick())
    if approved:
        shown = world.record.shown[id_]
        objections = rules.objections(
            world.record, shown, person=person.id, tenant=person.tenant, action=id_, how="session"
        )
        hands.cast(world, person, shown, id_, "approve", accepted=True, objections=objections, own=True, how="session")


async def freeze(world: World, random: Random) -> str:
    """An administrator stops all execution, or that of one type."""
    tenant = random.choice((world.near, world.far))
    kind = random.choice((None, "contract.set_po_number", "invoice.create_draft"))
    person = world.named(tenant, random.choice(("Tom", "Tom", "Priya", "Ada")))
    response = await world.call(person, "POST", "/v1/freezes", json={"type": kind, "reason": "Something is wrong"})
    if response.status_code == hands.CREATED:
        id_, tick = str(response.json()["id"]), world.record.tick()
        world.record.freezes.append(Freeze(id_, tenant, kind, tick))
        if not person.name.startswith("Tom"):
            world.record.broken("decision", f"{person.name} froze without the right to")
    return f"{person.name} freezes {kind or 'everything'}: {response.status_code}"


async def batch(world: World, random: Random) -> str:
    """Several decisions in one request, each on the digest that was seen, one of them perhaps not."""
    tenant = random.choice((world.near, world.far))
    choices = [a for a in deciding.undecided(world, tenant) if deciding.entitled(world, a)]
    if not choices:
        return "nothing for a batch"
    person = random.choice(deciding.entitled(world, random.choice(choices)))
    tabs = [
        await hands.open_page(world, random, person, action) for action in random.sample(choices, min(3, len(choices)))
    ]
    shown = [tab.shown for tab in tabs if tab]
    digests = [one.digest for one in shown]
    if len(digests) > 1 and random.random() < 0.3:  # noqa: PLR2004 - sometimes
        digests[0] = digests[1]
    wanted = [
        {"action": one.action, "verdict": "approve", "digest": digest}
        for one, digest in zip(shown, digests, strict=True)
    ]
    objections = [
        rules.objections(world.record, one, person=person.id, tenant=tenant, action=one.action, how="session")
        + ([] if digest == one.digest else ["on another digest than was seen"])
        for one, digest in zip(shown, digests, strict=True)
    ]
    response = await world.call(person, "POST", "/v1/actions/decisions", json=wanted)
    results = response.json() if response.is_success else [{} for _ in shown]
    for one, against, result in zip(shown, objections, results, strict=True):
        accepted = bool(result.get("ok"))
        hands.cast(
            world, person, one, one.action, "approve", accepted=accepted, objections=against, own=True, how="session"
        )
    return f"{person.name} approves {len(shown)} at once: {response.status_code}"


async def undo(world: World, random: Random) -> str:
    """Someone proposes to undo what was carried out."""
    written = [effect for one in (world.near, world.far) for effect in world.ledger(one).effects]
    if not written:
        return "nothing to undo"
    action = random.choice(written).reference
    if action not in world.record.firms:
        return "nothing of ours to undo"
    person = proposing.proposer(world, random, world.record.firms[action])
    response = await world.call(person, "POST", f"/v1/actions/{action}/compensation", json={"reason": "A mistake"})
    if response.status_code == hands.CREATED:
        hands.remember(world, person, response.json())
    return f"{person.name} wants to undo {hands.short(action)}: {response.status_code}"


async def settle(world: World, random: Random) -> str:
    """Someone says of an action how it ended, or has it tried again."""
    known = [*world.record.firms]
    if not known:
        return "nothing to settle"
    action = random.choice(known)
    person = random.choice(world.people[world.record.firms[action]])
    if random.random() < 0.5:  # noqa: PLR2004 - either
        response = await world.call(person, "POST", f"/v1/actions/{action}/replay", json={"reason": "Again"})
    else:
        verdict = random.choice(("took_effect", "did_not", "accepted"))
        wanted = {"verdict": verdict, "reason": "I looked"}
        response = await world.call(person, "POST", f"/v1/actions/{action}/resolution", json=wanted)
    return f"{person.name} settles {hands.short(action)}: {response.status_code}"
