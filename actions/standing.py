"""Whether an approved action still stands: its digest, the policy and people of this moment, the ERP's state."""

from __future__ import annotations

import textwrap
from dataclasses import replace

from actions.proposals import signed_digest
from domain.actions import Action, ActionState, FieldChange, Image
from domain.actor import Actor
from policies.approval import open_steps
from policies.engine import Policies
from store import actions
from store.database import Connection


async def objection(connection: Connection, policies: Policies, action: Action) -> str:
    """Why, under the policy and the roles of this moment, the action would not be approved; empty if it still would."""
    if signed_digest(action) != action.digest:
        return "The stored proposal does not match its own digest; it was changed outside Countersign."
    ids = [action.proposer, *(decision.person for decision in action.decisions)]
    people = await actions.people(connection, action.tenant, ids)
    if not set(ids) <= people.keys():
        return "Someone who proposed or decided is not a person of this firm any more."
    verdict = policies.judge(action.intent, people[action.proposer])
    if not verdict.allowed:
        return " ".join(verdict.reasons)
    return _countersigned_again(policies, replace(action, verdict=verdict), people)


def _countersigned_again(policies: Policies, action: Action, people: dict[str, Actor]) -> str:
    for index, decision in enumerate(action.decisions):
        then = replace(action, state=ActionState.AWAITING_APPROVAL, overdue=False, decisions=action.decisions[:index])
        if decision.verdict != "approve" or decision.digest != action.digest:
            return "A decision on this action is not an approval of what was proposed."
        if decision.step not in open_steps(then.verdict.chain, then.decisions):
            return "Policy now asks for other steps than those that were taken."
        answer = policies.may_decide(people[decision.person], then)
        if not answer.allowed:
            return f"{decision.person_name} could not approve this now: {' '.join(answer.reasons)}"
    missing = open_steps(action.verdict.chain, action.decisions)
    return "Policy now asks for more approvals than were given." if missing else ""


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
