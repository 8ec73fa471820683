"""What was signed about a log, and the walk along its entries that holds it against them.

The same walk checks a database (`store/verification.py`) and a bundle without one (`store/bundle_check.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from domain.errors import IntegrityBroken
from domain.merkle import Tree
from store.note import opened

MOST_PROBLEMS = 200
PRUNED, PERSON_ERASED = "audit.pruned", "person.erased"


@dataclass
class Problems:
    """Everything that is wrong, in words; of a great many, the first ones and how many more there are."""

    listed: list[str] = field(default_factory=list[str])
    more: int = 0

    def add(self, problem: str) -> None:
        """One more."""
        if len(self.listed) < MOST_PROBLEMS:
            self.listed.append(problem)
        else:
            self.more += 1

    def all(self) -> list[str]:
        """As a person reads them."""
        return [*self.listed, f"There are {self.more:,} more problems."] if self.more else self.listed


@dataclass
class Promises:
    """Every root that was ever signed, by size; a log that was forked has two for one size."""

    origin: str
    key: Ed25519PublicKey
    problems: Problems
    roots: dict[int, set[bytes]] = field(default_factory=dict[int, set[bytes]])

    def take(self, size: int, note: str, where: str) -> None:
        """A note that is filed under this size."""
        try:
            checkpoint = opened(note, self.origin, self.key)
        except IntegrityBroken as error:
            self.problems.add(f"The checkpoint over {size} entries ({where}): {error.detail}")
            return
        if checkpoint.size != size:
            self.problems.add(f"The checkpoint filed under {size} entries ({where}) is another one.")
        self.roots.setdefault(checkpoint.size, set()).add(checkpoint.root)

    @property
    def longest(self) -> int:
        """The size of the largest log that was signed."""
        return max(self.roots, default=0)


@dataclass
class Walk:
    """Along the leaves from the first: each is added to a tree whose root must be every promised one in turn."""

    promises: Promises
    problems: Problems
    tree: Tree = field(default_factory=Tree)
    pruned_to: int = 0  # entries below this index may be gone: a sealed entry says so
    gone: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    missing: int = 0

    def step(self, leaf: bytes) -> None:
        """The next leaf's hash, computed from its entry or, where that is gone, as it was stored."""
        tree = self.tree
        tree.add(leaf)
        if tree.size in self.promises.roots and any(root != tree.root for root in self.promises.roots[tree.size]):
            self.problems.add(f"The first {tree.size} entries are not those that were signed.")

    def step_over(self, leaf: bytes, name: str) -> None:
        """A leaf whose entry is not there any more."""
        self.missing += 1
        self.gone.append((self.tree.size, name))
        self.step(leaf)

    def finish(self) -> None:
        """What can only be said at the end: whether all is there that was signed, and nothing else is gone."""
        for index, name in self.gone:
            if index >= self.pruned_to:
                self.problems.add(f"Entry {name} was deleted.")
        size, longest = self.tree.size, self.promises.longest
        if longest > size:
            self.problems.add(f"{longest} entries were signed and only {size} are there: the log was cut short.")
        if size > longest:
            self.problems.add(f"{size - longest} leaves after the last checkpoint were never signed.")

    def compare_heads(self, stored: Iterable[tuple[int, int, bytes]]) -> None:
        """Hold the stored heads of full tiles against those that the walk came to."""
        known = {(level, index): value for level, index, value in self.tree.heads}
        for level, index, value in stored:
            if known.get((level, index)) != value:
                self.problems.add(f"The stored hash of tile {index} of level {level} is not that of its leaves.")
