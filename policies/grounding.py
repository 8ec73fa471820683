"""Whether prose says only what this turn's results say: its figures, dates, codes and names must occur in them.

Both sides are read by the same grammar, so "EUR 12,300" in prose meets "12300.00" in a result. Strict on purpose: a
withheld sentence costs little, because tables and findings are rendered from the results in any case.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

WORDING = tomllib.loads((Path(__file__).parent / "wording.toml").read_text("utf-8"))
MONTHS: list[str] = WORDING["months"].split()
_MONTH = "|".join([*MONTHS, *(f"{m[:3]}\\.?" for m in MONTHS if m != "may")])
_YEAR = r"(?:19|20)\d{2}"
DATES = (
    re.compile(rf"\b(?P<y>{_YEAR})-(?P<m>\d{{2}})(?:-(?P<d>\d{{2}}))?(?:T[\d:.+Z-]*)?\b"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<n>{_MONTH})\s*,?\s*(?P<y>{_YEAR})?\b", re.IGNORECASE),
    re.compile(rf"\b(?P<n>{_MONTH})\s+(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b\s*,?\s*)?(?P<y>{_YEAR})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>\d{{1,2}})[./](?P<m>\d{{1,2}})[./](?P<y>{_YEAR})\b"),
    re.compile(rf"\b(?P<n>{'|'.join(m.capitalize() for m in MONTHS)})\b"),
)
CODE = re.compile(
    r"\b(?=[\w/-]{0,80}[A-Za-z])(?=[\w/-]{0,80}\d)[A-Za-z0-9]+(?:[-/_][A-Za-z0-9]+)*\b|\b[A-Z]{2,}(?:[-/][A-Z0-9]+)+\b"
)
FIGURE = re.compile(r"(?<![\w.])[-+]?\d[\d.,\u00a0\u202f' ]*\d|(?<![\w.])[-+]?\d")
SCALED = re.compile(r"(?<!\d)(?<!\d[.,])(?P<n>\d[\d.,]*+)\s*+(?P<s>k|m|bn|thousand|million|billion)\b", re.IGNORECASE)
SCALES = {"k": 10**3, "thousand": 10**3, "m": 10**6, "million": 10**6, "bn": 10**9, "billion": 10**9}
WORDS: dict[str, int] = {word: number for number, word in enumerate(WORDING["numbers"].split(), start=2)} | WORDING[
    "more_numbers"
]
WORD = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
NAME = re.compile(r"(?<![\w-])[A-Z][\w'\u2019&-]*(?:\s+(?:(?:of|and|&|de|van|von)\s+)?[A-Z][\w'\u2019&-]*)*")
COMMON = frozenset(WORDING["common"].split()) | {*MONTHS, *(month[:3] for month in MONTHS)}
DONE = re.compile(
    r"\b(?:has|have|had|was|were|is|are|been|being|got|gets|i|we|i've|we've|successfully|now|already)\s+"
    r"(?:(?:just|now|already|also|been|successfully|automatically)\s+)*"
    r"(?:approved|executed|created|posted|sent|updated|booked|set|changed|fixed|released|invoiced|paid|corrected|"
    r"submitted|applied|written|completed|resolved|recorded|assigned|billed|done|authori[sz]ed|deleted|cancelled)\b"
    r"|^[^\S\n]*+(?:done|all done|completed|approved|executed|fixed)\b\s*[.!:,]",
    re.IGNORECASE | re.MULTILINE,
)
DONE_STATES = frozenset({"approved", "executing", "executed", "verified", "compensated", "rejected", "withdrawn"})


@dataclass(frozen=True)
class Claims:
    """What a text asserts that could be false: numbers, dates ("2026-07-31", "2026-07", "--07"), codes, words."""

    figures: frozenset[Decimal] = frozenset()
    dates: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def union(several: Iterable[Claims]) -> Claims:
    """All that several texts assert."""
    each = list(several)
    return Claims(
        frozenset[Decimal]().union(*(one.figures for one in each)),
        frozenset[str]().union(*(one.dates for one in each)),
        frozenset[str]().union(*(one.codes for one in each)),
        frozenset[str]().union(*(one.names for one in each)),
    )


@lru_cache(maxsize=8192)  # one value of a result is looked at for itself and for each record around it
def claims(text: str) -> Claims:
    """The claims of one text, by the grammar above."""
    dates, rest = _dates(text)
    codes = frozenset(match.group().upper() for match in CODE.finditer(rest) if not SCALED.fullmatch(match.group()))
    rest = CODE.sub(lambda match: match.group() if SCALED.fullmatch(match.group()) else " ; ", rest)
    scaled = [_number(m["n"]) * SCALES[m["s"].lower()] for m in SCALED.finditer(rest)]
    rest = SCALED.sub(" ; ", rest)
    plain = [_number(match.group()) for match in FIGURE.finditer(rest)]
    words = [Decimal(WORDS[match.group().lower()]) for match in WORD.finditer(rest)]
    names = {word.lower() for match in NAME.finditer(text) for word in _proper(text, match)}
    return Claims(frozenset([*scaled, *plain, *words]), dates, codes, frozenset(names))


def ungrounded(prose: str, facts: Iterable[Any]) -> tuple[str, ...]:
    """What the prose states that the facts do not, as stable kinds with the wording ("figure 5,000"); empty is good."""
    said = claims(prose)
    strings = list(_strings(list(facts)))
    known = union(map(claims, strings))
    words = {word for text in strings for word in re.findall(r"[\w'\u2019&-]+", text.lower())}
    found = [f"figure {n}" for n in sorted(said.figures) if abs(n) not in {abs(k) for k in known.figures}]
    found += [f"date {d}" for d in sorted(said.dates) if not _date_known(d, known.dates)]
    found += [f"code {c}" for c in sorted(said.codes - known.codes)]
    found += [f"name {n}" for n in sorted(said.names - words - COMMON) if n.removesuffix("s") not in words]
    return (*found, *_done(prose, list(facts)))


def _done(prose: str, facts: list[Any]) -> tuple[str, ...]:
    """A claim that something happened counts only where a result of this turn shows an action's row in such a state."""
    if DONE.search(prose) and not DONE_STATES & set(_states(facts)):
        return ("claim that something was done",)
    return ()


