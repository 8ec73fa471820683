"""Reads the rules' data: what a rule is called, how severe it is, who clears it and how. The functions stand beside."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.facts import FactKind
from domain.findings import Severity
from policies.prerequisites.patterns import check

FILE = Path(__file__).with_name("rules.toml")
ACTIVATION = "project.activation_delayed"  # the one rule that is also told of contracts without a project
ID = r"^[a-z_]+\.[a-z_]+$"
FIELD = r"^(project|contract|customer|work|sow|fact)(\.[a-z_]+){1,2}$"


class Switch(StrEnum):
    """When a rule is asked: always, once some system reports the facts that it needs, or only where a firm wants it."""

    ALWAYS = "always"
    REPORTED = "reported"
    WANTED = "wanted"


class Data(BaseModel):
    """Nothing unknown in a rule's data, and nothing changed later."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(Data):
    """What is asked of one field. `value` is a text, a number, a truth value, or a list for `one_of`."""

    field: str = Field(pattern=FIELD)
    op: Literal["present", "absent", "is", "is_not", "one_of", "not_one_of", "at_least", "at_most", "matches"]
    value: str | int | bool | list[str] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        bare, several = self.op in ("present", "absent"), self.op.endswith("one_of")
        if bare != (self.value is None):
            raise ValueError(f"{self.op} takes {'no' if bare else 'a'} value")
        if several != isinstance(self.value, list):
            raise ValueError(f"{self.op} takes {'a list' if several else 'one value'}")
        if self.op == "matches":
            check(str(self.value))
        return self


class Rule(Data):
    """One prerequisite. `action` is the type of the action that clears it, `knows` the system to ask when unknown.

    A rule with `require` is data alone: where all of `applies` hold, all of `require` must. `fails` and `passes` are
    its sentences. `needs` are the kinds of report without which it cannot be answered, `tells` the one that settles it.
    """

    id: str = Field(pattern=ID)
    title: str = Field(max_length=60)
    problem: str = Field(max_length=60)
    severity: Severity
    owner: str = Field(min_length=1, max_length=60)
    remedy: str = Field(min_length=1, max_length=300)
    action: str | None = None
    knows: str = ""
    why: str = ""
    source: str = ""
    failing: str = ""
    passing: str = ""
    switch: Switch = Switch.ALWAYS
    needs: tuple[FactKind, ...] = ()
    silence: Literal["unknown", "none"] = "unknown"
    tells: FactKind | None = None
    thresholds: Mapping[str, int] = Field(default_factory=dict)
    applies: tuple[Condition, ...] = ()
    require: tuple[Condition, ...] = ()
    fails: str = Field("", max_length=200)
    passes: str = Field("", max_length=200)

    @field_validator("thresholds")
    @classmethod
    def _sensible(cls, found: Mapping[str, int]) -> Mapping[str, int]:
        if any(not 0 <= limit <= 100_000 for limit in found.values()):  # noqa: PLR2004 - days, hours or per cent
            raise ValueError("a threshold lies between 0 and 100000")
        return found

    @model_validator(mode="after")
    def _says(self) -> Self:
        if bool(self.require) != bool(self.fails and self.passes):
            raise ValueError("a rule of conditions has both `fails` and `passes`, another has neither")
        if self.switch is Switch.REPORTED and not self.needs:
            raise ValueError("a rule that waits for reports names them in `needs`")
        return self

    @property
    def settled_by(self) -> FactKind | None:
        """The kind of report that a person would make to settle it."""
        return self.tells or next(iter(self.needs), None)


@cache
def rulebook() -> tuple[Rule, ...]:
    """All rules in the order in which they are shown. Raises pydantic.ValidationError for unusable data."""
    rows: list[Mapping[str, Any]] = tomllib.loads(FILE.read_text("utf-8"))["rule"]
    return tuple(Rule.model_validate(rule) for rule in rows)


@cache
def ours() -> frozenset[str]:
    """What the rules and those who look after them are called: words of ours, wherever they turn up."""
    return frozenset(word for rule in rulebook() for word in (rule.title, rule.owner))


@cache
def digest() -> str:
    """SHA-256 of the rules' data: which edition of the rules an answer was given under."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()
