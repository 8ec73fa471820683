"""The arguments that take one of a few values: what the wording says of them, with patterns as voices beside it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.rules.reading import Reading
from agent.rules.wording import heard, scores, weights

VOICE = 0.3  # how much a pattern adds to its value, beside the wording's say of 0 to 1
DOUBT = 0.08  # below this lead two values are about as likely
NAMED = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Said:
    """The likeliest value of an argument, and the one that comes next; None stands for "not said"."""

    value: str | None
    second: str | None
    lead: float

    @property
    def doubtful(self) -> bool:
        """Whether both are about as likely."""
        return self.lead < DOUBT


@cache
def patterns() -> dict[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    """(value, how people say it) of each argument, in the order in which they are tried."""
    data = tomllib.loads(Path(__file__).with_name("values.toml").read_text("utf-8"))
    parts = data.pop("parts")
    return {
        name: tuple((one["value"], re.compile(rf"\b(?:{_filled(one['said'], parts)})\b")) for one in rows)
        for name, rows in data.items()
    }


def _filled(pattern: str, parts: dict[str, str]) -> str:
    return NAMED.sub(lambda part: parts[part.group(1)], pattern)


def spoken(reading: Reading, name: str, among: Collection[str] = ()) -> str | None:
    """The value that a pattern finds: all that can be told of a message of a few words."""
    found = (value for value, said in patterns()[name] if (not among or value in among) and said.search(reading.text))
    return next(found, None) or None


def wording_of_value(reading: Reading, name: str) -> frozenset[str]:
    """The words that tell a value of the argument."""
    found = (match.group() for _, said in patterns()[name] for match in said.finditer(reading.text))
    return frozenset(word for text in found for word in text.split())


def said(reading: Reading, name: str, voice: str | None = None, among: Collection[str] = ()) -> Said:
    """What a whole sentence says of an argument; `voice` is what a pattern found, where it is none of `values.toml`."""
    voice = voice or (spoken(reading, name, among) if name in patterns() else None)
    learned = weights().learned.get(name)
    if learned is None:
        return Said(voice, None, 1.0)
    found = scores(learned, heard(reading.neutral))
    ranked = sorted(
        (
            (score + VOICE * (value == voice), value)
            for value, score in zip(learned.values, found, strict=True)
            if not among or not value or value in among
        ),
        reverse=True,
    )
    (first, value), (next_, second) = ranked[:2]
    return Said(value or (voice if voice not in learned.values else None), second or None, float(first - next_))


def value(reading: Reading, name: str, among: Collection[str] = ()) -> str | None:
    """The likeliest value."""
    return said(reading, name, None, among).value
