"""Whether an ERP that shows much less than before is to be believed: records that it hides look like deleted ones.

An account that may not read a table is refused, and says so. One that a rule lets see only some of its rows is told
nothing: invoices would be gone, and what they had used up of an order free again. So a reading after which much is gone
is not taken over until it has said the same for a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from domain.errors import ErpDoubtful
from store.mirror import Key, State

LOST, SHARE = 10, 0.25  # of one kind: how many records, and which part of them
BELIEVED_AFTER = timedelta(hours=24)
NAMES = {
    "customer": "customers",
    "contract": "contracts",
    "project": "projects",
    "employee": "employees",
    "time": "time entries",
    "invoice": "invoices",
    "price_list": "price lists",
}


def suspicious(gone: Iterable[Key]) -> bool:
    """Whether so many records of a kind went that it is worth counting what is left."""
    return any(count >= LOST for count in Counter(kind for kind, _ in gone).values())


def believe(before: Mapping[str, int], after: Mapping[str, int], state: State, now: datetime) -> None:
    """Raises ErpDoubtful where much less is there than before, unless that has been so for a day."""
    first = state.doubted_since or now
    if (told := missing(before, after)) and now - first < BELIEVED_AFTER:
        until = first + BELIEVED_AFTER
        raise ErpDoubtful(f"{told} If this stays so, it is believed from {until:%Y-%m-%d %H:%M} UTC on.")


def missing(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    """What is no longer there in words, empty where it is not much."""
    lost = {kind: count - after.get(kind, 0) for kind, count in before.items()}
    kinds = [kind for kind, count in lost.items() if count >= LOST and count >= SHARE * before[kind]]
    told = ", ".join(f"{lost[kind]:,} of {before[kind]:,} {NAMES[kind]}" for kind in sorted(kinds))
    return f"It no longer shows {told} to this account: deleted, or hidden from it?" if told else ""
