"""What a conversation is told when a proposal moves on, read from the action's row and from nothing else."""

from __future__ import annotations

from typing import Any

from domain.actions import Action, ActionState
from domain.blocks import ActionCard, Text
from domain.canonical import plain

FINAL = frozenset(ActionState) - {
    ActionState.AWAITING_APPROVAL,
    ActionState.APPROVED,
    ActionState.EXECUTING,
    ActionState.EXECUTED,
    ActionState.UNKNOWN,
}
SENTENCES = {
    ActionState.DENIED: "Policy does not allow this: {reasons}",
    ActionState.AWAITING_APPROVAL: "This waits for a decision: {summary}",
    ActionState.APPROVED: "{people} approved: {summary} It is about to be written.",
    ActionState.EXECUTING: "This is being written to the ERP: {summary}",
    ActionState.EXECUTED: "This was written to the ERP and is being read back: {summary}",
    ActionState.VERIFIED: "Done and checked. {people} approved it, it was written to the ERP, and the record read back "
    "is as approved: {summary}",
    ActionState.DIVERGED: "This was written, but the record read back differs from what was approved. A person has to "
    "look at it: {summary}",
    ActionState.REJECTED: "{people} rejected this: {summary} {why}",
    ActionState.WITHDRAWN: "This proposal was withdrawn: {summary}",
    ActionState.EXPIRED: "Nobody decided in time; nothing was changed: {summary}",
    ActionState.SUPERSEDED: "A newer version replaced this proposal; it waits for decisions of its own: {summary}",
    ActionState.STALE: "The ERP record changed after the proposal; nothing was written. Propose it again: {summary}",
    ActionState.FAILED: "The ERP refused this; nothing was written: {summary} {problem}",
    ActionState.UNKNOWN: "It is not known yet whether this was written; it is being looked up: {summary}",
    ActionState.COMPENSATED: "This was undone by a later action: {summary}",
}


def is_final(action: Action) -> bool:
    """Nothing more will happen to this action by itself."""
    return action.state in FINAL


def followed(action: Action) -> str | None:
    """The version that replaced this action, which a conversation waits for in its place."""
    return action.successor if action.state is ActionState.SUPERSEDED else None


def told_as(action: Action) -> str:
    """By what it is known whether a conversation heard of this: the state, and that people were asked again."""
    if action.state is not ActionState.AWAITING_APPROVAL:
        return action.state.value
    again = "escalated" if action.escalated_at else "reminded" if action.reminded_at else ""
    return f"{action.state.value}:{again}" if again else action.state.value


def outcome_blocks(action: Action) -> list[dict[str, Any]]:
    """The sentence for the action's present state, and its card."""
    people = " and ".join(dict.fromkeys(d.person_name for d in action.decisions)) or "Nobody"
    reasons = [d.reason for d in action.decisions if d.verdict == "reject" and d.reason]
    text = _sentence_of(action).format(
        summary=_sentence(action.intent.summary),
        people=people,
        reasons=" ".join(action.verdict.reasons),
        why=f"Reason: {_sentence(reasons[-1])}" if reasons else "",
        problem=_sentence(action.problem),
    )
    return [plain(Text(text.strip())), plain(ActionCard(followed(action) or action.id, action.intent.summary))]


def _sentence_of(action: Action) -> str:
    if action.state is ActionState.AWAITING_APPROVAL and action.escalated_at:
        return "Nobody has decided yet, so by policy others may decide, too: {summary}"
    if action.state is ActionState.AWAITING_APPROVAL and action.reminded_at:
        return "Nobody has decided yet; those who may were reminded: {summary}"
    return SENTENCES[action.state]


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."
