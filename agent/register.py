"""The names that a firm's records hold, found in any text: made once for each state of the mirror, for every turn.

Names are looked up by their first word, so that ten thousand of them cost a message no more than ten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.names import tokens
from domain.records import Firm

WORD = re.compile(r"\w+")
SHORTEST = 3  # letters; shorter names are words of any sentence
PARTS = 2  # of a person's name: each part alone names them, too


@dataclass(frozen=True)
class Register:
    """`names` are (kind, name in small letters) by the first word, longest first; kinds: person, customer, project.
    `customers` are the words of customers' names.
    """

    names: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict[str, tuple[tuple[str, str], ...]])
    customers: frozenset[str] = frozenset()

    def found(self, text: str) -> Iterator[tuple[int, int, str, str]]:
        """(start, end, kind, name) of each name in the text, from left to right, without overlap."""
        folded, until = _folded(text), 0
        for word in WORD.finditer(folded):
            if word.start() < until:
                continue
            for kind, name in self.names.get(word.group(), ()):
                end = word.start() + len(name)
                if folded.startswith(name, word.start()) and not folded[end : end + 1].isalnum():
                    yield word.start(), end, kind, text[word.start() : end]
                    until = end
                    break


class Registers:
    """The register of each firm as it was last read. One per process."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[Any, ...], Register]] = {}

    def of(self, tenant: str, firm: Firm, staff: Iterable[str]) -> Register:
        """The register of this reading of the firm, with the names of those who work with Countersign."""
        # The mirror hands out the same tuples for as long as nothing has changed.
        made_of = (firm.customers, firm.projects, firm.employees)
        people = tuple(staff)
        kept = self._kept.get(tenant)
        if kept and kept[0][-1] == people and all(a is b for a, b in zip(kept[0], made_of, strict=False)):
            return kept[1]
        made = register(firm, people)
        self._kept[tenant] = ((*made_of, people), made)
        return made


def register(firm: Firm, staff: Iterable[str] = ()) -> Register:
    """The names of one reading of a firm."""
    people = dict.fromkeys([*staff, *(one.name for one in firm.employees), *(p.manager or "" for p in firm.projects)])
    named = [("person", part) for name in people for part in (name, *_parts(name))]
    named += [("customer", one.name) for one in firm.customers] + [("project", one.name) for one in firm.projects]
    found: dict[str, dict[str, str]] = {}
    for kind, name in named:
        first = WORD.search(_folded(name))
        if first and first.start() == 0 and len(name) >= SHORTEST:
            found.setdefault(first.group(), {}).setdefault(_folded(name), kind)
    return Register(
        {
            first: tuple((kind, name) for name, kind in sorted(same.items(), key=lambda one: (-len(one[0]), one[0])))
            for first, same in found.items()
        },
        frozenset(word for customer in firm.customers for word in tokens(customer.name)),
    )


def _parts(name: str) -> list[str]:
    parts = name.split()
    return parts if len(parts) >= PARTS else []


def _folded(text: str) -> str:
    """Lower case of the same length, so that places in it are places in the text."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(one if len(one := character.lower()) == 1 else character for character in text)
