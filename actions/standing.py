"""Whether an approved action still stands: its digest, the policy and people of this moment, the ERP's state."""

from __future__ import annotations

import textwrap

from actions import rulebook
from actions.proposals import signed_digest
from domain.actions import Action, FieldChange, Image
from policies.engine import Policies
from store.database import Connection


async def objection(connection: Connection, policies: Policies, action: Action) -> str:
    """Why, under the policy and the roles of this moment, the action would not be approved; empty if it still would."""
    if signed_digest(action) != action.digest:
        return "The stored proposal does not match its own digest; it was changed outside Countersign."
    return await rulebook.objection(connection, policies, action)


def moved(before: Image, now: Image) -> str:
    """What changed in the ERP since the proposal, in words; empty if nothing did."""
    fields = sorted(before.fields.keys() | now.fields.keys())
    changed = [
        FieldChange(name, name, before.fields.get(name), now.fields.get(name))
        for name in fields
        if before.fields.get(name) != now.fields.get(name)
    ]
    if changed:
        return told("The ERP changed since this was proposed", changed)
    records = sorted(r for r in before.versions.keys() | now.versions.keys() if _version(before, r) != _version(now, r))
    if records:
        return f"Someone changed {', '.join(records)} in the ERP since this was proposed; propose it again."
    return ""


def _version(image: Image, record: str) -> str | None:
    return image.versions.get(record)


def told(what: str, changed: list[FieldChange] | tuple[FieldChange, ...]) -> str:
    """Field by field what differs, after what kind of difference it is."""
    return f"{what}: " + "; ".join(f"{c.label}: {_short(c.before)} → {_short(c.after)}" for c in changed)


def _short(value: object) -> str:
    return textwrap.shorten("nothing" if value is None else str(value), 200)
