"""Which kind of question a sentence is, by the ordered grammar of `grammar.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path


class Kind(StrEnum):
    """The kinds of question that the rules answer."""

    HELP = "help"
    THANKS = "thanks"
    DECIDE = "decide"
    POLICY = "policy"
    ACTIONS = "actions"
    INVOICE = "invoice"
    FIX = "fix"
    CODES = "codes"
    SOW = "sow"
    UNBILLED = "unbilled"
    PORTFOLIO = "portfolio"
    READINESS = "readiness"
    FIND = "find"
    AUDIT = "audit"
    HISTORY = "history"
    RIGHTS = "rights"
    PEOPLE = "people"
    OPERATIONS = "operations"
    INVOICES = "invoices"
    DOCUMENTS = "documents"
    CUSTOMERS = "customers"
    REPORTS = "reports"
    RULES = "rules"
    PROBLEMS = "problems"
    WORKED = "worked"
    ENGAGEMENT = "engagement"
    TIME_TO_BILL = "time_to_bill"
    RISK = "risk"
    WATCH = "watch"
    WHY = "why"
    UNABLE = "unable"
    UNCODED = "uncoded"
    SET_UP = "set_up"
    OTHER = "other"


@dataclass(frozen=True)
class Grammar:
    """The rules in order, the named parts that they are made of, and what the catalogue of terms calls a topic."""

    rules: tuple[tuple[Kind, re.Pattern[str], re.Pattern[str] | None], ...]
    parts: dict[str, re.Pattern[str]]
    topics: dict[str, str]


@cache
def grammar() -> Grammar:
    """The grammar, read once."""
    data = tomllib.loads((Path(__file__).parent / "grammar.toml").read_text("utf-8"))
    parts = {name: part if isinstance(part, str) else "|".join(part) for name, part in data["parts"].items()}
    rules = tuple(
        (Kind(rule["kind"]), _either(rule["any"], parts), _either(rule["unless"], parts) if "unless" in rule else None)
        for rule in data["rule"]
    )
    return Grammar(rules, {name: re.compile(rf"\b(?:{part})\b") for name, part in parts.items()}, data["topics"])


def kind_of(text: str) -> Kind | None:
    """The kind of the sentence, or None for one that the grammar does not know."""
    for kind, pattern, unless in grammar().rules:
        if pattern.search(text) and not (unless and unless.search(text)):
            return kind
    return None


def speaks_of(part: str, text: str) -> bool:
    """Whether the sentence has words of a named part of the grammar."""
    return grammar().parts[part].search(text) is not None


def topic_of(text: str, *, loosely: bool = True) -> str | None:
    """The first topic of a statement of work in the sentence, in the words of the catalogue of terms; `loosely` also by
    words that mean other things elsewhere.
    """
    known = ("topic", "loose_topic") if loosely else ("topic",)
    found = next(filter(None, (grammar().parts[part].search(text) for part in known)), None)
    return grammar().topics.get(found.group(), found.group()) if found else None


@cache
def vocabulary() -> frozenset[str]:
    """Every word that the grammar looks for."""
    text = (Path(__file__).parent / "grammar.toml").read_text("utf-8")
    text = re.sub(r"(?m)^#.*$", "", text)
    text = re.sub(r"([a-z]+)([a-z])\?", r"\1 \1\2", text)  # "expires?" is two words
    whole = re.sub(r"[a-z]*\\\w[*+]?|[a-z]*\w\?[a-z]*|\(\?[:!=<]*", " ", text)
    return frozenset(re.findall(r"[a-z]{4,}", whole))


def _either(patterns: Iterable[str], parts: dict[str, str]) -> re.Pattern[str]:
    alternatives = [re.sub(r"<(\w+)>", lambda part: f"(?:{parts[part.group(1)]})", pattern) for pattern in patterns]
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives))
