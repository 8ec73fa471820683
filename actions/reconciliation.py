"""Find out what became of an attempt whose end nobody saw, by the reference that it carried into the ERP.

Never before the time has passed in which it could still take effect. Asking also closes the reference in the ERP: what
is known not to have been written stays so, and only then may it be tried again.
"""

from __future__ import annotations

from datetime import timedelta

from actions.hands import Hands, move
from domain.actions import Action, ActionState
from domain.attempts import Outcome
from domain.errors import ErpError, ErpRefused
from domain.source import Source
from store import attempts

MAX_ATTEMPTS = 3


async def settle(hands: Hands, action: Action) -> None:
    """Move an action that is `executing` on, once the ERP says whether its last attempt took effect.

    Raises ErpUnavailable or ErpError while it gives no usable answer. After the timing's `give_up`, or when it refuses
    to say, the action becomes `unknown`, for a person.
    """
    async with hands.database.tenant(action.tenant) as connection:
        age = await attempts.age(connection, action)
    if age < hands.timing.in_flight:
        return
    try:
        found = await _asked(hands, action)
    except ErpRefused as error:
        await _unknown(hands, action, error.detail)
    except ErpError as error:
        if age < hands.timing.give_up:
            raise
        await _unknown(hands, action, f"The ERP gave no usable answer for {_hours(age)}. {error.detail}")
    else:
        await (_took_effect(hands, action, found) if found else _in_vain(hands, action))


async def follow(hands: Hands, action: Action) -> None:
    """Move an `unknown` action on as a person said, once one did; where the ERP can be asked, its word goes first."""
    async with hands.database.tenant(action.tenant) as connection:
        given = await attempts.resolutions(connection, action.id)
    word = next((r for r in given if (r.state, r.attempt) == (action.state.value, action.attempt)), None)
    if word is None:
        return
    try:
        found, outcome = await _asked(hands, action), Outcome.NOTHING
    except ErpError:
        found, outcome = None, None
    if found:
        await _took_effect(hands, action, found)
    elif word.verdict == "took_effect":
        await move(hands, action, ActionState.EXECUTED, "action.taken_as_written", outcome=outcome)
    else:
        problem = f"{word.person_name} found that it did not take effect."
        await move(hands, action, ActionState.FAILED, "action.taken_as_failed", problem, outcome=outcome)


async def _asked(hands: Hands, action: Action) -> Source | None:
    return await hands.ask(action.tenant, lambda: hands.writer.settle(action.id, attempt=action.attempt))


async def _took_effect(hands: Hands, action: Action, found: Source) -> None:
    await move(hands, action, ActionState.EXECUTED, "action.found", outcome=Outcome.FOUND, record=found)


async def _in_vain(hands: Hands, action: Action) -> None:
    async with hands.database.tenant(action.tenant) as connection:
        earlier = await attempts.in_vain(connection, action.id)
    if earlier + 1 < MAX_ATTEMPTS:
        problem = "The last attempt did not take effect, and the ERP takes nothing more of it."
        await move(hands, action, ActionState.APPROVED, "action.retried", problem, outcome=Outcome.NOTHING)
    else:
        problem = f"{earlier + 1} attempts ended without an answer. None took effect, and the ERP takes none any more."
        await move(hands, action, ActionState.FAILED, "action.failed", problem, outcome=Outcome.NOTHING)


async def _unknown(hands: Hands, action: Action, detail: str) -> None:
    problem = f"What became of attempt {action.attempt} cannot be found out. {detail}"
    await move(hands, action, ActionState.UNKNOWN, "action.unknown", problem)


def _hours(age: timedelta) -> str:
    return f"{age.total_seconds() / 3600:.0f} hours"
