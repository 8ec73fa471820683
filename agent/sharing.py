"""A conversation shown to a colleague under their own permissions: what they could not have asked is withheld.

Each answer names the tools that it came from. A tool that the reader is not offered, or that no longer exists, hides
the whole answer, prose included, as what it says came from there; their own question gets them what they may know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.actor import Actor, Operation
from domain.errors import InvalidInput, NotFound, NotPermitted
from policies.engine import Policies
from store import audit, people, shares, threads
from store.database import Connection, Database
from store.people import Person
from store.shares import Shown
from store.threads import Message
from tools.registry import tools_for

CARDS = Operation.ACTION_READ  # what a proposal's card shows
# Before answers that break off named their tools, they were kept without any: nobody knows where those came from.
BROKEN = frozenset({"cancelled", "failed"})


@dataclass(frozen=True)
class Told:
    """What the reader sees of a message: all of it, or (`withheld`) that there is something they may not see."""

    message: Message
    withheld: bool


def who_may_look(policies: Policies, everyone: Iterable[Person], owner: Actor) -> list[Person]:
    """The colleagues to whom a conversation of the owner's can be shown."""
    return [
        person
        for person in everyone
        if person.active
        and person.id != owner.person
        and policies.authorize(person.actor(), Operation.THREAD_USE).allowed
    ]


async def share(database: Database, policies: Policies, actor: Actor, thread: str, person: str) -> None:
    """Show the actor's own conversation to a colleague. Raises NotFound, InvalidInput (yourself), NotPermitted."""
    if person == actor.person:
        raise InvalidInput("The conversation is yours already; choose a colleague.")
    async with database.tenant(actor.tenant) as connection:
        await threads.get(connection, actor, thread)
        known = await people.everyone(connection)
        if person not in {one.id for one in known}:
            raise NotFound("There is no such person in your firm.")
        if person not in {one.id for one in who_may_look(policies, known, actor)}:
            raise NotPermitted("This person may not use conversations, so none can be shown to them.")
        await shares.share(connection, actor, thread, person)


async def unshare(database: Database, actor: Actor, thread: str, person: str) -> None:
    """Show the actor's own conversation to a colleague no longer. Raises NotFound."""
    async with database.tenant(actor.tenant) as connection:
        await threads.get(connection, actor, thread)
        await shares.end(connection, actor, thread, person)


async def shown(
    connection: Connection, policies: Policies, reader: Actor, thread: str
) -> tuple[Shown, tuple[Told, ...]]:
    """Someone else's conversation as this reader may see it now; an entry says that they looked. Raises NotFound."""
    found = await shares.get(connection, reader.person, thread)
    used = await shares.tools(connection, found.id)
    offered = frozenset(tool.name for tool in tools_for(policies, reader.through_agent("shared")))
    cards = policies.authorize(reader, CARDS).allowed
    told = tuple(
        Told(message, _hidden(message, used.get(message.turn), offered, cards=cards))
        for message in await threads.messages(connection, found.id)
    )
    facts = {"withheld": sum(one.withheld for one in told)}
    await audit.append(connection, reader, "thread.read", f"thread:{found.id}", facts)
    return found, told


def _hidden(message: Message, used: frozenset[str] | None, offered: frozenset[str], *, cards: bool) -> bool:
    if message.author == "person":
        return False
    names_action = any(block.get("kind") == "action" for block in message.blocks)
    if message.state in BROKEN and not used and message.blocks:
        return True
    return used is None or not used <= offered or (names_action and not cards)
