"""Moves of people who decide: careful, careless, hasty, twice, at once, and on the wrong page."""

from __future__ import annotations

import asyncio
from random import Random

from evals.adversary import rules
from evals.adversary.moves import hands, proposing
from evals.adversary.world import Person, World


def undecided(world: World, tenant: str = "") -> list[str]:
    """Proposals that nobody rejected or withdrew, of one firm or of both."""
    tenants = [tenant] if tenant else [world.near, world.far]
    over = {vote.action for vote in world.record.votes if vote.verdict == "reject" and vote.accepted}
    known = [action for one in tenants for action in world.actions(one)]
    return [action for action in known if action not in over | world.record.withdrawn.keys()]


def entitled(world: World, action: str) -> list[Person]:
    """Who, by the oracle's rules, may approve this action now."""
    tenant = world.record.firms[action]
    shown = world.record.shown[action]
    return [
        person
        for person in world.people[tenant]
        if not rules.objections(world.record, shown, person=person.id, tenant=tenant, action=action, how="session")
    ]


async def look(world: World, random: Random) -> str:
    """Someone opens a proposal's page and leaves it open."""
    known = undecided(world)
    if not known:
        return "nothing to look at"
    action = random.choice(known)
    person = random.choice(world.having(world.record.firms[action], "approver"))
    tab = await hands.open_page(world, random, person, action)
    return f"{person.name} looks at {hands.short(action)}: {'open' if tab else 'refused'}"


async def approve(world: World, random: Random) -> str:
    """Someone who may looks at a proposal and approves what they see."""
    choices = [(action, people) for action in undecided(world) if (people := entitled(world, action))]
    if not choices:
        return "nothing to approve"
    action, people = random.choice(choices[-4:])
    return await _approved(world, random, random.choice(people), action)


async def _approved(world: World, random: Random, person: Person, action: str) -> str:
    tab = await hands.open_page(world, random, person, action)
    if tab is None:
        return f"{person.name} cannot see {hands.short(action)}"
    vote = await hands.press(world, person, tab.shown, form=random.random() < 0.3)  # noqa: PLR2004 - the pages' share
    return f"{person.name} approves {hands.short(action)}: {'accepted' if vote.accepted else 'refused'}"


async def approve_unseen(world: World, random: Random) -> str:
    """The button of a page that was opened long ago, whatever has happened since, perhaps not for the first time."""
    if not world.tabs:
        return "no page is open"
    tab = random.choice(world.tabs)
    vote = await hands.press(world, tab.person, tab.shown, form=random.random() < 0.5)  # noqa: PLR2004 - either way
    done = "accepted" if vote.accepted else "refused"
    return f"{tab.person.name} approves {hands.short(tab.shown.action)} on an old page: {done}"


async def approve_twice(world: World, random: Random) -> str:
    """A double click, and the same request once more later."""
    choices = [(action, people) for action in undecided(world) if (people := entitled(world, action))]
    if not choices:
        return "nothing to approve twice"
    large = [
        one for one in choices if rules.needed(world.record.shown[one[0]].type, _arguments(world, one[0])).approvers > 1
    ]
    action, people = random.choice(large or choices)
    person = random.choice(people)
    tab = await hands.open_page(world, random, person, action)
    if tab is None:
        return f"{person.name} cannot see {hands.short(action)}"
    votes = [*await asyncio.gather(*(hands.press(world, person, tab.shown) for _ in range(2)))]
    votes.append(await hands.press(world, person, tab.shown))
    return f"{person.name} approves {hands.short(action)} three times: {[vote.accepted for vote in votes]}"


def _arguments(world: World, action: str) -> dict[str, object]:
    return dict(world.record.shown[action].arguments)


async def two_at_once(world: World, random: Random) -> str:
    """Two people decide at the same moment, perhaps while the proposer withdraws."""
    known = undecided(world)
    if not known:
        return "nothing to decide at once"
    action = random.choice(known)
    able = world.having(world.record.firms[action], "approver")
    if len(able) < 2:  # noqa: PLR2004 - two at once; a firm's people come and go
        return "nobody to decide at once with"
    people = random.sample(able, 2)
    tabs = [await hands.open_page(world, random, person, action) for person in people]
    second = random.choice(("approve", "approve", "reject"))
    pressed = [
        hands.press(world, tab.person, tab.shown, verdict=verdict)
        for tab, verdict in zip(tabs, ("approve", second), strict=True)
        if tab
    ]
    votes = await asyncio.gather(*pressed)
    if second == "approve" and random.random() < 0.3:  # noqa: PLR2004 - sometimes
        await proposing.withdraw(world, random)
    told = ", ".join(f"{vote.verdict} {'accepted' if vote.accepted else 'refused'}" for vote in votes)
    return f"{' and '.join(person.name for person in people)} on {hands.short(action)} at once: {told}"


async def approve_under_wrong_address(world: World, random: Random) -> str:
    """Someone sees one proposal, and what they press is sent to another: a page rewritten under their hands."""
    choices = [(action, people) for action in undecided(world) if (people := entitled(world, action))]
    if not choices:
        return "nothing to confuse"
    action, people = random.choice(choices)
    person = random.choice(people)
    others = [one for one in undecided(world, person.tenant) if one != action]
    if not others:
        return "nothing to confuse it with"
    tab = await hands.open_page(world, random, person, random.choice(others))
    if tab is None:
        return "the other cannot be seen"
    vote = await hands.press(world, person, tab.shown, action=action)
    done = "accepted" if vote.accepted else "refused"
    return f"{person.name} sees {hands.short(tab.shown.action)} and approves {hands.short(action)}: {done}"


async def reject(world: World, random: Random) -> str:
    """Someone looks and says no."""
    known = undecided(world)
    if not known:
        return "nothing to reject"
    action = random.choice(known)
    person = random.choice(world.having(world.record.firms[action], "approver"))
    tab = await hands.open_page(world, random, person, action)
    if tab is None:
        return f"{person.name} cannot see {hands.short(action)}"
    vote = await hands.press(world, person, tab.shown, verdict="reject")
    return f"{person.name} rejects {hands.short(action)}: {'accepted' if vote.accepted else 'refused'}"


async def carry_through(world: World, random: Random) -> str:
    """An honest day: proposed, seen, approved by as many as it needs, and carried out."""
    person = proposing.proposer(world, random)
    body = proposing.some(random, world, person.tenant)
    response = await hands.propose(world, person, body)
    if response.status_code != hands.CREATED:
        return f"{person.name} proposes in vain: {response.status_code}"
    action = str(response.json()["id"])
    told = [f"{person.name} proposes {body['arguments']}"]
    for _ in range(2 if body["action_type"] == "invoice.create_draft" else 1):
        people = entitled(world, action)
        if people:
            told.append(await _approved(world, random, random.choice(people), action))
    await world.work(person.tenant)
    return "; ".join(told)
