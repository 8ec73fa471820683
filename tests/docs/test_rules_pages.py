"""The rules' pages are there, one for each, and say what the rules' data and functions say now."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.facts import FactKind
from policies.prerequisites.own import rule_settings
from policies.prerequisites.pages import pages
from policies.prerequisites.rulebook import rulebook
from store.facts_shape import SHAPES

DOCS = Path(__file__).parents[2] / "docs"


def test_every_rule_has_its_page_and_no_page_is_stale() -> None:
    made = pages()
    assert {path.name for path in (DOCS / "rules").glob("*.md")} == set(made)
    stale = [name for name, text in made.items() if (DOCS / "rules" / name).read_text("utf-8") != text]
    assert stale == [], "run make rules-pages"


@pytest.mark.parametrize("rule", rulebook(), ids=lambda rule: rule.id)
def test_a_rule_says_why_where_it_is_from_and_what_it_looks_like(rule) -> None:
    assert all((rule.why, rule.source, rule.failing, rule.passing))
    text = pages()[f"{rule.id}.md"]
    assert "## What it checks" in text
    assert text.partition("## What it checks")[2].strip().partition("\n")[0]


def test_the_settings_that_are_shown_can_be_used() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    found = rule_settings(text.partition("```toml\n")[2].partition("```")[0])
    assert found.off == {"po.balance"}
    assert [rule.id for rule in found.own] == ["own.manager_named"]


def test_every_kind_of_fact_is_told_with_its_cells() -> None:
    text = (DOCS / "facts.md").read_text("utf-8")
    for kind in FactKind:
        row = next(line for line in text.splitlines() if line.startswith(f"| `{kind.value}` |"))
        assert f"| {SHAPES[kind].subject} |" in row
        assert all(f"`{cell}`" in row for cell in SHAPES[kind].cells), kind
