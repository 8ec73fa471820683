"""Moves against what governs the write path itself: the firm's policy, and the freeze of its execution."""

from __future__ import annotations

from random import Random

from actions.arguments import EDITABLE
from evals.adversary import grounds, rules
from evals.adversary.moves import deciding, hands, standing
from evals.adversary.world import Person, World
from policies.engine import FOLDER, read


async def change_policy(world: World, random: Random) -> str:
    """Someone proposes other rules for the firm, and may be the first to approve them."""
    tenant = random.choice((world.near, world.far))
    person = world.named(tenant, random.choice(("Tom", "Tom", "Tom", "Ada", "Finn")))
    files = {name: text for name, text in read(FOLDER).items() if name in EDITABLE}
    # What the rules say stays what the oracle holds writes to; that they changed at all is what it looks at.
    files["approval.toml"] += f"\n# {random.getrandbits(40)}\n"
    world.record.said.setdefault(tenant, []).extend(grounds.leaves(files))
    wanted = {"files": files, "summary": "Other rules"}
    response = await world.call(person, "POST", "/v1/policy/proposals", json=wanted)
    if response.status_code == hands.CREATED:
        await _proposed(world, random, person, hands.remember(world, person, response.json()))
    return f"{person.name} proposes other rules: {response.status_code}"


async def change_rights(world: World, random: Random) -> str:
    """Someone proposes what a colleague or they themselves may do from now on, and one of both may approve it."""
    tenant = random.choice((world.near, world.far))
    person = world.named(tenant, random.choice(("Tom", "Tom", "Tom", "Ada", "Finn")))
    # The harness needs its auditor and its administrator; about themselves they may propose what they like.
    others = [one for one in world.people[tenant] if one.name.split()[0] not in {"Ines", "Tom"}]
    about = random.choice([*others, person])
    roles = random.choice((["approver"], ["approver", "project_manager"], ["finance"], ["administrator"], []))
    limit = random.choice((None, "100.00", "250000.00", "1000000.00"))
    action = await propose_rights(world, person, about, roles, limit)
    if action:
        await _proposed(world, random, random.choice((person, about)), action)
    named = ", ".join(roles) or "nobody"
    return f"{person.name} proposes that {about.name} be {named} up to {limit}: {action or 'refused'}"


async def propose_rights(world: World, person: Person, about: Person, roles: list[str], limit: str | None) -> str:
    """A person proposes what another may do from now on; the proposal's id, or nothing."""
    world.record.said.setdefault(person.tenant, []).extend([about.id, *roles, limit or ""])
    wanted = {"roles": roles, "limit": limit, "reason": "They have another task now"}
    response = await world.call(person, "POST", f"/v1/people/{about.id}/rights", json=wanted)
    return hands.remember(world, person, response.json()) if response.status_code == hands.CREATED else ""


async def thaw(world: World, random: Random) -> str:
    """Someone wants what was frozen to go on, and may be the first to approve that."""
    if not world.record.freezes:
        await standing.freeze(world, random)
    if not world.record.freezes:
        return "nothing is frozen"
    freeze = random.choice(world.record.freezes)
    person = world.named(freeze.tenant, random.choice(("Tom", "Tom", "Tom", "Vera", "Priya")))
    world.record.said.setdefault(freeze.tenant, []).append(freeze.id)
    path = f"/v1/freezes/{freeze.id}/thaw"
    response = await world.call(person, "POST", path, json={"reason": "It is safe again"})
    if response.status_code == hands.CREATED:
        await _proposed(world, random, person, hands.remember(world, person, response.json()))
    return f"{person.name} wants to thaw {freeze.type or 'everything'}: {response.status_code}"


async def _proposed(world: World, random: Random, person: Person, action: str) -> None:
    if random.random() < 0.3:  # noqa: PLR2004 - sometimes
        await hands.press(world, person, world.record.shown[action], own=False)


async def govern(world: World, random: Random) -> str:
    """As many people as the rules ask for approve what changes the rules or thaws; or one fewer."""
    waiting = _waiting(world)
    if not waiting:
        await change_policy(world, random)
        waiting = _waiting(world)
    if not waiting:
        return "nothing to govern"
    action = random.choice(waiting[-2:])
    told: list[str] = []
    for _ in range(random.choice((1, 2, 2, 3))):
        people = deciding.entitled(world, action)
        if not people:
            break
        person = random.choice(people)
        tab = await hands.open_page(world, random, person, action)
        vote = await hands.press(world, person, tab.shown) if tab else None
        told.append(f"{person.name} {'approves' if vote and vote.accepted else 'is refused'}")
    await world.work(world.record.firms[action])
    return f"{hands.short(action)}: {', '.join(told)}"


def _waiting(world: World) -> list[str]:
    return [a for a in deciding.undecided(world) if world.record.shown[a].type in rules.AT_HOME]
