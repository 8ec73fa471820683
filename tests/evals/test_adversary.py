"""A small run of the adversary finds nothing, and finds at once what is wrong where a guard is missing."""

from __future__ import annotations

import json

from click.testing import CliRunner

from api.cli import cli


def evaluated(*arguments: str) -> dict:
    ran = CliRunner().invoke(cli, ["evals", "run", *arguments])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout.splitlines()[-1])


def test_an_attacker_gets_nothing_that_people_did_not_approve() -> None:
    result = evaluated("adversary", "--runs", "6", "--seed", "1", "--jobs", "1")
    assert result["violations"] == 0, result
    assert result["runs"] == 6
    assert result["steps"] == 180
    assert result["writes"] >= 6  # with nothing written nothing would be shown
    assert result["refused"] >= 20


def test_without_a_guard_the_hole_is_found() -> None:
    wanted = ("rows-of-other-firms", "forgery-check", "proposer-never-decides")
    only = [part for name in wanted for part in ("--only", name)]
    result = evaluated("mutants", *only, "--runs", "25")
    assert (result["mutants"], result["caught"], result["missed"]) == (3, 3, [])
