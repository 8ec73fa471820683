"""What a sentence's wording speaks for: the weights are those of the examples, and doubt is asked about."""

from __future__ import annotations

import numpy as np
import pytest

from agent.rules import wording
from agent.rules.continuing import PLANNERS
from agent.rules.doubt import readings
from agent.rules.grammar import Kind
from agent.rules.reading import normal
from domain.errors import ConfigurationError
from evals.agent.examples import APART, learn
from tests.agent.test_rules import ask, called


def test_the_weights_belong_to_the_examples() -> None:
    kinds = dict.fromkeys(kind for kind, _ in wording.sentences())
    assert wording.weights().kinds == tuple(kinds)


def test_weights_of_other_examples_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "digest", lambda: "of another edition")
    wording.weights.cache_clear()
    with pytest.raises(ConfigurationError, match="stale"):
        wording.weights()
    wording.weights.cache_clear()


def test_no_sentence_that_judges_is_an_example() -> None:
    assert not {text for _, text in wording.sentences()} & {text for _, text in wording.sentences(APART)}


def test_where_the_wording_is_clear_it_is_right() -> None:
    apart = wording.sentences(APART)
    rows = wording.features([normal(text, frozenset({"acme", "cld-uki-1001"})) for _, text in apart])
    found = [(kind, wording.judged(wording.weights(), row)) for (kind, _), row in zip(apart, rows, strict=True)]
    clear = [one.kind is kind for kind, one in found if one.margin >= wording.CLEAR]
    assert len(clear) > 0.65 * len(found)
    assert sum(clear) >= 0.97 * len(clear)
    assert sum(one.kind is kind for kind, one in found) > 0.85 * len(found)


def test_leaving_one_out_is_the_same_as_learning_without_it() -> None:
    known = ((Kind.HELP, "a"), (Kind.HELP, "b"), (Kind.SOW, "c"), (Kind.SOW, "d"))
    rows = np.array([[1.0, 0.2, 0.3], [0.9, 0.1, 0.3], [0.1, 1.0, 0.3], [0.6, 0.4, 0.3]])
    _, left_out = learn(known, rows)
    without, _ = learn(known[:3], rows[:3])
    assert left_out[3].kind is wording.judged(without, rows[3]).kind is Kind.HELP


def test_every_choice_of_a_question_back_is_read_as_what_it_stands_for() -> None:
    forms = {"of": "", "on": "", "one": "cld-uki-1001"}
    for kind, sentence in readings().items():
        assert kind in PLANNERS
        judged = wording.judge(normal(sentence.format(**forms), frozenset({"cld-uki-1001"})))
        assert judged.kind is kind, sentence


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("WIP report", "unbilled_time"),
        ("timesheet chasing list please", "problems"),
        ("aged debt by customer", "invoices"),
        ("which work has no project code", "uncoded_work"),
        ("what do we have to set up for the new sow", "set_up_project"),
        ("which projects did we finish but not bill", "problems"),
    ],
)
def test_wording_that_no_pattern_knows_is_read(text: str, tool: str) -> None:
    assert called(ask(text))[0] == tool


@pytest.mark.parametrize("text", ["qwertz uiop lorem", "tell me a joke about cats", "what profit margin did we make"])
def test_what_is_not_ours_is_asked_back(text: str) -> None:
    assert called(ask(text))[0] == "ask_back"
