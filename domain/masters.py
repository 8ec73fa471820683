"""What a document says of itself beside other agreements: its title, which prevails, and what it leaves to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.source import Evidence

Winner = Literal["work", "master", "own"]


@dataclass(frozen=True)
class Rank:
    """A sentence on what prevails: the statement of work, the master agreement, or the document's `own` word.

    `exception`: the sentence names one ("unless the SOW expressly refers to this clause").
    """

    winner: Winner
    exception: bool
    evidence: Evidence


@dataclass(frozen=True)
class Bearing:
    """The title as it stands on top of the document, empty where none was found, and all that it says on precedence.

    `rates` are the places where it says that the rates of its master agreement apply.
    """

    title: str = ""
    ranks: tuple[Rank, ...] = ()
    rates: tuple[Evidence, ...] = ()
