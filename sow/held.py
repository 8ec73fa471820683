"""What holds on a day: terms, what changed each, and what a master agreement gives or says differently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.source import Evidence
from store.documents import TermRow


@dataclass(frozen=True)
class Change:
    """One change: a term before and after (None: not stated), its amendment and the clauses; `why` says what is open.

    `since` is ISO 8601, empty where the amendment does not say from when it holds.
    """

    field: str
    entry: str
    before: Any
    after: Any
    since: str
    document: str
    name: str
    by: str
    clause: str
    operation: str
    evidence: tuple[Evidence, ...]
    why: str = ""


@dataclass(frozen=True)
class Held:
    """A term in force. `change` is what brought it there last, None for the original document's own word.

    `master` is the name of the master agreement that it is taken from; `why` says what is open beside its changes.
    """

    term: TermRow
    clause: str = ""
    change: Change | None = None
    master: str = ""
    why: str = ""

    @property
    def open(self) -> str:
        """What a person has to settle."""
        return self.why or (self.change.why if self.change else "")

    @property
    def place(self) -> str:
        """The id of the document that states it."""
        return self.change.document if self.change else self.term.document


@dataclass(frozen=True)
class InForce:
    """What holds on a day. `pending` are amendments that begin later: (id, name, from when).

    With a confirmed master agreement `held` has what is taken from it, too; what `under` says of a link that nobody
    confirmed is in force for nobody.
    """

    on: date
    root: str
    held: tuple[Held, ...]
    changes: tuple[Change, ...]
    pending: tuple[tuple[str, str, str], ...] = ()
    under: Under | None = None


@dataclass(frozen=True)
class Said:
    """A document's words on which of the two prevails: the quote names the document."""

    name: str
    evidence: Evidence


@dataclass(frozen=True)
class Difference:
    """A field that a document and its master both state, and not alike. `why` is empty where the document's own word
    stands, by what was `said` or because nothing else was; else it is what a person has to settle.
    """

    field: str
    mine: tuple[Held, ...]
    theirs: tuple[Held, ...]
    why: str
    said: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Under:
    """The master agreement of a document as it stands on a day: what is taken from it, where the two differ.

    `confirmed` is a person's word on the link. `note` tells what else there is to know, such as an end that has passed.
    """

    master: str
    name: str
    confirmed: bool
    taken: tuple[Held, ...] = ()
    differences: tuple[Difference, ...] = ()
    note: str = ""
