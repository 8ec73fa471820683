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
# Lines are wrapped, save before an empty line, an item of a list, and a row of a table, whose cells are taken apart.
PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•#]|\(?[a-z\d]{1,3}[.)]\s))|\n(?=[^\n|]{0,2000}\|)|\|")
SENTENCE = re.compile(r"(?<=[.!?:;])\s+")
WORD = re.compile(r"[^\W\d_]{2,}")
CODE = re.compile(r"[<>{}`\\]|https?:")
FEWEST_WORDS = 5  # a name or a heading says nothing
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
    """How far a text lies on the side of those that address a machine is the product of its unit vector with `weights`.

    Above `sure` it is one of them, above `doubt` a person should look. `examples` is the SHA-256 of the file from which
    the line was drawn.
    """

    weights: tuple[float, ...]
    sure: float
    doubt: float
    examples: str

    def judged(self, vector: Sequence[float]) -> str:
        """`sure`, `doubt`, or nothing for the text with this embedding (384 numbers)."""
        far = sum(w * v for w, v in zip(self.weights, vector, strict=True))
        return "sure" if far > self.sure else "doubt" if far > self.doubt else ""


@cache
def line() -> Line:
    """The line in force."""
    return TypeAdapter(Line).validate_json(LINE.read_bytes())


def passages(text: str) -> Iterator[str]:
    """What is worth a look in a text: a sentence, or short ones of a paragraph together; wrapped lines are joined."""
    for paragraph in PARAGRAPH.split(text):
        passage = ""
        for sentence in SENTENCE.split(" ".join(paragraph.split())):
            passage = f"{passage} {sentence}".strip()
            if len(passage) >= SHORT:
                yield from _worth_a_look(passage)
                passage = ""
        yield from _worth_a_look(passage)


def _worth_a_look(passage: str) -> Iterator[str]:
    spoken = len(WORD.findall(passage)) >= FEWEST_WORDS or CODE.search(passage)
    listed = "...." in passage  # a line of a table of contents
    if spoken and not listed and (TELLING.search(passage) or not CONTRACT.search(passage)):
        yield from (passage[start : start + LONG] for start in range(0, len(passage), LONG))
