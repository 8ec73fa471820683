"""The examples beside the rule files hold, cover every rule, and can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from policies.engine import FOLDER, Policies, read
from policies.examples import Examples, beside, forbidden

POLICIES = Policies.load()
SHIPPED = read(FOLDER)
EXAMPLES = Examples.of(beside(FOLDER))


def test_every_example_holds_and_every_rule_has_one_for_and_one_against_it() -> None:
    assert EXAMPLES.failures(POLICIES) == []
    assert EXAMPLES.uncovered(POLICIES) == []
    assert len(EXAMPLES) > 30


def test_nothing_that_no_policy_may_allow_is_allowed() -> None:
    assert forbidden(POLICIES) == []


def without(file: str, rule: str) -> dict[str, str]:
    """The shipped files without one rule."""
    mark, head = ('@id("', f'@id("{rule}")') if file.endswith("cedar") else ("[[rule]]", f'[[rule]]\nid = "{rule}"')
    before, _, after = SHIPPED[file].partition(head)
    assert after, rule
    _, found, rest = after.partition(mark)
    return {**SHIPPED, file: before + found + rest}


RULES = [
    *(("authorization.cedar", rule) for rule in POLICIES.authorizer.notes),
    *(("approval.toml", rule.id) for rule in POLICIES.matrix.rule),
]


@pytest.mark.parametrize(("file", "rule"), RULES)
def test_an_example_sees_that_a_rule_is_gone(file: str, rule: str) -> None:
    try:
        without_it = Policies(without(file, rule))
    except ConfigurationError:  # a chain asks those who could never decide without it
        return
    assert EXAMPLES.failures(without_it)


@pytest.mark.parametrize(
    "rule",
    [
        "duties.proposer",
        "duties.twice",
        "duties.alone",
        "agent.never",
        "service.never",
        "tenant.other",
        "step.none",
        "step.role",
        "step.limit",
    ],
)
def test_no_firm_can_do_without_what_never_may_be(rule: str) -> None:
    assert forbidden(Policies(without("authorization.cedar", rule)))


def test_a_new_rule_without_examples_is_named() -> None:
    more = '\n[[rule]]\nid = "new"\naction = "x"\nreason = "x"\nforbid = true\n'
    draft = Policies({**SHIPPED, "approval.toml": SHIPPED["approval.toml"] + more})
    assert EXAMPLES.uncovered(draft) == [
        "approval.toml: new has no example for it",
        "approval.toml: new has no example against it",
    ]


def test_an_example_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "approval.examples.toml"
    wrong.write_text('[[approval]]\nsays = "x"\naction = "x"\namuont = "1"\n')
    with pytest.raises(ConfigurationError, match=r"approval\.examples\.toml"):
        Examples.of([wrong])
