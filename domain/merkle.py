"""The Merkle tree of RFC 6962 (section 2.1), grown leaf by leaf: what makes a log's past checkable from 32 bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

EMPTY_ROOT = hashlib.sha256(b"").digest()
TILE_HEIGHT = 8  # of C2SP tlog-tiles
TILE = 1 << TILE_HEIGHT


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry; the 0x00 keeps leaves and inner nodes apart."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Tree:
    """The right edge of a tree: `peaks` are the roots of its perfect subtrees, largest first. Enough to grow it.

    `heads` collects the heads of the full tiles that were completed on the way, as (level, index, hash): a tile is a
    subtree of TILE leaves, or of TILE heads of the level below.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list[bytes])
    heads: list[tuple[int, int, bytes]] = field(default_factory=list[tuple[int, int, bytes]])

    def add(self, leaf: bytes) -> None:
        """Append a leaf's hash."""
        self.size += 1
        node, index, height = leaf, self.size, 0
        while not index & 1:
            node = node_hash(self.peaks.pop(), node)
            index, height = index >> 1, height + 1
            if not height % TILE_HEIGHT:
                self.heads.append((height // TILE_HEIGHT, index - 1, node))
        self.peaks.append(node)

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
