"""What nothing carries further by itself: each such action with its cause, and what a person can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.resolutions import replayable
from domain.actions import Action, ActionState
from domain.attempts import Attempt
from store import actions, attempts
from store.attempts import Stranded
from store.database import Connection

STUCK = timedelta(minutes=10)
NEXT_STEPS = {
    ActionState.UNKNOWN: "Look into the ERP for what it would have written, and say whether it is there.",
    ActionState.DIVERGED: "Compare the ERP with what was approved: accept what it says, or propose to undo it.",
    ActionState.APPROVED: "Nothing yet: it is tried again as soon as a worker and the ERP are there.",
    ActionState.EXECUTING: "Nothing yet: the ERP is asked what became of it as soon as it answers.",
    ActionState.EXECUTED: "Nothing yet: it is read back as soon as the ERP answers.",
}
TRY_AGAIN = "Remove the cause and have it tried again, or accept that it failed."
LOOK = "The ERP could not say that it holds nothing: look there, then propose it anew or accept that it failed."


@dataclass(frozen=True)
class DeadLetter:
    """An action that went no further. `job_attempts`: how often its job was tried before it was given up, if it was."""

    action: Action
    cause: str
    next_step: str
    replayable: bool
    since: datetime | None
    job_attempts: int | None


async def dead_letters(connection: Connection) -> tuple[DeadLetter, ...]:
    """Failed, unknown and diverged actions that nobody has accepted, and those that stand still; the latest first."""
    found: list[DeadLetter] = []
    for stranded in await attempts.stranded(connection, STUCK):
        action = await actions.get(connection, stranded.action)
        tried = await attempts.of_action(connection, stranded.action)
        found.append(_letter(action, tried, stranded))
    return tuple(found)


def _letter(action: Action, tried: tuple[Attempt, ...], stranded: Stranded) -> DeadLetter:
    again = replayable(action, tried)
    failed = TRY_AGAIN if again else LOOK
    return DeadLetter(
        action,
        _cause(action, stranded),
        NEXT_STEPS.get(action.state, failed),
        again,
        action.updated_at,
        stranded.job_attempts,
    )


def _cause(action: Action, stranded: Stranded) -> str:
    said = action.problem or stranded.detail or ""
    if stranded.job_attempts is None:
        return said or f"It is {action.state.value} and nobody carries it on."
    return f"{said} Its job was given up after {stranded.job_attempts} tries.".strip()
