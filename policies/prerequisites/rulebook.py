"""Reads the rules' data: what a rule is called, how severe it is, who clears it and how. The functions stand beside."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from domain.findings import Severity

FILE = Path(__file__).with_name("rules.toml")


class Rule(BaseModel):
    """One prerequisite. `action` is the type of the action that clears it, `knows` the system to ask when unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$")
    title: str = Field(max_length=60)
    problem: str = Field(max_length=60)
    severity: Severity
    owner: str
    remedy: str
    action: str | None = None
    knows: str = ""


@cache
def rulebook() -> tuple[Rule, ...]:
    """All rules in the order in which they are shown. Raises pydantic.ValidationError for unusable data."""
    return tuple(Rule.model_validate(rule) for rule in tomllib.loads(FILE.read_text("utf-8"))["rule"])


@cache
def digest() -> str:
    """SHA-256 of the rules' data: which edition of the rules an answer was given under."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()
