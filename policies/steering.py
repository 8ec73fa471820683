"""Tells text that addresses a machine from the text of a contract: a straight line through the space of embeddings.

The line (`steering.json`) is drawn by `countersign evals run steering --write` from `steering_texts.toml`, which is
our own. It flags; what keeps a flagged text harmless is that it can reach no tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

FOLDER = Path(__file__).parent
EXAMPLES, LINE = FOLDER / "steering_texts.toml", FOLDER / "steering.json"
SHORT = 80  # characters: a shorter sentence is looked at with the next one of its line
LONG = 600  # a longer one is cut: the model reads no more than that
SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\s*\n\s*")
# A sentence in a contract's own words is looked at only if it also says something that contracts seldom say.
CONTRACT = re.compile(
    r"\b(?:shall|hereby|hereunder|thereof|herein|pursuant|Agreement|Part(?:y|ies)|Client|Contractor|Consultant|Supplier"
    r"|Customer|Licensee|Licensor|Seller|Buyer|Services|Section)\b"
)
TELLING = re.compile(
    r"\b(?:you|yours?|yourself|ignore|disregard|forget|pretend|prompts?|assistant|AI|LLM|chatbot|password|instructions?"
    r"|system|user|please|I|me|my)\b|https?:|www\.|[<>{}$`\\?!]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Line:
    """A text steers if the product of its unit vector with `weights` is above `threshold`; `examples` is the SHA-256 of
    the file from which the line was drawn.
    """

    weights: tuple[float, ...]
    threshold: float
    examples: str

    def steers(self, vector: Sequence[float]) -> bool:
        """Whether the text with this embedding (384 numbers) lies on the side of those that address a machine."""
        return sum(w * v for w, v in zip(self.weights, vector, strict=True)) > self.threshold


@cache
def line() -> Line:
    """The line in force."""
    return TypeAdapter(Line).validate_json(LINE.read_bytes())


def passages(text: str) -> Iterator[tuple[int, str]]:
    """What is worth a look in a text, as (offset, passage): a sentence, or short ones of a line together."""
    start = end = 0
    for first, last in _sentences(text):
        if end - start >= SHORT or "\n" in text[start:first]:
            yield from _worth_a_look(text, start, end)
            start = first
        end = last
    yield from _worth_a_look(text, start, end)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Their ranges; one that is longer than two passages is cut."""
    start = 0
    for end in (*(found.end() for found in SENTENCE.finditer(text)), len(text)):
        while end - start > LONG:
            yield start, start + LONG
            start += LONG
        if end > start:
            yield start, end
        start = end


def _worth_a_look(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    passage = text[start:end].strip()
    if passage and (TELLING.search(passage) or not CONTRACT.search(passage)):
        yield start, passage
