"""Asks back which of the two likeliest kinds of question is meant, each as a sentence that is certainly read so."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from agent.rules.grammar import Kind
from agent.rules.reading import Reading
from agent.rules.steps import Plan
from agent.rules.wording import Judged


def either(reading: Reading, judged: Judged) -> Plan | None:
    """The two readings as choices; None where the wording speaks for nothing that is answered here."""
    known = readings()
    if judged.kind not in known:
        return None
    whose = _whose(reading)
    forms = {
        "of": f" of {whose}" if whose else "",
        "on": f" on {whose}" if whose else "",
        "one": whose or "the project",
    }
    options = tuple(known[kind].format(**forms) for kind in (judged.kind, judged.second) if kind in known)
    return Plan(question="I am not sure what you mean. Is it one of these?", options=options)


@cache
def readings() -> dict[Kind, str]:
    """Each kind as a sentence."""
    data = tomllib.loads(Path(__file__).with_name("readings.toml").read_text("utf-8"))
    return {Kind(kind): sentence for kind, sentence in data.items()}


def _whose(reading: Reading) -> str:
    found = (mention for kind in ("project", "customer") for mention in reading.of(kind) if mention["candidates"])
    mention = next(found, None)
    if mention is None:
        return ""
    named = mention["candidates"][0]
    return named["value"] if mention["kind"] == "project" else named["label"]
