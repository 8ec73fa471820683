"""Turns a name into 256 numbers whose nearness is nearness in spelling, for fuzzy text search in pgvector.

Embedded PostgreSQL has no pg_trgm, and full-text search does not forgive typing errors. Character trigrams, hashed into
a vector, do, and one kind of index serves spelling and meaning alike.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter

BUCKETS = 256


def spelling(text: str) -> list[float]:
    """The unit vector of a text's trigrams, each word's on its own; of a text without letters, the last axis."""
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    counts = Counter(
        zlib.crc32(padded[at : at + 3].encode()) % (BUCKETS - 1)
        for padded in (f"  {word} " for word in words)
        for at in range(len(padded) - 2)
    )
    if not counts:
        return [0.0] * (BUCKETS - 1) + [1.0]  # cosine distance needs a length
    weights = {bucket: 1 + math.log(count) for bucket, count in counts.items()}
    norm = math.sqrt(sum(weight * weight for weight in weights.values()))
    return [weights.get(bucket, 0.0) / norm for bucket in range(BUCKETS)]
