"""How sure a ranking may say it is: sums of weights made into shares by numbers that were fitted, not guessed.

`countersign evals run codes --fit` fits them on questions whose answer is known and writes them beside this module.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FITTED = Path(__file__).with_name("confidence.toml")


@dataclass(frozen=True)
class Confidence:
    """`temperature`: how far apart two sums must lie for one of them to be likely. `surest`: the most that is said of
    an existing code without a person's word, which is how often it was right where nothing spoke against it;
    `surest_new`: the same of "none that exists".
    """

    temperature: float
    surest: float
    surest_new: float

    def shares(self, sums: Sequence[float]) -> tuple[float, ...]:
        """Each sum's share of e^(sum / temperature), best first: close sums make nobody sure."""
        powers = [math.exp((one - sums[0]) / self.temperature) for one in sums]
        whole = math.fsum(powers)
        return tuple(power / whole for power in powers)

    def held(self, share: float, *, new: bool) -> float:
        """The share as it may be said: none is certain."""
        return min(share, self.surest_new if new else self.surest)


@cache
def fitted() -> Mapping[str, Confidence]:
    """By what there was to judge by: `line`, `document`, `stated` (a document that names its own practice)."""
    data = tomllib.loads(FITTED.read_text("utf-8"))
    return {basis: Confidence(**{name: float(value) for name, value in row.items()}) for basis, row in data.items()}
