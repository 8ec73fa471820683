"""Decide on several proposals at once: each on its own digest, in its own transaction, with its own answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.decisions import Word, decide
from domain.actor import Actor
from domain.errors import CountersignError, InvalidInput
from policies.engine import Policies
from store.database import Database

MOST = 100


@dataclass(frozen=True)
class Wanted:
    """One decision of a batch."""

    action: str
    word: Word


@dataclass(frozen=True)
class Result:
    """What became of one decision: the action's state, or the code and detail of its refusal."""

    action: str
    ok: bool
    state: str = ""
    code: str = ""
    detail: str = ""


async def decide_all(database: Database, policies: Policies, actor: Actor, wanted: Sequence[Wanted]) -> list[Result]:
    """Take up to 100 decisions in order; one refusal stops no other. Raises InvalidInput for more, or none."""
    if not 0 < len(wanted) <= MOST:
        raise InvalidInput(f"Send 1 to {MOST} decisions at once.")
    results: list[Result] = []
    for number, one in enumerate(wanted):
        twice = one.action in {earlier.action for earlier in wanted[:number]}
        results.append(_duplicate(one.action) if twice else await _one(database, policies, actor, one))
    return results


async def _one(database: Database, policies: Policies, actor: Actor, wanted: Wanted) -> Result:
    word = wanted.word
    try:
        action = await decide(
            database,
            policies,
            actor,
            wanted.action,
            verdict=word.verdict,
            digest=word.digest,
            reason=word.reason,
            on_behalf_of=word.on_behalf_of,
        )
    except CountersignError as error:
        return Result(wanted.action, ok=False, code=error.code, detail=error.detail)
    return Result(wanted.action, ok=True, state=action.state.value)


def _duplicate(action: str) -> Result:
    return Result(action, ok=False, code="duplicate", detail="This proposal stands earlier in the same batch.")
