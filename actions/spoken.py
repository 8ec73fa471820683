"""What every person's word on an action meets first: who they are now, and which proposal they saw."""

from __future__ import annotations

import dataclasses
import hmac

from actions.proposals import signed_digest
from domain.actions import Action, ActionState
from domain.actor import Actor
from domain.errors import DigestMismatch, IntegrityBroken, InvalidInput, NotPermitted, WrongState
from domain.visible import said
from store import actions
from store.database import Connection

MAX_TEXT = 2000


def text_of(words: str, *, needed: str = "") -> str:
    """What a person wrote, as it is kept. Raises InvalidInput when it is too long, or missing though `needed`."""
    kept = said(words)
    if len(kept) > MAX_TEXT:
        raise InvalidInput(f"Write at most {MAX_TEXT} characters.")
    if needed and not kept:
        raise InvalidInput(needed)
    return kept


async def person_now(connection: Connection, actor: Actor) -> Actor:
    """The actor with the roles and the limit that the firm gives them at this moment, not at sign-in."""
    found = (await actions.people(connection, actor.tenant, [actor.person])).get(actor.person)
    if found is None:
        raise NotPermitted("Only a person of the firm can do this.")
    return dataclasses.replace(actor, name=found.name, roles=found.roles, approval_limit=found.approval_limit)


def must_wait(action: Action, seen: str) -> None:
    """The action waits for a decision, and is the one whose digest was seen. Raises WrongState, DigestMismatch,
    IntegrityBroken.
    """
    if action.state is not ActionState.AWAITING_APPROVAL:
        newer = " A newer version replaced it: look at that one." if action.successor else ""
        raise WrongState(f"This action is {in_words(action)}; there is nothing to decide.{newer}")
    if action.overdue:
        raise WrongState("This proposal expired before anyone decided; propose it again.")
    must_be_seen(action, seen)


def must_be_seen(action: Action, seen: str) -> None:
    """The digest is the action's, and the action is what the digest says. Raises DigestMismatch, IntegrityBroken."""
    if not hmac.compare_digest(action.digest.encode(), seen.encode()):
        raise DigestMismatch
    if signed_digest(action) != action.digest:
        raise IntegrityBroken("The stored proposal does not match its own digest; it was changed outside Countersign.")


def in_words(action: Action) -> str:
    """The action's state as a person says it."""
    return action.state.value.replace("_", " ")
