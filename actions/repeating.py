"""Whether something may be proposed by itself once more: not while it is under way, and not after people (or time) have
settled it on the same facts. People themselves may propose it again whenever they like.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.actions import Action, Image, Intent, Origin
from domain.canonical import digest, plain
from store import actions, monitors
from store.database import Connection


async def repeated(connection: Connection, intent: Intent, before: Image) -> str | None:
    """The action that makes this a repetition, or None. `intent` is normalised, `before` the ERP's present state."""
    key = actions.intent_digest(intent)
    if twin := await actions.open_twin(connection, intent.action_type, key):
        return twin
    facts = facts_digest(intent, before)
    for earlier in await actions.some(connection, await monitors.alike(connection, intent.action_type, key)):
        if _facts_of(earlier) == facts:
            return earlier.id
    return None


def _facts_of(action: Action) -> str:
    return facts_digest(action.intent, action.before)


def facts_digest(intent: Intent, before: Image) -> str:
    """What a proposal rests on: the values that it would change, the finding, and where each argument comes from.

    Version stamps, wording and times are no facts: they change while nothing that a person judges by does.
    """
    origins = {name: _origin(origin) for name, origin in intent.origins.items()}
    said = {"before": before.fields, "finding": intent.finding, "origins": origins, "amount": intent.amount}
    return digest(plain(said))


def _origin(origin: Origin) -> Mapping[str, Any]:
    source = origin.source
    return {
        "kind": origin.kind,
        "source": [source.system, source.model, source.id] if source else [],
        "quotes": sorted([quote.document or "", quote.quote] for quote in origin.evidence),
    }
