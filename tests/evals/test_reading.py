"""The measure of reading: every term of the firm's documents, halves that stay apart, and shares that are counted."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

from click.testing import CliRunner

from api.cli import cli
from evals.reading import PARTS
from evals.reading.calibration import Outcome, fitted
from evals.reading.halves import HALVES, half, ids
from sow.calibration import SHIPPED, band


def test_every_term_of_the_firms_documents_is_right(tmp_path: Path) -> None:
    ran = CliRunner().invoke(cli, ["evals", "run", "reading", "--data", str(tmp_path), "--only", "firm", "labels"])
    assert ran.exit_code == 0, ran.output
    result = json.loads(ran.stdout.splitlines()[-1])
    assert result["firm"]["misses"] == []
    assert result["firm"]["right"] > 350
    assert "skipped" in result["labels"]


def test_every_part_can_be_measured_and_says_so_where_its_data_is_missing(tmp_path: Path) -> None:
    for name in ("labels", "cuad", "grants", "calibration"):
        assert "skipped" in import_module(PARTS[name]).measure(tmp_path), name


def test_halves_share_no_document() -> None:
    keys = [f"document-{number}" for number in range(40)]
    one, other = (ids(keys, which) for which in HALVES)
    assert one | other == set(keys)
    assert not one & other
    assert min(len(one), len(other)) > 10
    assert half(keys[0]) == half(keys[0])


def outcomes(field: str, stated: float, right: int, wrong: int) -> list[Outcome]:
    return [Outcome("d", field, stated, conflict=False, right=n < right) for n in range(right + wrong)]


def test_a_share_is_counted_and_a_rare_field_leans_on_the_others() -> None:
    by = fitted([*outcomes("term", 0.95, 90, 10), *outcomes("advance", 0.95, 0, 1), *outcomes("term", 0.65, 50, 50)])
    assert 0.85 < by.confidence("term", 0.95) < 0.93
    assert 0.45 < by.confidence("term", 0.65) < 0.6
    assert 0.6 < by.confidence("advance", 0.95) < by.confidence("term", 0.95)
    assert by.confidence("never seen", 0.95) == round(by.all[band(0.95)], 2)


def test_more_confidence_is_never_worth_less() -> None:
    by = fitted([*outcomes("term", 0.65, 9, 1), *outcomes("term", 0.95, 5, 5)])
    assert by.confidence("term", 0.65) <= by.confidence("term", 0.95)
    for shares in (SHIPPED.all, *SHIPPED.fields.values()):
        assert list(shares) == sorted(shares)
        assert all(0 < share < 1 for share in shares)


def test_a_conflict_is_no_surer_than_conflicts_were() -> None:
    rivals = [Outcome("d", "term", 0.95, conflict=True, right=n < 5) for n in range(10)]
    by = fitted([*outcomes("term", 0.95, 10, 0), *rivals])
    assert by.confidence("term", 0.95, conflict=True) <= 0.5 < by.confidence("term", 0.95)
