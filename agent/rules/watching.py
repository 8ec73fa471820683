"""Which of the things that a firm watches of its billing a question is about."""

from __future__ import annotations

from agent.rules.reading import Reading
from agent.rules.slots import Slots, given
from agent.rules.steps import Plan

WATCHED = (
    "Which utilisation outliers are there?",
    "Which project activations are delayed?",
    "How is unbilled time trending?",
    "Which invoice exceptions are there?",
)


def watch(reading: Reading, slots: Slots) -> Plan:
    """What is watched of a practice, a region or the firm, by the measure that the words name."""
    measures = {
        "utilisation": r"(?:under|over)? ?utili[sz]\w+|overbooked|overloaded|overworked|(?:under|over) ?used|"
        r"workload|busy|idle|bench|(?:little|much) (?:work|to do)|consultants?|people|who|whose",
        "changes": r"change (?:requests?|orders?)|crs?",
        "activations": r"activat\w+|open(?:ed|ing|ings)?|set ?ups?|signed|signature",
        "unbilled": r"un ?billed|un ?invoiced|wip|accru\w+|backlog|not (?:yet )?(?:been )?(?:billed|invoiced)",
        "invoices": r"invoic\w+|bills?|billing",
    }
    measure = next((name for name, words in measures.items() if reading.says(words)), None)
    if measure is None:
        return Plan(question="What of it shall I look at?", options=WATCHED)
    return Plan((("watch_billing", given(measure=measure, practice=slots.practice, region=slots.region)),))
