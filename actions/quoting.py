"""A proposal as one reader may see it: the words of documents that its values rest on are for those who may read
documents, and reading them is written down like any reading of a document.
"""

from __future__ import annotations

from dataclasses import replace

from domain.actions import Action, Origin
from domain.actor import Actor, Operation
from policies.engine import Policies
from store import audit
from store.database import Connection

WITHHELD = "(you may not read documents)"
UNOPENED = "(open the proposal to read it)"


async def opened(connection: Connection, policies: Policies, actor: Actor, *actions: Action) -> list[Action]:
    """Proposals that this person opens, with what they quote where they may read it: an entry names each document."""
    if not policies.authorize(actor, Operation.DOCUMENT_READ).allowed:
        return [without_quotes(action) for action in actions]
    documents = {
        quote.document for action in actions for one in action.intent.origins.values() for quote in one.evidence
    }
    for document in sorted(documents - {""}):
        await audit.append(connection, actor, "document.read", f"document:{document}", {"part": "quotes in a proposal"})
    return list(actions)


def unopened(action: Action) -> Action:
    """A proposal in a list, or as the answer to a deed: without what it quotes, for whoever it is."""
    return without_quotes(action, UNOPENED)


def without_quotes(action: Action, why: str = WITHHELD) -> Action:
    """A proposal without the words of documents, which `why` stands in place of."""
    origins = {name: _mute(origin, why) for name, origin in action.intent.origins.items()}
    return replace(action, intent=replace(action.intent, origins=origins))


def _mute(origin: Origin, why: str) -> Origin:
    evidence = tuple(replace(quote, quote=why) for quote in origin.evidence)
    return replace(origin, evidence=evidence, terms=tuple(replace(one, value=None, quote=why) for one in origin.terms))
