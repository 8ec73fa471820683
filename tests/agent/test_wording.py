"""What a sentence's wording speaks for: the weights are those of the examples, and doubt is asked about."""

from __future__ import annotations

import numpy as np
import pytest

from agent.rules import wording
from agent.rules.continuing import PLANNERS
from agent.rules.doubt import readings
from agent.rules.examples import Example, examples, sentences
from agent.rules.grammar import Kind
from agent.rules.reading import normal
from agent.rules.values import patterns
from domain.errors import ConfigurationError
from evals.agent.examples import APART, learn
from tests.agent.test_rules import ask, called


def test_the_weights_belong_to_the_examples() -> None:
    kinds = dict.fromkeys(kind.value for kind, _ in sentences())
    assert wording.weights().learned[wording.KIND].values == tuple(kinds)


def test_every_value_that_an_example_says_is_learned() -> None:
    told = {(name, value) for one in examples() for name, value in one.values.items()}
    learned = {(name, value) for name, found in wording.weights().learned.items() for value in found.values}
    assert told <= learned


def test_every_argument_of_a_pattern_can_be_said() -> None:
    told = {name for one in examples() for name in one.values}
    assert patterns().keys() - told == {"verdict"}  # which only a pattern tells


def test_weights_of_other_examples_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "digest", lambda: "of another edition")
    wording.weights.cache_clear()
    with pytest.raises(ConfigurationError, match="stale"):
        wording.weights()
    wording.weights.cache_clear()


def test_no_sentence_that_judges_is_an_example() -> None:
    assert not {text for _, text in sentences()} & {text for _, text in sentences(APART)}


def test_where_the_wording_is_clear_it_is_right() -> None:
    apart = [(kind, normal(text, frozenset({"acme", "cld-uki-1001"}))) for kind, text in sentences(APART)]
    found = [(kind, wording.judge(text)) for kind, text in apart]
    clear = [one.kind is kind for kind, one in found if one.margin >= wording.CLEAR]
    assert len(clear) > 0.65 * len(found)
    assert sum(clear) >= 0.97 * len(clear)
    assert sum(one.kind is kind for kind, one in found) > 0.85 * len(found)


def test_leaving_one_out_is_the_same_as_learning_without_it() -> None:
    values = [(Kind.HELP, "x"), (Kind.HELP, "y"), (Kind.SOW, "x"), (Kind.SOW, "x")]
    known = [Example(kind, letter, {"by": by}) for letter, (kind, by) in zip("abcd", values, strict=True)]
    rows = np.array([[1.0, 0.2, 0.3], [0.9, 0.1, 0.3], [0.1, 1.0, 0.3], [0.6, 0.4, 0.3]])
    _, left_out = learn(known, rows)
    without, _ = learn(known[:3], rows[:3])
    for name in (wording.KIND, "by"):
        one = without.learned[name]
        found = wording.scores(one, wording.wording_of(without, rows[3]))
        assert left_out[name][3] == one.values[int(found.argmax())]


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
