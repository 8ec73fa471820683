"""The codes harness in small: its figures are there, and nothing that cannot be booked on is ever proposed."""

from __future__ import annotations

from evals.codes.harness import run


def test_a_small_catalogue_is_measured() -> None:
    found = run(["--codes", "120", "--cases", "10", "--vectors", "600", "--no-demo"])
    assert {"top1", "top3", "recall_at_10", "p95_ms", "ablation"} <= set(found)
    assert found["generated"]["not_bookable_proposed"] == 0
    assert found["top1"] >= found["ablation"]["without_rules"]["top1"] > 0
    assert 0.9 < found["recall_at_10"] <= 1.0
