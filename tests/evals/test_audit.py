"""The audit log's two harnesses in small: everything that is tried is seen, and the figures are there."""

from __future__ import annotations

from evals import ledger, tamper


def test_all_tampering_is_seen() -> None:
    result = tamper.run(["--entries", "601"])
    assert result["missed"] == []
    assert result["tried"] == result["seen"] > 100


def test_what_the_log_costs_is_measured() -> None:
    result = ledger.run(["--entries", "2000", "--writers", "4", "--seconds", "1.2", "--decisions", "20"])
    assert 0.2 < result["ratio"] < 2
    assert min(result[name] for name in ("decisions_per_s", "sealed_per_s", "verify_1m_s")) > 0
