"""Looks for what would stop the demonstration half-way, and says what to do about it before anything is started."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import ConfigurationError

NEEDED_BYTES = 500_000_000


def prepare_home(home: Path) -> None:
    """Make the data folder. Raises ConfigurationError for a missing permission or too little room."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = home / ".writable"
        probe.write_text("x")
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"{home} cannot be written ({error.strerror}). Give this account the folder, "
            "or choose another one with COUNTERSIGN_HOME."
        ) from error
    free = shutil.disk_usage(home).free
    if free < NEEDED_BYTES:
        raise ConfigurationError(
            f"Only {free // 1_000_000} MB are free under {home}; the demonstration needs {NEEDED_BYTES // 1_000_000}. "
            "Free some space, or choose another disk with COUNTERSIGN_HOME."
        )


def free_port(host: str, port: int, setting: str) -> None:
    """Raise ConfigurationError when something already listens on the port; `setting` is the variable to change."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"Port {port} on {host} is taken ({error.strerror}). Stop what uses it, or choose another: "
                f"{setting}={port + 100} make demo"
            ) from error


def any_port(host: str = "127.0.0.1") -> int:
    """A port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


@contextmanager
def only_one(home: Path) -> Generator[None]:
    """Hold the home for this process. Raises ConfigurationError with the number of the process that has it."""
    with (home / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise ConfigurationError(
                f"The demonstration already runs from {home} (process {lock.read().strip() or '?'}). Stop it with "
                "Ctrl-C where it runs, or start a second one with its own COUNTERSIGN_HOME and COUNTERSIGN_PORT."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
