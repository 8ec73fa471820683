"""The gate on the main job: what is planted is found, what looks like it is not, papers are read, codes are right."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from erp.demo import server
from evals.main_job import run
from tests.erp.firm import DemoFirm


@pytest.mark.erp
def test_the_main_job_holds(demo_firm: DemoFirm, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(server.folder(demo_firm.home), server.folder(tmp_path))
    result = run(["--home", str(tmp_path)])
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == result
    assert result["planted"]["found"] >= 20
    assert result["planted"]["lookalikes"] >= 20
    for wrong in ("missed", "false", "wrong_amount", "lookalikes_reported"):
        assert result["planted"][wrong] == 0, wrong
    assert result["facts"]["bad"] == 0
    assert all(result["documents"].values())
    assert result["terms"]["precision"] >= 0.95
    assert result["terms"]["recall"] >= 0.9
    assert result["codes"]["top1"] >= result["codes"]["documents"] - 1
