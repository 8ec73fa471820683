"""Which of the things that a firm watches of its billing a question is about."""

from __future__ import annotations

from agent.rules.reading import Reading
from agent.rules.slots import Slots, given
from agent.rules.steps import Plan
from agent.rules.values import value

WATCHED = (
    "Which utilisation outliers are there?",
    "Which project activations are delayed?",
    "How is unbilled time trending?",
    "Which invoice exceptions are there?",
)


def watch(reading: Reading, slots: Slots) -> Plan:
    """What is watched of a practice, a region or the firm, by the measure that the words name."""
    measure = value(reading, "measure")
    if measure is None:
        return Plan(question="What of it shall I look at?", options=WATCHED)
    return Plan((("watch_billing", given(measure=measure, practice=slots.practice, region=slots.region)),))
