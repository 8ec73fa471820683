"""Which document is the master agreement that a statement of work names: proposed with reasons, never assumed.

Only what calls itself such an agreement, or has the number that is named, can be one. Where several fit, or where two
documents name each other, a person says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sow.families import (
    DATED,
    NUMBER,
    Fit,
    Link,
    LinkState,
    Paper,
    Signal,
    by_number,
    by_parties,
    chosen,
    letters,
    ranked,
    weighed,
)
from sow.normal import DATE, day
from sow.rules import rule

TITLED, OTHER_DATE, SIBLING = 0.25, -0.3, -0.5
LONGEST_NAME = 300  # it is looked at outside the process that reads documents
MASTER = rule(r"\b(?:master|framework|umbrella|MSA)\b")
AGREEMENT = rule(r"\b(?:master|framework|umbrella|MSA|agreement|contract|terms)\b")
WORK = rule(r"\b(?:statement of work|sow|work order|task order|service order|order form|change order|amendment)\b")
NUMBER_SAID = re.compile(r"\b(?=[\w./-]*\d)[A-Z0-9][\w/-]*(?:\.\w+)*")
WHEN = rule(r"(?:,? (?:dated|between|as of|made|entered into|effective|executed|signed)\b.*| of\s*|\(.*)$")
LABEL = rule(r"^that certain |(?:[\s,(#:.]+(?:no|number|ref|reference|contract)\b){0,3}[\s,(#:.]*$")


@dataclass(frozen=True)
class Named:
    """The master agreement as a document names it: what it calls it, its number and its date (ISO 8601)."""

    title: str
    number: str
    dated: str


NOTHING = Named("", "", "")


def named(said: str) -> Named:
    """What the value of the term `master_agreement` says."""
    said = said[:LONGEST_NAME]
    date = rule(DATE).search(said)
    rest = said.replace(date[0], " ") if date else said
    number = NUMBER_SAID.search(rest)
    title = LABEL.sub("", WHEN.sub("", rest[: number.start()] if number else rest))
    return Named(" ".join(title.split()), number[0] if number else "", (day(date[0]) if date else None) or "")


def masters(papers: Sequence[Paper]) -> Mapping[str, Link]:
    """The master of each document that names one or of which a person said so, by its id. An amendment has none."""
    known = {paper.row.id for paper in papers if paper.amendment is None}
    shelf = _shelf(papers)
    found = {
        paper.row.id: chosen(paper.under, _fits(paper, shelf), known)
        for paper in papers
        if paper.amendment is None and (paper.under or paper.first("master_agreement"))
    }
    return {document: _uncircled(document, link, found) for document, link in found.items()}


def chain(document: str, found: Mapping[str, Link]) -> Sequence[str]:
    """The masters above a document, the nearest first; it ends where it would come round."""
    above: list[str] = []
    link = found.get(document)
    while link and link.target and link.target not in (document, *above):
        above.append(link.target)
        link = found.get(link.target)
    return above


def _uncircled(document: str, link: Link, found: Mapping[str, Link]) -> Link:
    """Where documents name each other, what nobody confirmed is open; a circle of confirmed links is open whole."""
    above = chain(document, found)
    last = found.get(above[-1]) if above else None
    if last is None or last.target != document:
        return link
    circle = (link, *(found[one] for one in above))
    if link.state is LinkState.CONFIRMED and any(one.state is LinkState.PROPOSED for one in circle):
        return link
    return replace(link, state=LinkState.OPEN, target=None)


@dataclass(frozen=True)
class _Shelf:
    """What can be a master at all, looked through once: what calls itself an agreement, and all by their numbers."""

    agreements: tuple[Paper, ...]
    numbered: Mapping[str, tuple[Paper, ...]]


def _shelf(papers: Sequence[Paper]) -> _Shelf:
    agreements: list[Paper] = []
    numbered: dict[str, tuple[Paper, ...]] = {}
    for paper in papers:
        if paper.amendment is None:
            if any(AGREEMENT.search(text) for _, text in _called(paper)):
                agreements.append(paper)
            if number := paper.first("document_number"):
                key = letters(str(number.value))
                numbered[key] = (*numbered.get(key, ()), paper)
    return _Shelf(tuple(agreements), numbered)


def _called(paper: Paper) -> tuple[tuple[str, str], ...]:
    """What a document is called by its own title, and by its file's name."""
    title = paper.bearing.title if paper.bearing else ""
    return ("title", title), ("file's name", " ".join(re.split(r"[\W_]+", paper.row.name)))


def _fits(paper: Paper, shelf: _Shelf) -> tuple[Fit, ...]:
    term = paper.first("master_agreement")
    said = named(str(term.value)) if term else NOTHING
    others = {one.row.id: one for one in (*shelf.agreements, *shelf.numbered.get(letters(said.number), ()))}
    others.pop(paper.row.id, None)
    return ranked(fit for one in others.values() if (fit := _fit(paper, said, one)))


def _fit(paper: Paper, said: Named, other: Paper) -> Fit | None:
    numbered, titled = list(by_number([said.number], other, "this document")), list(_by_title(said, other))
    if not titled and not any(weight == NUMBER for weight, _ in numbered):
        return None
    return weighed(
        other, [*numbered, *titled, *_by_date(said, other), *by_parties(paper, other), *_sibling(said, other)]
    )


def _by_title(said: Named, other: Paper) -> Iterable[Signal]:
    """It calls itself what it is called here, or a master or framework agreement; its title stands before its name."""
    for where, text in _called(other):
        if WORK.search(text):
            return []
        if said.title and letters(said.title) in letters(text):
            return [(TITLED, f"its {where} says “{said.title}”")]
        if kind := MASTER.search(text):
            return [(TITLED, f"its {where} says “{kind[0]}”")]
    return []


def _by_date(said: Named, other: Paper) -> Iterable[Signal]:
    """Its date, or another one that was read beside it, is what is named."""
    term = other.first("effective_date")
    if not said.dated or term is None:
        return []
    if said.dated in {str(value) for value in (term.value, *term.alternatives)}:
        return [(DATED, f"it is dated {said.dated}, as this document says")]
    return [(OTHER_DATE, "")]


def _sibling(said: Named, other: Paper) -> Iterable[Signal]:
    """What names the same master is another document under it."""
    term = other.first("master_agreement")
    theirs = named(str(term.value)) if term else NOTHING
    same = (said.number and said.number == theirs.number) or (said.dated and said.dated == theirs.dated)
    return [(SIBLING, "")] if same else []
