"""What the rules know when they choose: the person's words, the resolved mentions, and what was said before."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from agent.names import tokens
from agent.rules.lexicon import corrected
from agent.understanding import context_of

CONTRACTIONS = (
    (re.compile(r"\b(?:can not|can'?t|cant)\b"), "cannot"),
    (re.compile(r"\b(is|are|was|were|do|does|did|has|have|had|could|should|would)n'?t\b"), r"\1 not"),
    (re.compile(r"'(?:s|re|ll|ve|d|m)\b"), ""),
    (re.compile(r"\b(what|who|how|where|that)s\b"), r"\1"),
    (re.compile(r"\bw o\b"), "without"),
)


SENTENCES = re.compile(r"(?<=[.?!:;])\s+|\n+")
COURTEOUS = 80  # letters that a courtesy has at most
LONG, FEW = 18, 3  # words of a message that tells before it asks; words that are no sentence


@dataclass(frozen=True)
class Reading:
    """`said` is the message; `text` the same as the grammar reads it; `mentions` and `earlier` are the context's."""

    said: str
    text: str
    today: str
    mentions: tuple[dict[str, Any], ...]
    earlier: tuple[dict[str, Any], ...]
    offered: frozenset[str]
    person: str = ""
    neutral: str = ""  # `text` with a stand-in for whatever is named

    def first(self, kind: str) -> str | None:
        """The value of the first mention of this kind that has exactly one reading."""
        values = (m["candidates"][0]["value"] for m in self.mentions if m["kind"] == kind and len(m["candidates"]) == 1)
        return next(values, None)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """All mentions of this kind."""
        return [mention for mention in self.mentions if mention["kind"] == kind]

    def says(self, pattern: str) -> bool:
        """Whether the corrected text contains this."""
        return re.search(rf"\b(?:{pattern})\b", self.text) is not None

    @property
    def last_calls(self) -> list[dict[str, Any]]:
        """The calls of the last turn that made any, the newest turn first."""
        return next((turn["calls"] for turn in reversed(self.earlier) if turn["calls"]), [])


def read(messages: Sequence[BaseMessage], offered: frozenset[str]) -> Reading:
    """The reading of the last message of the person."""
    context = next((context_of(m) for m in messages if isinstance(m, SystemMessage)), {})
    said = next((str(m.text) for m in reversed(messages) if isinstance(m, HumanMessage)), "")
    found = tuple(context.get("mentions", ()))
    own = frozenset(word for mention in found for word in tokens(mention["words"])) | STANDING
    earlier = tuple(context.get("earlier", ()))
    asked = core(said)
    return Reading(
        said,
        normal(_neutral(asked, found), own),
        context.get("today", ""),
        found,
        earlier,
        offered,
        context.get("person", ""),
        normal(_neutral(asked, found, whole=True), own),
    )


# What is said for courtesy beside a question, and the order that ends a message which tells before.
COURTESY = re.compile(
    r"^(?:(?:ok|okay|oh|ah|well|great|perfect|super|lovely|brilliant|right|yes|hi|hello|hey|dear|good|bonjour|hallo|"
    r"guten tag|namaste|"
    r"morning|afternoon|evening|thanks?|thank you|thx|cheers|merci|danke|grazie|sorry|excuse me|pardon|ta|"
    r"no worries|got it|i see|understood|makes sense|very (?:good|helpful|clear)|that (?:helps?|is|s) [\w ]{1,30}|"
    r"there|all|team|you|so much|very much|a lot|for (?:that|this|the [\w ]{1,20}))[\s,.!]*)+$",
    re.IGNORECASE,
)
ORDERING = re.compile(
    r"(?:[,;:.!]|\s[-\u2013])\s*(?:so|then|please|therefore|and|hence|kindly|thus)[\s,]+"
    r"(?=(?:please |kindly |just |now )*(?:draft|prepare|propose|create|raise|make|write up|suggest)\b)",
    re.IGNORECASE,
)


def _courteous(part: str) -> bool:
    return len(part) <= COURTEOUS and COURTESY.match(part) is not None


def core(said: str) -> str:
    """What a message asks, without courtesies and, if it is long, what it tells before: its questions, else its last
    sentence; the order that it ends with.
    """
    kept = [part for part in SENTENCES.split(said) if part.strip() and not _courteous(part.strip(" ?"))]
    said = " ".join(kept) or said
    *_, order = ORDERING.split(said)
    said = order if len(order.split()) > FEW else said
    if len(said.split()) < LONG:
        return said
    parts = [part.strip() for part in SENTENCES.split(said) if len(part.split()) > FEW]
    asking = [part for part in parts if part.endswith("?")] or parts[-1:]
    return " ".join(asking) or said


# What stands for a name of ours, so that "customer data hub" asks about a project and not about a customer.
STAND_IN = {"project": "cld-uki-1001", "customer": "acme"}
# The same for whatever else is named, as the examples of wording have it.
ANY_STAND_IN = STAND_IN | {
    "contract": "acme", "employee": "anna", "staff": "ada", "invoice": "inv-2026-0012", "practice": "cloud",
    "region": "dach", "document": "acme",
}  # fmt: skip
STANDING = frozenset(ANY_STAND_IN.values())


def _neutral(text: str, found: Sequence[dict[str, Any]], *, whole: bool = False) -> str:
    """The text with names of projects and customers replaced by ones that mean nothing else; `whole`: and others."""
    plain, known = " ".join(tokens(text)), ANY_STAND_IN if whole else STAND_IN
    for mention in sorted(found, key=lambda one: -len(one["words"])):
        words = " ".join(tokens(mention["words"]))
        if mention["kind"] in known and words and (whole or not any(c.isdigit() for c in words)):
            plain = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", known[mention["kind"]], plain, count=1)
    return plain or text


def normal(text: str, own: frozenset[str] = frozenset()) -> str:
    """The text as the grammar reads it; `own` are words of the firm's names, which are nobody's typing errors."""
    meant = german() | informal()
    english = " ".join(word if word in own else meant.get(word, word) for word in tokens(text)).split()
    apart = (part for word in english for part in _parts(word, own))
    plain = " ".join(word if word in own else corrected(word) for word in apart)
    for pattern, meant in CONTRACTIONS:
        plain = pattern.sub(meant, plain)
    return plain


@cache
def german() -> dict[str, str]:
    """German words that slip into a question, and what they mean."""
    return tomllib.loads(Path(__file__).with_name("german.toml").read_text("utf-8"))


@cache
def informal() -> dict[str, str]:
    """How the words of the trade are shortened."""
    return tomllib.loads(Path(__file__).with_name("informal.toml").read_text("utf-8"))


def _parts(word: str, own: frozenset[str]) -> list[str]:
    """A hyphenated word as the grammar knows it: "not-to-exceed" as three, "e-mail" as one; a code stays whole."""
    if "-" not in word or word in own or any(c.isdigit() for c in word):
        return [word]
    parts = word.split("-")
    return ["".join(parts)] if len(parts[0]) == 1 else parts
