"""Which document a message names: by its number ("SOW-0412", "WO 7731"), or by its title where no contract holds it.

A document that a contract holds is that contract: what is known of both stands there. Only its number names it, since
its title is rather the project's name. File names are other people's text, so a candidate is labelled by its number or
by what the person wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from agent.names import tokens
from agent.words import words
from store.embedding import is_word
from store.titles import Title

NUMBER = re.compile(
    r"(?<![\w-])(?:(?P<kind>sow|wo|work order|statement of work)[\s:.#_-]*(?:no\.?|number|nr\.?)?[\s#_-]*)"
    r"(?P<n>(?:[a-z]{1,4}-?)?\d{1,8})(?!\w)",
    re.IGNORECASE,
)
BARE = re.compile(r"(?<![\w/.-])(?P<n>0\d{3}|[a-z]{2,3}-\d{2,4}|\d{4})(?![\w/-])", re.IGNORECASE)
GENERIC = re.compile(r"\b(?:statement|of|work|order|engagement|letter|sow|wo|scan|signed|final|copy|protected)\b")
SPLIT = re.compile(r"\s[-–]\s|[()_]")
ALIKE = 88.0
TOLD = 3  # digits of a number that means a document, even if it is none of ours
LONG = 5  # letters of one word of a client's name that may stand for the document


@dataclass(frozen=True)
class Paper:
    """A document as people may call it: the digits of its number, the words of its title, its client's first word."""

    title: Title
    label: str
    number: str
    names: tuple[tuple[str, ...], ...]


Hit = tuple[str, tuple[Paper, ...]]


def papers(titles: Iterable[Title], customers: frozenset[str]) -> tuple[Paper, ...]:
    """The documents with what each may be called, where these are the words of our customers' names."""
    return tuple(_paper(title, customers) for title in titles)


@lru_cache(maxsize=10_000)
def _paper(title: Title, ours: frozenset[str]) -> Paper:
    stem = re.sub(r"_", " ", title.name.rpartition(".")[0] or title.name)
    found = NUMBER.search(stem)
    label = found.group().strip() if found else ""
    if title.contract:
        return Paper(title, label, _key(found), ())
    parts = [part for piece in SPLIT.split(stem) for part in NUMBER.sub("|", piece).split("|")]
    named = (tuple(tokens(GENERIC.sub(" ", part.lower()))) for part in parts)
    own = tuple(words_ for words_ in named if words_ and words_[0] not in ours and not set(words_) <= ours)
    return Paper(title, label, _key(found), own)


def _key(found: re.Match[str] | None) -> str:
    return re.sub(r"[^a-z0-9]", "", found["n"].lower()).removeprefix("wo").lstrip("0") if found else ""


def named(text: str, known: Sequence[Paper], codes: frozenset[str]) -> list[Hit]:
    """(the person's words, the documents that they may mean: none for a number that is not ours); `codes` are numbers
    that mean a project.
    """
    by_number: dict[str, list[Paper]] = {}
    for paper in known:
        if paper.number:
            by_number.setdefault(paper.number, []).append(paper)
    hits = _by_number(text, by_number, codes)
    said = tokens(text)
    for paper in known:
        hits += [(words_, (paper,)) for name in paper.names if (words_ := _said(said, name))]
    return hits


def _by_number(text: str, known: Mapping[str, Sequence[Paper]], codes: frozenset[str]) -> list[Hit]:
    found: dict[str, Hit] = {}
    for match in (*NUMBER.finditer(text), *BARE.finditer(text)):
        number = _key(match)
        bare = "kind" not in match.groupdict()
        if match["n"] in codes or number in found or (bare and number not in known):
            continue
        if number in known or (known and len(number) >= TOLD):
            found[number] = (match.group(), tuple(known.get(number, ())))
    return list(found.values())


def _said(said: Sequence[str], name: Sequence[str]) -> str:
    """The words of the message that are this name: all of its words as they stand, or a telling first one."""
    wanted, size = " ".join(name), len(name)
    for start in range(len(said) - size + 1):
        window = " ".join(said[start : start + size])
        if size > 1 and fuzz.ratio(window, wanted) >= ALIKE:
            return window
    first = name[0]
    telling = len(first) >= LONG and not is_word(first) and first not in words("common")
    return first if telling and first in said else ""
