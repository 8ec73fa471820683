"""The demonstration's processes: each with a log of its own, none outliving the one that started it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from domain.errors import ConfigurationError

STOP_SECONDS = 8


class Children:
    """Starts processes, remembers them on disk, and stops them all; leftovers of a killed run are stopped first."""

    def __init__(self, home: Path) -> None:
        self._logs = home / "log"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._register = home / "children.json"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stop_leftovers()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start one process in a group of its own; what it prints goes to `log/<name>.log`."""
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own commands, no shell
                command, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
            )
        self._write_register()

    def check(self) -> None:
        """Raise ConfigurationError that names the first process that ended by itself, and its log."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise ConfigurationError(
                    f"The {name} process ended (exit code {process.returncode}). "
                    f"Its last words are in {self._logs / f'{name}.log'}."
                )

    def any_ended(self) -> bool:
        """Whether one of them ended by itself."""
        return any(process.poll() is not None for process in self._running.values())

    def stop(self) -> None:
        """Ask every process to stop, last started first, and kill what does not."""
        for process in reversed(self._running.values()):
            _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(process.pid, signal.SIGKILL)
                process.wait()
        self._running.clear()
        self._register.unlink(missing_ok=True)

    def _write_register(self) -> None:
        started = {name: [p.pid, psutil.Process(p.pid).create_time()] for name, p in self._running.items()}
        self._register.write_text(json.dumps(started))

    def _stop_leftovers(self) -> None:
        if not self._register.exists():
            return
        for pid, created in json.loads(self._register.read_text() or "{}").values():
            with contextlib.suppress(psutil.NoSuchProcess):
                # A process number is used again after a while; its start time tells whether it is still ours.
                if psutil.Process(pid).create_time() == created:
                    _signal_group(pid, signal.SIGKILL)
        self._register.unlink()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
