"""What a draft of policy would have made of the past: read only, so that people see what they are about to change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from actions.catalogue import known
from actions.rulebook import origins_now, sums_before
from domain.actions import Action, ActionState, Decision, PolicyVerdict
from domain.actor import Actor
from policies.approval import lacking
from policies.engine import Policies
from store import actions
from store.database import Connection

MOST = 1000
KINDS = {
    "denied": "would have been denied",
    "allowed": "would not have been denied",
    "longer": "would have asked for more",
    "shorter": "would have asked for less",
    "decider": "would not have counted a decision that was taken",
}


@dataclass(frozen=True)
class Difference:
    """One past action that would have gone otherwise: `kind` is a key of KINDS, `told` says how."""

    action: str
    type: str
    summary: str
    created_at: datetime
    kind: str
    told: str


@dataclass(frozen=True)
class Replay:
    """The result over `counted` actions since a moment; `whole` is False when there were more than were looked at."""

    since: datetime
    counted: int
    whole: bool
    digest: str
    differences: tuple[Difference, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many differences there are of each kind."""
        found = Counter(difference.kind for difference in self.differences)
        return {kind: found[kind] for kind in KINDS}

    def lines(self, most: int) -> tuple[str, ...]:
        """The result for people: a sentence of counts, and the first differences."""
        counts = "; ".join(f"{count} {KINDS[kind]}" for kind, count in self.counts.items() if count)
        kept = "" if self.whole else f", the newest {self.counted}"
        head = (
            f"Replayed over the actions since {self.since.date()} ({self.counted}{kept}): {counts or 'no difference'}."
        )
        shown = [f"{one.created_at.date()} {one.summary}: {one.told}" for one in self.differences[:most]]
        more = len(self.differences) - len(shown)
        return (head, *shown, *([f"and {more} more"] if more else []))


async def replay(connection: Connection, tenant: str, draft: Policies, current: Policies, *, since: datetime) -> Replay:
    """Judge the tenant's past actions again under `draft`: at the rates and sums of their own day.

    Roles and limits are today's; a decision counts as lost only if `current` would let its person take it and `draft`
    would not. Changes nothing.
    """
    found = await actions.listing(connection, limit=MOST + 1)
    past = [action for action in found[:MOST] if action.created_at >= since]
    ids = {person for one in past for person in (one.proposer, *(p for d in one.decisions for p in d.people))}
    people = await actions.people(connection, tenant, sorted(ids))
    differences: list[Difference] = []
    for action in past:
        fresh = await _judged(connection, draft, action, people)
        for kind, told in _compared(action, fresh, draft, current, people):
            differences.append(Difference(action.id, action.type, action.intent.summary, action.created_at, kind, told))
    whole = len(found) <= MOST or found[-1].created_at < since
    return Replay(since, len(past), whole, draft.digest, tuple(differences))


async def _judged(
    connection: Connection, draft: Policies, action: Action, people: Mapping[str, Actor]
) -> PolicyVerdict:
    earlier = await sums_before(connection, draft, action)
    origins = await origins_now(connection, action.intent, through_agent=action.agent_run is not None)
    day = action.created_at.date()
    proposer = people.get(action.proposer)
    if proposer is None or not proposer.roles:  # gone since: what they might propose is no longer a question
        return draft.matrix.judge(action.intent, draft.digest, on=day, earlier=earlier, origins=origins)
    operation = known(action.type).operation
    return draft.judge(action.intent, proposer, on=day, earlier=earlier, operation=operation, origins=origins)


def _compared(
    action: Action, fresh: PolicyVerdict, draft: Policies, current: Policies, people: Mapping[str, Actor]
) -> list[tuple[str, str]]:
    stored = action.verdict
    if stored.allowed != fresh.allowed:
        return [("allowed" if fresh.allowed else "denied", " ".join(fresh.reasons))]
    if not fresh.allowed:
        return []
    asked = ", then ".join(step.asked for step in fresh.chain)
    found: list[tuple[str, str]] = []
    if lacking(stored.chain, fresh):
        found.append(("longer", f"{asked}. {' '.join(fresh.reasons)}"))
    if lacking(fresh.chain, replace(stored, reasons=())):
        found.append(("shorter", f"{asked}."))
    return found + [
        ("decider", f"{decision.person_name}: {lost}")
        for index, decision in enumerate(action.decisions)
        if (lost := _lost(action, index, decision, draft, current, people))
    ]


def _lost(
    action: Action, index: int, decision: Decision, draft: Policies, current: Policies, people: Mapping[str, Actor]
) -> str:
    then = replace(action, state=ActionState.AWAITING_APPROVAL, overdue=False, decisions=action.decisions[:index])
    person = people.get(decision.person)
    delegator = people.get(decision.on_behalf_of) if decision.on_behalf_of else None
    if person is None or not current.may_decide(person, then, delegator, step=decision.step).allowed:
        return ""
    answer = draft.may_decide(person, then, delegator, step=decision.step)
    return "" if answer.allowed else " ".join(answer.reasons)
