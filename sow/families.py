"""Which document an amendment amends: proposed with reasons where one fits, left to a person where several do."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.amendments import Amendment
from domain.masters import Bearing
from domain.terms import TermStatus
from store.amendments import LinkRow
from store.documents import DocumentRow, TermRow

FITS = 0.5
APART = 0.15  # two documents that fit nearly as well are both possible
NUMBER, NAMED, DATED, CLIENT, PROVIDER, CONTRACT, STRANGER = 0.6, 0.35, 0.3, 0.15, 0.1, 0.15, -0.5


Signal = tuple[float, str]  # how much it weighs for a document (or against it), and the reason in words


class LinkState(StrEnum):
    """`proposed` is found and not confirmed, `open` waits for a person to pick, `alone` has nothing here."""

    CONFIRMED = "confirmed"
    PROPOSED = "proposed"
    OPEN = "open"
    ALONE = "alone"


@dataclass(frozen=True)
class Paper:
    """A document as families are made of it: `link` is a person's word on what it amends, `under` on its master."""

    row: DocumentRow
    terms: tuple[TermRow, ...]
    amendment: Amendment | None = None
    link: LinkRow | None = None
    under: LinkRow | None = None
    bearing: Bearing | None = None

    def first(self, field: str) -> TermRow | None:
        """The term of a field that has one value, unless it was rejected."""
        return next((t for t in self.terms if t.field == field and t.status is not TermStatus.REJECTED), None)

    @property
    def begins(self) -> str:
        """The date from which it holds (ISO 8601), empty when it states none."""
        stated = self.first("effective_date")
        return str(stated.value) if stated else (self.amendment and self.amendment.effective) or ""


@dataclass(frozen=True)
class Fit:
    """A document that may be the amended one, or the master agreement, with what speaks for it."""

    document: str
    name: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """What an amendment amends, or a document is under: its id, or none; and the fits that a person may choose from."""

    state: LinkState
    target: str | None = None
    fits: tuple[Fit, ...] = ()


@dataclass(frozen=True)
class Family:
    """A document with the amendments that are linked to it, in the order in which they hold."""

    root: Paper
    amendments: tuple[Paper, ...] = ()


def links(papers: Sequence[Paper]) -> Mapping[str, Link]:
    """What each amendment amends, by its id. A person's word stands before what was found."""
    known = {paper.row.id for paper in papers}
    return {paper.row.id: _link(paper, papers, known) for paper in papers if paper.amendment or paper.link}


def families(papers: Sequence[Paper]) -> tuple[Family, ...]:
    """All documents in families. An amendment whose document is open to choice is in none: it changes nothing yet."""
    by_id, linked = {paper.row.id: paper for paper in papers}, links(papers)
    roots = {paper.row.id: _root(paper.row.id, linked) for paper in papers}
    return tuple(
        Family(
            paper, tuple(sorted((by_id[one] for one, root in roots.items() if root == key and one != key), key=_order))
        )
        for key, paper in by_id.items()
        if roots[key] == key
    )


def _root(document: str, linked: Mapping[str, Link]) -> str | None:
    """The document at the end of the chain; None where the chain is open or runs in a circle."""
    seen: set[str] = set()
    while document not in seen:
        seen.add(document)
        link = linked.get(document)
        if link is not None and link.state is LinkState.OPEN:
            return None
        if link is None or link.target is None:
            return document
        document = link.target
    return None


def _order(paper: Paper) -> tuple[str, int, str]:
    number = re.search(r"\d+", paper.amendment.number) if paper.amendment else None
    return paper.begins, int(number[0]) if number else 0, paper.row.uploaded_at.isoformat()


def _link(paper: Paper, papers: Sequence[Paper], known: set[str]) -> Link:
    return chosen(paper.link, _fits(paper, papers), known)


def chosen(said: LinkRow | None, fits: tuple[Fit, ...], known: Container[str]) -> Link:
    """A person's word on documents that are there, else the one that fits; open where several fit nearly as well."""
    if said is not None and (said.target is None or said.target in known):
        state = LinkState.CONFIRMED if said.target else LinkState.ALONE
        return Link(state, said.target, fits)
    best = next(iter(fits), None)
    if best is None or best.score < FITS:
        return Link(LinkState.ALONE, None, fits)
    if sum(fit.score >= max(FITS, best.score - APART) for fit in fits) > 1:
        return Link(LinkState.OPEN, None, fits)
    return Link(LinkState.PROPOSED, best.document, fits)


def _fits(paper: Paper, papers: Sequence[Paper]) -> tuple[Fit, ...]:
    """Documents in the order of how well they fit, those with nothing in common left out."""
    if paper.amendment is None:
        return ()
    others = (one for one in papers if one.row.id != paper.row.id and one.amendment is None)
    return ranked(_fit(paper, paper.amendment, one) for one in others if one.row.status != "superseded")


def ranked(fits: Iterable[Fit]) -> tuple[Fit, ...]:
    """Those for which something speaks, the best first."""
    return tuple(sorted((fit for fit in fits if fit.score > 0), key=lambda fit: (-fit.score, fit.name)))


def _fit(paper: Paper, amending: Amendment, other: Paper) -> Fit:
    signals = [
        *_by_number(amending, other),
        *_by_date(amending, other),
        *by_parties(paper, other),
    ]
    if paper.row.contract and paper.row.contract == other.row.contract:
        signals.append((CONTRACT, f"both belong to contract {other.row.contract}"))
    return weighed(other, signals)


def weighed(other: Paper, signals: Sequence[Signal]) -> Fit:
    """What all signals together say of a document."""
    score = round(sum(weight for weight, _ in signals), 2)
    return Fit(other.row.id, other.row.name, score, tuple(reason for weight, reason in signals if weight > 0))


def _by_number(amending: Amendment, other: Paper) -> Iterable[Signal]:
    return by_number([reference.number for reference in amending.references], other, "the amendment")


def by_number(named: Iterable[str], other: Paper, namer: str) -> Iterable[Signal]:
    """Whether a document has a number that `namer` names."""
    numbers = [(number, letters(number)) for number in named if number]
    own = other.first("document_number")
    for number, folded in numbers:
        if own is not None and letters(str(own.value)) == folded:
            return [(NUMBER, f"it has the number {number} that {namer} names")]
    for number, folded in numbers:
        if len(folded) > 2 and folded in letters(other.row.name):  # noqa: PLR2004 - "1" stands in any file's name
            return [(NAMED, f"its file's name holds the number {number} that {namer} names")]
    return [(STRANGER, "")] if numbers and own is not None else []


def _by_date(amending: Amendment, other: Paper) -> Iterable[Signal]:
    dates = {reference.dated for reference in amending.references if reference.dated}
    return [(DATED, f"it is dated {other.begins}, as the amendment says")] if other.begins in dates else []


def by_parties(paper: Paper, other: Paper) -> Iterable[Signal]:
    """Whether two documents are between the same parties; another client speaks against it."""
    return [*_by_party(paper, other, "client", CLIENT), *_by_party(paper, other, "provider", PROVIDER)]


def _by_party(paper: Paper, other: Paper, field: str, weight: float) -> Iterable[Signal]:
    mine, theirs = paper.first(field), other.first(field)
    if mine is None or theirs is None:
        return []
    if letters(str(mine.value)) == letters(str(theirs.value)):
        return [(weight, f"the same {field}, {theirs.value}")]
    return [(STRANGER, "")] if field == "client" else []


def letters(text: str) -> str:
    """Letters and digits alone, in small letters."""
    return re.sub(r"[\W_]", "", text.casefold())
