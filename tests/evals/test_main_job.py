"""The gate on the main job: what is planted is found, what looks like it is not, papers are read, codes are right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import cli
from erp.demo.cache import copy_firm
from tests.erp.firm import DemoFirm


@pytest.mark.erp
def test_the_main_job_holds(demo_firm: DemoFirm, tmp_path: Path) -> None:
    copy_firm(demo_firm.home, tmp_path)
    ran = CliRunner().invoke(cli, ["evals", "run", "main-job", "--home", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    result = json.loads(ran.stdout.splitlines()[-1])
    assert result["planted"]["found"] >= 20
    assert result["planted"]["lookalikes"] >= 20
    for wrong in ("missed", "false", "wrong_amount", "lookalikes_reported"):
        assert result["planted"][wrong] == 0, wrong
    assert result["facts"]["bad"] == 0
    assert all(result["documents"].values())
    assert result["terms"]["precision"] >= 0.95
    assert result["terms"]["recall"] >= 0.9
    assert result["codes"]["top1"] >= result["codes"]["documents"] - 1
