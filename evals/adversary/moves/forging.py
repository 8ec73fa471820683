"""Moves of an attacker who wants a decision: own proposals, stolen credentials, other sites and firms, from inside."""

from __future__ import annotations

from random import Random

from actions.decisions import decide
from domain.errors import CountersignError
from evals.adversary import rules
from evals.adversary.moves import deciding, hands
from evals.adversary.record import SESSION, TOKEN
from evals.adversary.world import Person, World

EVIL = "https://evil.example"


def _target(world: World, random: Random, tenant: str = "") -> str:
    known = deciding.undecided(world, tenant)
    return random.choice(known[-5:]) if known else ""


def _person(world: World, id_: str) -> Person:
    return next(person for person in world.everyone() if person.id == id_)


def _told(person: Person, action: str, what: str, *, accepted: bool) -> str:
    return f"{person.name} approves {hands.short(action)} {what}: {'accepted' if accepted else 'refused'}"


async def own_proposal(world: World, random: Random) -> str:
    """The proposer approves, who may well be an approver too."""
    mine = [a for a in deciding.undecided(world) if _person(world, world.record.proposers[a]).name.startswith("Vera")]
    action = random.choice(mine) if mine else _target(world, random)
    if not action:
        return "nothing of one's own"
    person = _person(world, world.record.proposers[action])
    vote = await hands.press(world, person, world.record.shown[action], own=False)
    return _told(person, action, "as its proposer", accepted=vote.accepted)


async def with_a_token(world: World, random: Random) -> str:
    """An approver's token, found in a script, approves."""
    action = _target(world, random)
    people = deciding.entitled(world, action) if action else []
    if not people:
        return "no token to find"
    person = random.choice(people)
    vote = await hands.press(world, person, world.record.shown[action], via="token", own=False, how=TOKEN)
    return _told(person, action, "by token", accepted=vote.accepted)


async def across_sites(world: World, random: Random) -> str:
    """Another site makes an approver's browser decide: without the CSRF token, with another's, or with a leaked one."""
    action = _target(world, random)
    people = deciding.entitled(world, action) if action else []
    if not people:
        return "no browser to use"
    person = random.choice(people)
    kind = random.choice(("no token", "no token, old browser", "another's token", "leaked token", "sibling site"))
    headers = {"origin": EVIL, "sec-fetch-site": "cross-site"}
    if kind == "no token, old browser":
        headers = {}
    if kind == "sibling site":
        headers = {"sec-fetch-site": "same-site"}
    if kind == "another's token":
        headers = {"x-csrf-token": "0" * 64}
    vote = await hands.press(
        world,
        person,
        None,
        action=action,
        form=random.random() < 0.6,  # noqa: PLR2004 - mostly a form, as other sites can send it
        own=False,
        how="another site",
        headers=headers,
        own_csrf=kind in {"leaked token", "sibling site"},
    )
    return _told(person, action, f"from another site ({kind})", accepted=vote.accepted)


async def without_right(world: World, random: Random) -> str:
    """Someone of the firm who is no approver, or nobody at all, sends a decision with the right digest."""
    action = _target(world, random)
    if not action:
        return "nothing to decide"
    mere = [p for p in world.people[world.record.firms[action]] if "approver" not in world.record.standing(p.id).roles]
    person = random.choice(mere)
    via, how = random.choice((("session", SESSION), ("session", SESSION), ("nothing", "nothing")))
    vote = await hands.press(world, person, world.record.shown[action], via=via, own=False, how=how)  # pyright: ignore[reportArgumentType]
    return _told(person, action, f"by {via}", accepted=vote.accepted)


async def in_another_firm(world: World, random: Random) -> str:
    """An approver of one firm decides on what the other's people proposed."""
    action = _target(world, random)
    if not action:
        return "nothing elsewhere"
    other = world.far if world.record.firms[action] == world.near else world.near
    person = random.choice(world.having(other, "approver"))
    vote = await hands.press(world, person, world.record.shown[action], own=False)
    return _told(person, action, "of another firm", accepted=vote.accepted)


async def above_the_limit(world: World, random: Random) -> str:
    """An approver whose limit does not cover the amount."""
    dear = [action for action in deciding.undecided(world) if world.record.shown[action].type == "invoice.create_draft"]
    if not dear:
        return "nothing dear"
    action = max(
        random.sample(dear, min(3, len(dear))), key=lambda one: float(world.record.shown[one].arguments["amount"])
    )
    person = world.named(world.record.firms[action], "Marek")
    tab = await hands.open_page(world, random, person, action)
    vote = await hands.press(world, person, tab.shown if tab else None, action=action)
    return _told(person, action, "beyond their limit", accepted=vote.accepted)


async def from_inside(world: World, random: Random) -> str:
    """The room that decides is called as the agent or as a service account, in the name of someone who might."""
    action = _target(world, random)
    people = deciding.entitled(world, action) if action else []
    if not people:
        return "nobody to speak for"
    person = random.choice(people)
    how = random.choice(("the agent", "a service account"))
    extra = {"agent_run": "run-1"} if how == "the agent" else {"service": True}
    objections = rules.objections(world.record, None, person=person.id, tenant=person.tenant, action=action, how=how)
    accepted = True
    try:
        await decide(
            world.service.database,
            await world.service.policies(person.tenant),
            world.actor(person, **extra),
            action,
            verdict="approve",
            digest=world.record.digests[action],
        )
    except CountersignError:
        accepted = False
    hands.cast(world, person, None, action, "approve", accepted=accepted, objections=objections, own=False, how=how)
    return _told(person, action, f"by way of {how}", accepted=accepted)


async def with_an_old_session(world: World, random: Random) -> str:
    """A stolen session is used half a day after its owner last gave their password."""
    action = _target(world, random)
    people = deciding.entitled(world, action) if action else []
    if not people:
        return "no session to steal"
    person = random.choice(people)
    await world.signed_in(person)
    async with world.service.owner.nobody() as connection:
        await connection.execute(
            "update credential set authenticated_at = now() - interval '11 hours' "
            "where person::text = %s and kind = 'session'",
            [person.id],
        )
    vote = await hands.press(world, person, world.record.shown[action], own=False, how="an old session")
    person.session = ""  # its owner signs in again when they next need to
    return _told(person, action, "in an old session", accepted=vote.accepted)
