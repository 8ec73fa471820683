"""The compose file is true to the settings, and only the worker is given the ERP's writing account."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from api.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_every_variable_in_the_compose_file_is_a_setting() -> None:
    known = {f"COUNTERSIGN_{name.upper()}" for name in Settings.model_fields}
    for service in COMPOSE["services"].values():
        used = {name for name in service.get("environment", {}) if name.startswith("COUNTERSIGN_")}
        assert used <= known


def test_the_writing_account_is_not_given_to_the_api() -> None:
    holders = {
        name
        for name, service in COMPOSE["services"].items()
        if "COUNTERSIGN_ERP_WORKER_PASSWORD" in service.get("environment", {})
    }
    assert holders == {"worker", "tryton"}


@pytest.mark.parametrize(("service", "role"), [("api", "countersign_app"), ("worker", "countersign_worker")])
def test_each_process_connects_as_its_own_role_which_owns_nothing(service: str, role: str) -> None:
    assert f"//{role}:" in COMPOSE["services"][service]["environment"]["COUNTERSIGN_DATABASE_URL"]


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="docker-compose is not installed here")
def test_compose_accepts_the_file(tmp_path: Path) -> None:
    filled = (ROOT / "deploy" / "example.env").read_text().replace("PASSWORD=", "PASSWORD=x")
    (tmp_path / "env").write_text(filled)
    command = ["docker-compose", "--env-file", str(tmp_path / "env"), "-f", str(ROOT / "docker-compose.yml"), "config"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
