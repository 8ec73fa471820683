"""Finds the firm's own names in a person's words, misspelt or shortened, by edit distance on runs of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from agent.rules.lexicon import corrected
from agent.words import words
from store.embedding import is_word

WORD = re.compile(r"[\w'\u2019&]+(?:-[\w]+)*")
WHOLE, SINGLE = 86.0, 88.0
SHORTEST = 4
LONG_NAME = 7
SHORT, LONGEST = 3, 6  # words of a name: with more than that it is no name but a sentence, and means only its whole
TIE = 4.0
LONGER = 8.0  # what each further word of a reading adds: "fleet telemetry" is no other telemetry
NO_NAME_AFTER = frozenset({"a", "an", "i", "we", "you", "they"})
PART = 90.0  # how alike some words of a longer name have to be


@dataclass(frozen=True)
class Named:
    """Something of the firm that has a name: `value` is its code or id, `key` groups what may be meant by one name."""

    kind: str
    value: str
    name: str


@dataclass(frozen=True)
class Hit:
    """`words` of the person, from token `start` to `end`, that mean one of `candidates`, best first."""

    words: str
    start: int
    end: int
    score: float
    candidates: tuple[Named, ...]


def tokens(text: str) -> list[str]:
    """Lower-case words without accents and possessives."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return [word.removesuffix("'s") for word in WORD.findall(plain)]


def find(text: str, named: Iterable[Named]) -> list[Hit]:
    """The names in the text that do not overlap, the best first; equally good readings are candidates of one hit."""
    said = tuple(tokens(text))
    everything = list(named)
    ours = frozenset(word for one in everything for word in _core(one.name))
    scored = [hit for one in everything for hit in _readings(said, one, ours)]
    return _without_overlap(scored)


@lru_cache(maxsize=50_000)  # a firm's names are the same in every question
def _core(name: str) -> tuple[str, ...]:
    every = tokens(name)
    return tuple(word for word in every if word not in words("legal") and word != "&") or tuple(every)


@lru_cache(maxsize=50_000)
def _whole(name: str) -> tuple[str, ...]:
    return tuple(tokens(name))


def _readings(said: tuple[str, ...], one: Named, ours: frozenset[str]) -> list[Hit]:
    core = _core(one.name)
    if not core:
        return []
    hits = [hit for size in {len(core), max(1, len(core) - 1)} for hit in _windows(said, one, core, size)]
    whole = _whole(one.name)
    if whole != core:
        hits += _windows(said, one, whole, len(whole))
    for run in _runs(core):
        hits += _windows(said, one, run, len(run), minimum=PART, penalty=2.0)
    for word in _telling(core):
        if len(word) >= SHORTEST and word not in words("common"):
            hits += _windows(said, one, [word], 1, minimum=SINGLE, penalty=2.0 if len(core) > 1 else 0.0)
    if one.kind in ("customer", "employee", "staff"):
        return hits
    return [
        hit
        for hit in hits
        if hit.end - hit.start > 1 or not (_alien_beside(said, hit.start, ours) or _ordinary(said, hit.start))
    ]


def _telling(core: Sequence[str]) -> Sequence[str]:
    """Words that stand for a name alone: of a long one none that questions are made of, of a sentence none at all."""
    if len(core) > LONGEST:
        return []
    return core if len(core) <= SHORT else [word for word in core if word not in words("grammar") | words("plain")]


@lru_cache(maxsize=50_000)
def _runs(core: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Some words of a longer name as they stand there, if one of them tells: "fleet telemetry" of a platform."""
    sizes = range(2, len(core)) if len(core) <= LONGEST else ()
    runs = (core[at : at + size] for size in sizes for at in range(len(core) - size + 1))
    return [run for run in runs if any(len(word) >= SHORTEST and word not in words("common") for word in run)]


def _windows(
    said: tuple[str, ...], one: Named, core: Sequence[str], size: int, *, minimum: float = WHOLE, penalty: float = 0.0
) -> list[Hit]:
    wanted = " ".join(core)
    hits: list[Hit] = []
    for start, window in enumerate(_joined(said, size)):
        score = fuzz.ratio(window, wanted, score_cutoff=minimum)
        if score < minimum:
            continue
        if size == 1 and (len(window) < SHORTEST or window in words("common")):
            continue
        if size == 1 and window != wanted and is_word(window) and not _slip_in_name(window, one, wanted):
            continue  # "controls" is no slip in "control"
        hits.append(Hit(window, start, start + size, score + LONGER * (size - 1) - penalty, (one,)))
    return hits


@lru_cache(maxsize=256)  # of one message every name asks again
def _joined(said: tuple[str, ...], size: int) -> tuple[str, ...]:
    return tuple(" ".join(said[start : start + size]) for start in range(len(said) - size + 1))


def _slip_in_name(said: str, one: Named, wanted: str) -> bool:
    """Whether a word that the language has, and no question needs, is a person's long name with one slip."""
    person = one.kind in ("employee", "staff") and len(wanted) >= LONG_NAME and said[0] == wanted[0]
    return person and OSA.distance(said, wanted) == 1 and corrected(said) == said


def _ordinary(said: Sequence[str], at: int) -> bool:
    """Whether a word of the language stands where no name can: "we had a training", "i search"."""
    return at > 0 and said[at - 1] in NO_NAME_AFTER and is_word(said[at])


def _alien_beside(said: Sequence[str], at: int, ours: frozenset[str]) -> bool:
    """Whether a word beside this one is of a name that is not ours ("warranty claims" is not "Claims analytics")."""
    beside = [said[i] for i in (at - 1, at + 1) if 0 <= i < len(said)]
    plain = words("grammar") | words("common") | words("plain")
    beside = [corrected(word) for word in beside if word.isalpha() and len(word) >= SHORTEST and word not in ours]
    return any(word not in plain for word in beside)


def _without_overlap(scored: list[Hit]) -> list[Hit]:
    chosen: list[Hit] = []
    for hit in sorted(scored, key=lambda h: (-h.score, h.start, h.candidates[0].value)):
        clash = next((c for c in chosen if hit.start < c.end and c.start < hit.end), None)
        if clash is None:
            chosen.append(hit)
        elif hit.candidates[0] not in clash.candidates and hit.score >= clash.score - TIE:
            both = Hit(clash.words, clash.start, clash.end, clash.score, (*clash.candidates, *hit.candidates))
            chosen[chosen.index(clash)] = both
    return chosen
