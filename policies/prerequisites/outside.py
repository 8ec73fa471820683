"""Reports from other systems: which of several counts, where they disagree, and which kinds are reported on at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.facts import FactKind, OutsideFact
from domain.money import Money
from domain.source import Source

Key = tuple[FactKind, str]


# Kinds of which several stand below one contract or project; timesheets do, too, but are asked for one by one.
GROUPED = frozenset(FactKind) - {FactKind.TIMESHEET}
Precedence = Mapping[FactKind, tuple[str, ...]]


@dataclass(frozen=True)
class Outside:
    """What other systems report. `covered` kinds are reported on by some system, so that silence there means "none".

    `rival` holds, where the systems that report on one subject do not say the same, each one's newest report.
    """

    facts: Mapping[Key, OutsideFact] = field(default_factory=dict[Key, OutsideFact])
    covered: frozenset[FactKind] = frozenset()
    rival: Mapping[Key, tuple[OutsideFact, ...]] = field(default_factory=dict[Key, tuple[OutsideFact, ...]])
    below: Mapping[Key, tuple[OutsideFact, ...]] = field(default_factory=dict[Key, tuple[OutsideFact, ...]])
    rivals_below: Mapping[str, tuple[Key, ...]] = field(default_factory=dict[str, tuple[Key, ...]])

    @classmethod
    def of(cls, facts: Iterable[OutsideFact], precedence: Precedence | None = None) -> Outside:
        """Index reports. Of one system's on a subject the newest counts; of several systems' that of the system which
        `precedence` names first for the kind, else the newest; whatever their order.
        """
        said: dict[Key, dict[str, OutsideFact]] = defaultdict(dict)
        for fact in facts:
            by_system = said[fact.kind, fact.subject]
            if fact.system not in by_system or _age(by_system[fact.system]) < _age(fact):
                by_system[fact.system] = fact
        ranks = {kind: {name: at for at, name in enumerate(names)} for kind, names in (precedence or {}).items()}
        newest = {key: _believed(list(found.values()), ranks.get(key[0], {})) for key, found in said.items()}
        rival = {key: _ordered(found.values()) for key, found in said.items() if _disagree(found.values())}
        return cls(newest, frozenset(kind for kind, _ in newest), rival, _below(newest), _rivals_below(rival))

    def get(self, kind: FactKind, subject: str) -> OutsideFact | None:
        """The report that counts on exactly this subject, or None when no system reported on it."""
        return self.facts.get((kind, subject))

    def under(self, kind: FactKind, prefix: str) -> tuple[OutsideFact, ...]:
        """All reports that count whose subject begins with `prefix` and a slash, ordered by subject."""
        return self.below.get((kind, prefix), ())

    def disagreements(self, *heads: str) -> tuple[Key, ...]:
        """The subjects that are one of these or below them, and on which systems disagree."""
        found = {key for head in heads for key in self.rivals_below.get(head, ())}
        return tuple(sorted(found, key=lambda key: (key[0].value, key[1])))


def _believed(found: list[OutsideFact], ranks: Mapping[str, int]) -> OutsideFact:
    best = min(ranks.get(fact.system, len(ranks)) for fact in found)
    return max((fact for fact in found if ranks.get(fact.system, len(ranks)) == best), key=_age)


def _ordered(found: Iterable[OutsideFact]) -> tuple[OutsideFact, ...]:
    return tuple(sorted(found, key=lambda fact: fact.system))


def _disagree(found: Collection[OutsideFact]) -> bool:
    """Whether any value that two systems both give differs; what only one of them knows is no contradiction."""
    if len(found) == 1:
        return False
    said: dict[str, str] = {}
    return any(
        said.setdefault(name, _spelled(value)) != _spelled(value)
        for fact in found
        for name, value in fact.value.items()
    )


def _spelled(value: Any) -> str:
    amount = number(value)
    return f"{amount.normalize():f}" if amount is not None else str(value).strip().casefold()


def _below(newest: Mapping[Key, OutsideFact]) -> dict[Key, tuple[OutsideFact, ...]]:
    found: dict[Key, list[OutsideFact]] = defaultdict(list)
    for (kind, subject), fact in newest.items():
        if kind in GROUPED:
            for head in _heads(subject)[:-1]:
                found[kind, head].append(fact)
    return {key: tuple(sorted(facts, key=lambda fact: fact.subject)) for key, facts in found.items()}


def _rivals_below(rival: Iterable[Key]) -> dict[str, tuple[Key, ...]]:
    found: dict[str, list[Key]] = defaultdict(list)
    for key in rival:
        for head in _heads(key[1]):
            found[head].append(key)
    return {head: tuple(keys) for head, keys in found.items()}


def _heads(subject: str) -> list[str]:
    """The subject and all that it stands below: "A", "A/B" and "A/B/C" of "A/B/C"."""
    parts = subject.split("/")
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


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
