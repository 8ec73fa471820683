"""A firm's `prerequisites.toml` as settings, held against what conditions may name before it can come into force."""

from __future__ import annotations

from functools import lru_cache

from policies.prerequisites.fields import checked
from policies.prerequisites.settings import RuleSettings, parse


@lru_cache(maxsize=256)
def rule_settings(text: str) -> RuleSettings:
    """The settings that a text makes. Raises ConfigurationError saying what is wrong with it."""
    found = parse(text)
    for rule in found.own:
        for condition in (*rule.applies, *rule.require):
            checked(condition.field)
    return found
