"""What is checked before a bill goes out: the prerequisites' own data, found by what people call them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from policies.prerequisites.items import words
from policies.prerequisites.rulebook import Rule, rulebook
from tools.tool import Tool, ToolContext, ToolResult

FILE = Path(__file__).with_name("subjects.toml")
BROAD = "sow against erp"  # any difference, where no subject of its own is named
IDLE = frozenset(str(tomllib.loads(FILE.read_text("utf-8"))["idle"]).split())


class ExplainRules(BaseModel):
    """Which rules: by id or by what they are about; without anything, all of them."""

    model_config = ConfigDict(extra="forbid")

    about: str = Field("", max_length=120, description="A rule's id, or a subject such as purchase order")


@cache
def subjects() -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    """(name, how people say it, prefixes of rule ids) of each subject, from `subjects.toml`."""
    data = tomllib.loads(FILE.read_text("utf-8"))["subject"]
    return tuple((one["name"], re.compile(rf"\b(?:{one['said']})\b"), tuple(one["rules"])) for one in data)


def subject_of(text: str) -> str | None:
    """The subject that a sentence names, the one in most words; None where no prerequisite is about it."""
    said = words(text)
    found = [(len(match.group()), name) for name, pattern, _ in subjects() for match in pattern.finditer(said)]
    narrower = [one for one in found if one[1] not in (BROAD, "contract")]
    return max(narrower or found, default=(0, None))[1]


def said_of_subjects(text: str) -> list[str]:
    """The parts of a sentence that name a subject, or what is wrong with one."""
    said, patterns = words(text), [*(one for _, one, _ in subjects()), *(one for _, one in qualifiers())]
    named = rule_named(text)
    return [match.group() for pattern in patterns for match in pattern.finditer(said)] + (
        [words(named)] if named else []
    )


def rule_named(text: str) -> str | None:
    """The rule whose id stands in a sentence as it is: "what does po.differs mean?"."""
    said = re.findall(r"[a-z_]+\.[a-z_.]*[a-z]", text.lower())
    return next((rule.id for rule in rulebook() if rule.id in said), None)


@cache
def whole() -> frozenset[str]:
    """Subjects that no word of trouble narrows."""
    return frozenset(one["name"] for one in tomllib.loads(FILE.read_text("utf-8"))["subject"] if one.get("whole"))


def rules_about(text: str) -> tuple[Rule, ...]:
    """The rules that a few words mean: by id, by subject, else by the words of their titles. Empty when none fits."""
    said = text.strip().lower()
    if named := [rule for rule in rulebook() if said and (rule.id == said or rule.id.startswith(f"{said}."))]:
        return tuple(named)
    plain = words(said)
    if called := [rule for rule in rulebook() if plain in (words(rule.title.lower()), words(rule.problem.lower()))]:
        return tuple(called)
    prefixes = _prefixes(said, plain)
    if prefixes:
        return _qualified(plain, [rule for rule in rulebook() if rule.id.startswith(prefixes)])
    scored = [(_shared(plain, rule), rule) for rule in rulebook()]
    best = max((score for score, _ in scored), default=0.0)
    return tuple(rule for score, rule in scored if score == best and best >= 0.5)  # noqa: PLR2004 - half of its words


def _prefixes(said: str, plain: str) -> tuple[str, ...]:
    """The starts of the ids of the subject of this name, else of all subjects that the words speak of."""
    named = next((rules for name, _, rules in subjects() if name == said), None)
    found = {name: rules for name, pattern, rules in subjects() if pattern.search(plain)}
    if len(found) > 1:
        found.pop(BROAD, None)
    return named or tuple(prefix for rules in found.values() for prefix in rules)


def _qualified(said: str, found: list[Rule]) -> tuple[Rule, ...]:
    """Of several rules about one subject those whose id says what is wrong in the way that was said: "po missing"."""
    for part, pattern in qualifiers() if not any(name in said for name in whole()) else ():
        kept = [rule for rule in found if part in rule.id]
        kept = [rule for rule in kept if f".{part}" in rule.id] or kept  # "po.missing", not its document
        if kept and pattern.search(said):
            return tuple(kept)
    return tuple(found)


@cache
def qualifiers() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(part of a rule's id, how people say it), in the order in which they are tried."""
    data = tomllib.loads(FILE.read_text("utf-8"))["qualifier"]
    return tuple((one["part"], re.compile(rf"\b(?:{one['said']})\b")) for one in data)


def told_of(subject: str, text: str) -> str:
    """A subject with the word of trouble that a sentence has for it, where its rules know such: "po missing"."""
    said = words(text)
    found = [
        rule for name, _, starts in subjects() if name == subject for rule in rulebook() if rule.id.startswith(starts)
    ]
    for part, pattern in qualifiers():
        if subject not in whole() and pattern.search(said) and any(part in rule.id for rule in found):
            return f"{subject} {part.replace('_', ' ')}"
    return subject


def _shared(said: str, rule: Rule) -> float:
    """Which share of a title's telling words was said, the better of both titles."""
    spoken = set(said.split())
    return max(_share(spoken, rule.title), _share(spoken, rule.problem))


def _share(spoken: set[str], title: str) -> float:
    telling = set(words(title).split()) - IDLE
    return len(telling & spoken) / len(telling) if telling else 0.0


async def _explain(_: ToolContext, wanted: ExplainRules) -> ToolResult:
    found = rules_about(wanted.about) if wanted.about else rulebook()
    facts = {
        "count": len(found),
        "about": wanted.about or None,
        "rules": [
            {"rule": r.id, "severity": r.severity.value, "owner": r.owner, "action_type": r.action} for r in found
        ],
    }
    return ToolResult(facts, (_table(found),))


def _table(found: Iterable[Rule]) -> Table:
    effect = {"blocks": "no invoice may go out", "warns": "look before it does"}
    rows = tuple(
        (Cell(r.title), Cell(r.problem), Cell(effect[r.severity.value]), Cell(r.owner), Cell(r.remedy)) for r in found
    )
    note = "" if rows else "There is no such prerequisite."
    return Table("Billing prerequisites", ("Rule", "When it fails", "Effect", "Who clears it", "How"), rows, note=note)


EXPLAIN_RULES = Tool(
    name="explain_rules",
    description="What is checked before billing, what each check means, who clears it and how.",
    operation=Operation.READINESS_READ,
    arguments=ExplainRules,
    run=_explain,
)
