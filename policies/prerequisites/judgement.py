"""What a rule's function answers: a verdict with its reason, its sources, and the money that it holds back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from domain.findings import Verdict, Waiver
from domain.money import Money
from domain.source import Evidence, Source

SHOWN_SOURCES = 12  # a finding on four hundred time entries names the first dozen; its reason gives the count


@dataclass(frozen=True)
class Judgement:
    """One rule on one case.

    `held` are the ids of the items that it holds back (None: all of them), `unclear` those of which it cannot say.
    `room` is set by a ceiling instead: so much may still be billed, whichever items make it up.
    `arguments` are what the rule's action would need, as far as they are known.
    """

    verdict: Verdict
    reason: str
    held: frozenset[str] | None = frozenset()
    unclear: frozenset[str] = frozenset()
    room: Money | None = None
    sources: tuple[Source, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    waiver: Waiver | None = None

    def citing(self, *sources: Source | None, evidence: Iterable[Evidence] = ()) -> Judgement:
        """The same judgement with its sources, in an order that does not depend on the records' order."""
        distinct = {(s.system, s.model, s.id, s.version): s for s in (*self.sources, *sources) if s is not None}
        ordered = tuple(distinct[key] for key in sorted(distinct))[:SHOWN_SOURCES]
        # Written out, as `replace` takes a twentieth of the time that a large firm's judging takes.
        return Judgement(
            self.verdict,
            self.reason,
            self.held,
            self.unclear,
            self.room,
            ordered,
            (*self.evidence, *evidence),
            self.arguments,
            self.waiver,
        )

    def clearing(self, **arguments: Any) -> Judgement:
        """The same judgement with what is known of the action that would clear it."""
        return replace(self, arguments=arguments)


def passes(reason: str) -> Judgement:
    """The prerequisite is met."""
    return Judgement(Verdict.PASS, reason)


def not_applicable(reason: str) -> Judgement:
    """The prerequisite does not concern this project."""
    return Judgement(Verdict.NOT_APPLICABLE, reason)


def fails(reason: str) -> Judgement:
    """Not met, and nothing of the project can be billed before it is."""
    return Judgement(Verdict.FAIL, reason, held=None)


def fails_on(reason: str, items: Iterable[str], unclear: Iterable[str] = ()) -> Judgement:
    """Not met by these items; the others are not held by it."""
    return Judgement(Verdict.FAIL, reason, frozenset(items), frozenset(unclear))


def exceeds(reason: str, room: Money) -> Judgement:
    """More is to be billed than fits; `room` still does."""
    return Judgement(Verdict.FAIL, reason, room=room)


def unknown(reason: str, items: Iterable[str] | None = None) -> Judgement:
    """No system that is connected knows; held like a failure until one says."""
    return Judgement(Verdict.UNKNOWN, reason, None if items is None else frozenset(items))


def waived(found: Judgement, waiver: Waiver) -> Judgement:
    """What people agreed to bill in spite of: it holds nothing, and still says what is wrong."""
    said = f"Waived until {waiver.until} by {waiver.by}: {waiver.reason.rstrip('.')}. {found.reason}"
    return replace(
        found, verdict=Verdict.WAIVED, reason=said, held=frozenset(), unclear=frozenset(), room=None, waiver=waiver
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 milestone", "2 milestones", "2 time entries"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
