"""The demonstration cleans up after a killed run and says what to do about what is in its way."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from api.demo.children import Children
from api.demo.preflight import any_port, free_port, only_one, prepare_home
from domain.errors import ConfigurationError

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_children_are_stopped_and_forgotten(tmp_path: Path) -> None:
    children = Children(tmp_path)
    children.start("sleeper", SLEEP, {})
    (pid, _) = json.loads((tmp_path / "children.json").read_text())["sleeper"]
    children.check()
    children.stop()
    assert not psutil.pid_exists(pid)
    assert not (tmp_path / "children.json").exists()


def test_leftovers_of_a_killed_run_are_stopped(tmp_path: Path) -> None:
    left = Children(tmp_path)
    left.start("sleeper", SLEEP, {})
    (pid, _) = json.loads((tmp_path / "children.json").read_text())["sleeper"]
    Children(tmp_path)
    assert left._running["sleeper"].wait(5) != 0
    assert not psutil.pid_exists(pid)


def test_a_reused_process_number_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(SLEEP, start_new_session=True)
    (tmp_path / "children.json").write_text(json.dumps({"api": [stranger.pid, time.time() - 5000]}))
    Children(tmp_path)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_child_that_ends_is_named_with_its_log(tmp_path: Path) -> None:
    children = Children(tmp_path)
    children.start("api", [sys.executable, "-c", "raise SystemExit(3)"], {})
    children._running["api"].wait()
    with pytest.raises(ConfigurationError, match=r"api process ended \(exit code 3\).*api\.log"):
        children.check()
    children.stop()


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"{port}.*COUNTERSIGN_PORT={port + 100}"):
            free_port("127.0.0.1", port, "COUNTERSIGN_PORT")
    free_port("127.0.0.1", any_port(), "COUNTERSIGN_PORT")


def test_a_home_is_held_by_one_process(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(ConfigurationError, match=f"process {os.getpid()}"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_a_home_that_cannot_be_made_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="COUNTERSIGN_HOME"):
        prepare_home(tmp_path / "file" / "home")


def test_too_little_room_is_said_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.demo.preflight.NEEDED_BYTES", 10**18)
    with pytest.raises(ConfigurationError, match="are free under"):
        prepare_home(tmp_path)
