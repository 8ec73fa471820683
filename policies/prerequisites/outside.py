"""Reports from other systems, newest per kind and subject, and which kinds are reported on at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.facts import FactKind, OutsideFact
from domain.money import Money
from domain.source import Source

Key = tuple[FactKind, str]


@dataclass(frozen=True)
class Outside:
    """What other systems report. `covered` kinds are reported on by some system, so that silence there means "none"."""

    facts: Mapping[Key, OutsideFact] = field(default_factory=dict[Key, OutsideFact])
    covered: frozenset[FactKind] = frozenset()

    @classmethod
    def of(cls, facts: Iterable[OutsideFact]) -> Outside:
        """Index reports; of two on the same subject the newer counts, whatever their order."""
        newest: dict[Key, OutsideFact] = {}
        for fact in facts:
            key = (fact.kind, fact.subject)
            if key not in newest or _age(newest[key]) < _age(fact):
                newest[key] = fact
        return cls(newest, frozenset(kind for kind, _ in newest))

    def get(self, kind: FactKind, subject: str) -> OutsideFact | None:
        """The newest report on exactly this subject, or None when no system reported on it."""
        return self.facts.get((kind, subject))

    def under(self, kind: FactKind, prefix: str) -> tuple[OutsideFact, ...]:
        """All newest reports whose subject begins with `prefix` and a slash, ordered by subject."""
        found = (fact for (of, subject), fact in self.facts.items() if of is kind and subject.startswith(f"{prefix}/"))
        return tuple(sorted(found, key=lambda fact: fact.subject))


def _age(fact: OutsideFact) -> tuple[object, ...]:
    return (fact.reported_at, fact.id, fact.system, repr(sorted(fact.value.items())))


def source_of(fact: OutsideFact) -> Source:
    """A report as the source of a figure."""
    stamp = fact.reported_at
    return Source(fact.system, fact.kind.value, fact.subject, stamp.isoformat(), stamp, f"{fact.kind}: {fact.subject}")


def flag(value: Any) -> bool | None:
    """A boolean as systems export it; None when it says neither."""
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(str(value).lower())


def number(value: Any) -> Decimal | None:
    """An exact amount, None when absent or unreadable."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def money(value: Mapping[str, Any], currency: str) -> Money | None:
    """`amount` in its own `currency`, or in the given one where the report names none."""
    amount = number(value.get("amount"))
    return None if amount is None else Money(amount, str(value.get("currency") or currency))


def day(value: Any) -> date | None:
    """An ISO 8601 date, None when absent or unreadable."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
