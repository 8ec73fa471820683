"""How one firm sets the rules: which are asked, how severe they are, their thresholds, whom to believe, and its own.

The text is `prerequisites.toml` of the firm's policy; it is changed like any policy, with approval and a version.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from pydantic import Field, ValidationError, field_validator

from domain.errors import ConfigurationError
from domain.facts import FactKind
from domain.findings import Severity
from policies.operations.watched import MOST, watched
from policies.prerequisites.rulebook import Data, Rule, rulebook

OWN = "own."
MOST_OWN = 100


class Setting(Data):
    """What a firm changes of one shipped rule; what is absent stays as shipped."""

    on: bool | None = None
    severity: Severity | None = None
    owner: str | None = Field(None, min_length=1, max_length=60)
    thresholds: Mapping[str, int] = Field(default_factory=dict)


class File(Data):
    """The file: `rules` by id, `precedence` of systems by kind of report (the most trusted first), `rule` its own,
    `operations` the thresholds of what is watched (policies/operations).
    """

    rules: Mapping[str, Setting] = Field(default_factory=dict)
    precedence: Mapping[FactKind, tuple[str, ...]] = Field(default_factory=dict)
    rule: tuple[Rule, ...] = Field((), max_length=MOST_OWN)
    operations: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)

    @field_validator("operations")
    @classmethod
    def _watched(cls, found: Mapping[str, Mapping[str, int]]) -> Mapping[str, Mapping[str, int]]:
        for name, thresholds in found.items():
            if name not in watched():
                raise ValueError(f"nothing is watched as {name}; there are {', '.join(watched())}")
            for key, limit in thresholds.items():
                if key not in watched()[name].thresholds:
                    raise ValueError(f"{name} has no threshold {key}")
                if not 0 <= limit <= MOST:
                    raise ValueError(f"{name}.{key} must lie between 0 and {MOST}")
        return found

    @field_validator("rules")
    @classmethod
    def _known(cls, found: Mapping[str, Setting]) -> Mapping[str, Setting]:
        shipped = {rule.id: rule for rule in rulebook()}
        for id_, setting in found.items():
            if id_ not in shipped:
                raise ValueError(f"there is no rule {id_}")
            if strange := sorted(set(setting.thresholds) - set(shipped[id_].thresholds)):
                raise ValueError(f"{id_} has no threshold {', '.join(strange)}")
            Rule.model_validate({**shipped[id_].model_dump(), "thresholds": dict(setting.thresholds)})
        return found

    @field_validator("rule")
    @classmethod
    def _own(cls, found: tuple[Rule, ...]) -> tuple[Rule, ...]:
        for rule in found:
            if not rule.id.startswith(OWN) or not rule.require:
                raise ValueError(f"{rule.id}: a firm's own rule is named {OWN}<name> and has conditions in `require`")
            if rule.action is not None:
                raise ValueError(f"{rule.id}: only shipped rules propose actions")
        if len({rule.id for rule in found}) != len(found):
            raise ValueError("two of the firm's own rules have one id")
        return found


@dataclass(frozen=True)
class RuleSettings:
    """The settings in force for a firm; empty means everything as shipped."""

    off: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()
    changed: Mapping[str, Rule] = field(default_factory=dict[str, Rule])
    thresholds: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    precedence: Mapping[FactKind, tuple[str, ...]] = field(default_factory=dict[FactKind, tuple[str, ...]])
    own: tuple[Rule, ...] = ()
    operations: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])

    def limits(self, name: str) -> Mapping[str, int]:
        """The thresholds of something that is watched: the firm's, or the shipped ones."""
        return {**watched()[name].thresholds, **self.operations.get(name, {})}

    def threshold(self, rule: str, name: str) -> int:
        """A rule's threshold: the firm's, or the shipped one."""
        return self.thresholds.get(rule, {}).get(name, shipped_thresholds()[rule][name])

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """All rules that are asked of this firm's projects, as it set them, in the order in which they are shown."""
        asked = (self.changed.get(rule.id, rule) for rule in rulebook() if rule.id not in self.off)
        return (*asked, *self.own)


@cache
def shipped_thresholds() -> Mapping[str, Mapping[str, int]]:
    """The thresholds of each shipped rule."""
    return {rule.id: rule.thresholds for rule in rulebook()}


def parse(text: str) -> RuleSettings:
    """The settings that a text makes. Raises ConfigurationError saying what is wrong with it."""
    try:
        found = File.model_validate(tomllib.loads(text))
    except (ValidationError, ValueError) as error:
        raise ConfigurationError(f"prerequisites.toml cannot be used: {_said(error)}") from error
    shipped = {rule.id: rule for rule in rulebook()}
    changes = {id_: _change(setting) for id_, setting in found.rules.items()}
    return RuleSettings(
        off=frozenset(id_ for id_, setting in found.rules.items() if setting.on is False),
        on=frozenset(id_ for id_, setting in found.rules.items() if setting.on),
        changed={id_: shipped[id_].model_copy(update=change) for id_, change in changes.items() if change},
        thresholds={id_: setting.thresholds for id_, setting in found.rules.items() if setting.thresholds},
        precedence=found.precedence,
        own=found.rule,
        operations=found.operations,
    )


def _change(setting: Setting) -> dict[str, Any]:
    return {name: value for name in ("severity", "owner") if (value := getattr(setting, name)) is not None}


def _said(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
