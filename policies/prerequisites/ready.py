"""Which items make up the ready amount: those that no rule holds, oldest first, as far as ceilings leave room."""

from __future__ import annotations

from domain.findings import Severity
from domain.money import Money
from policies.prerequisites.assessment import STOPS, judgements
from policies.prerequisites.case import Case
from policies.prerequisites.items import Item
from policies.prerequisites.judgement import Judgement


def stopping(case: Case) -> list[Judgement]:
    """The judgements that hold money back."""
    return [found for rule, found in judgements(case) if rule.severity is Severity.BLOCKS and found.verdict in STOPS]


def ready_items(case: Case) -> tuple[Item, ...]:
    """What a draft invoice may hold; worth at most the ready amount, less where the last item would pass a ceiling."""
    found = stopping(case)
    if any(judgement.held is None for judgement in found):
        return ()
    held = frozenset(id_ for judgement in found for id_ in (judgement.held or frozenset()) | judgement.unclear)
    rooms = [judgement.room for judgement in found if judgement.room is not None]
    taken: list[Item] = []
    for item in case.items:
        if item.id in held or item.amount is None or item.amount.currency != case.currency:
            continue
        total = sum((i.amount for i in taken if i.amount), start=item.amount)
        if all(total.rounded <= room for room in rooms):
            taken.append(item)
    return tuple(taken)


def worth(case: Case, items: tuple[Item, ...]) -> Money:
    """The sum of items in the project's currency."""
    return case.value(frozenset(item.id for item in items))
