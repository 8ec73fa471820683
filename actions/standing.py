"""What every person's word on an action meets first: who they are now, which proposal they saw, and, where it is
refused, a record of the refusal.
"""

from __future__ import annotations

import dataclasses
import hmac
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from actions.proposals import signed_digest
from domain.actions import Action, ActionState
from domain.actor import Actor
from domain.errors import (
    Conflict,
    CountersignError,
    DigestMismatch,
    IntegrityBroken,
    InvalidInput,
    NotFound,
    NotPermitted,
    WrongState,
)
from domain.visible import said
from store import actions, audit
from store.database import Connection, Database

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


@asynccontextmanager
async def refusals_recorded(database: Database, actor: Actor, action_id: str, verdict: str) -> AsyncGenerator[None]:
    """Write a refusal to the audit log before it is raised on: the transaction that was refused is gone by then."""
    try:
        yield
    except (NotPermitted, Conflict, IntegrityBroken) as error:
        await _record(database, actor, action_id, verdict, error)
        raise


async def _record(database: Database, actor: Actor, action_id: str, verdict: str, error: CountersignError) -> None:
    async with database.tenant(actor.tenant) as connection:
        try:
            action = await actions.get(connection, action_id)
        except NotFound:
            return
        facts = {"verdict": verdict, "code": error.code, "rules": error.facts.get("rules", ())}
        await audit.append(connection, actor, "action.decision_refused", f"action:{action.id}", facts)