def _states(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key == "state" and isinstance(item, str):
                yield item
            yield from _states(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _states(item)


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _dates(text: str) -> tuple[frozenset[str], str]:
    found: set[str] = set()
    for pattern in DATES:
        for match in pattern.finditer(text):
            found.add(_iso(match.groupdict()))
        text = pattern.sub(" ; ", text)
    return frozenset(found), text


def _iso(parts: Mapping[str, str | None]) -> str:
    name = (parts.get("n") or "").lower().rstrip(".")
    month = int(parts.get("m") or 0) or next(i for i, m in enumerate(MONTHS, 1) if m.startswith(name))
    head = f"{parts['y']}-{month:02d}" if parts.get("y") else f"--{month:02d}"
    return f"{head}-{int(parts['d'] or 0):02d}" if parts.get("d") else head


def _date_known(date: str, known: frozenset[str]) -> bool:
    if date.startswith("--"):
        return any(date[2:] == other[5:][: len(date) - 2] or other.startswith(date) for other in known)
    return any(other == date or other.startswith(f"{date}-") for other in known)


def _number(text: str) -> Decimal:
    """A figure as people write it: the last separator is a decimal point unless three digits follow it."""
    text = re.sub(r"[\s\u00a0\u202f']", "", text).rstrip(".,")
    head, separator, tail = max((text.rpartition("."), text.rpartition(",")), key=lambda parts: len(parts[0]))
    whole = re.sub(r"[.,]", "", head or tail)
    try:
        if separator and head and (len(tail) != 3 or (text.count(separator) == 1 and whole in {"0", "-0"})):  # noqa: PLR2004
            return Decimal(f"{whole}.{tail}")
        return Decimal(re.sub(r"[.,]", "", text))
    except InvalidOperation:
        return Decimal(0)


def _proper(text: str, match: re.Match[str]) -> list[str]:
    """The words of a capitalised run that can be a name; a sentence's first word alone is none."""
    words = [w for w in re.findall(r"[\w'\u2019&-]+", match.group()) if w[0].isupper()]
    opens = re.search(r"(^|[.!?:;]\s+|\n\s*[-*]?\s*|[\"\u201c(]\s*)$", text[: match.start()]) is not None
    return words[1:] if opens else words
