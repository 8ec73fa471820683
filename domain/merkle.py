"""The Merkle tree of RFC 6962 (section 2.1), grown leaf by leaf: what makes a log's past checkable from 32 bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry; the 0x00 keeps leaves and inner nodes apart."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Tree:
    """The right edge of a tree: `peaks` are the roots of its perfect subtrees, largest first. Enough to grow it."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list[bytes])

    def add(self, leaf: bytes) -> None:
        """Append a leaf's hash."""
        self.peaks.append(leaf)
        self.size += 1
        for _ in range(_trailing_zeros(self.size)):
            right = self.peaks.pop()
            self.peaks.append(node_hash(self.peaks.pop(), right))

    @property
    def root(self) -> bytes:
        """The tree's head."""
        return root_of(self.peaks)


def root_of(peaks: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees, largest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1
