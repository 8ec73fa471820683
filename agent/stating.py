"""Whether a person said a value themselves: a proposal names them as its origin, so a model may pass their words on and
may not cut any out of others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from agent.months import PATTERNS as MONTHS
from agent.rules.details import AMOUNT

# Arguments that stand for a person's own word.
STATED = frozenset({"po_number", "tax_code", "invoice_address"})
DERIVED = frozenset({"country"})  # a code for what people write as a name
WORD = re.compile(r"\bpo(?=\d)|[^\W_]+")  # "PO4711" is a label and a number, too
JOINED = re.compile(r"[-\u2010-\u2015/._,+&]+")  # what makes one longer word of two
LABELS = frozenset({"po", "no", "nr", "number", "order", "vat", "ust", "tax", "id"})
CODE = re.compile(r"\b(?!po\b)[a-z]{2,6}[-\u2010-\u2015_/][a-z]{2,6}[-\u2010-\u2015_/ ]?\d[\doil]{2,4}\b")
Span = tuple[int, int]


def not_stated(arguments: Mapping[str, Any], said: Sequence[str]) -> list[str]:
    """The arguments that speak for the person and that none of the person's messages says."""
    besides = str(arguments.get("project") or "")
    return sorted(name for name in STATED & arguments.keys() if not _states(said, arguments[name], besides))


def _states(said: Sequence[str], value: Any, besides: str) -> bool:
    if isinstance(value, dict):
        return all(spoken(said, item) for key, item in value.items() if key not in DERIVED)
    return value is None or (any(c.isdigit() for c in str(value)) and _named(said, str(value), besides))


def spoken(said: Iterable[str], value: Any) -> bool:
    """Whether one message has the value as whole words that follow one another, however they are set apart."""
    return value is None or any(True for message in said for _ in _places(message.casefold(), str(value)))


def _named(said: Iterable[str], value: str, besides: str) -> bool:
    """As `spoken`, and as a name of its own: no part of a longer number, of a project (`besides` is the one that the
    call is about), a month or an amount.
    """
    for message in (one.casefold() for one in said):
        taken = [*_elsewhere(message), *_places(message, besides)]
        for start, end in _places(message, value):
            inside = any(first <= start and end <= last for first, last in taken)
            if not inside and not _cut(message, start, end):
                return True
    return False


def _places(message: str, value: str) -> Iterator[Span]:
    """Where consecutive words of the message, in lower case, spell the value."""
    wanted = "".join(WORD.findall(value.casefold()))
    words = list(WORD.finditer(message))
    for first, word in enumerate(words if wanted else ()):
        spelled = ""
        for other in words[first:]:
            spelled += other[0]
            if spelled == wanted:
                yield word.start(), other.end()
            if not wanted.startswith(spelled):
                break


def _elsewhere(message: str) -> Iterator[Span]:
    """Project codes, months and amounts."""
    for pattern in (CODE, *MONTHS):
        yield from (found.span() for found in pattern.finditer(message))
    yield from (found.span() for found in AMOUNT.finditer(message) if found["c1"] or found["c2"] or found["s"])


def _cut(message: str, start: int, end: int) -> bool:
    """Whether a longer word was cut there; the label before a number may be left off."""
    words = list(WORD.finditer(message))
    before = next((word for word in reversed(words) if word.end() <= start), None)
    after = next((word for word in words if word.start() >= end), None)
    led = before is not None and before[0] not in LABELS and JOINED.fullmatch(message[before.end() : start])
    return bool(led) or (after is not None and JOINED.fullmatch(message[end : after.start()]) is not None)
