"""The demo firm's Tryton: its database built and filled once, and the server process that Countersign talks to."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx

from domain.errors import ConfigurationError
from erp.demo.documents import write_all

DATABASE = "erp"
PROGRAM = Path(sys.executable).parent
MODULES = (
    "account_invoice",
    "project_invoice",
    "timesheet_cost",
    "sale_project_task",
    "sale_amendment",
    "sale_price_list",
    "sale_advance_payment",
    "countersign",
)
CONNECTOR = Path(__file__).parent.parent / "tryton" / "connector"
START_SECONDS = 60
GIVEN_PASSWORDS = "COUNTERSIGN_DEMO_PASSWORDS"  # by login, as JSON: other people see arguments, not an environment

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Account:
    """What a connection needs: `TrytonReader(**vars(account))`."""

    url: str
    database: str
    user: str
    password: str


def folder(home: Path) -> Path:
    """Where the demo firm's Tryton lives in a home folder."""
    return home / "tryton"


def outside_file(home: Path) -> Path:
    """The CSV export of the other systems' reports, written with the firm."""
    return folder(home) / "outside.csv"


def documents_folder(home: Path) -> Path:
    """The demo firm's statements of work, written with the firm."""
    return folder(home) / "documents"


def is_built(home: Path) -> bool:
    """Whether the firm was built to its end."""
    return (folder(home) / "built.json").exists()


def seeded_on(home: Path) -> date:
    """The day as of which the firm was built."""
    return date.fromisoformat(json.loads((folder(home) / "built.json").read_text())["today"])


def build_firm(
    home: Path,
    *,
    today: date,
    progress: Callable[[str], None],
    passwords: Mapping[str, str] | None = None,
    seed: int = 0,
) -> None:
    """Build the demo firm in `home` as of `today`, over whatever was there. An interrupted build leaves none.

    With a `seed` another firm by the same generator (erp/demo/variant.py).

    `passwords` by login; accounts without one get a random one. Raises ConfigurationError with the last words of the
    step that failed.
    """
    place = folder(home)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, mode=0o700)
    _prepare_database(place, progress)
    progress("Writing the statements of work")
    write_all(documents_folder(home), today=today)
    _seed(home, today, progress, passwords or {}, seed)
    _note_built(place, today.isoformat())


def refresh_module(home: Path) -> bool:
    """Bring a firm that was built with an earlier version up to our module in Tryton; whether there was need to."""
    place = folder(home)
    noted = json.loads((place / "built.json").read_text())
    if noted.get("modules") == _modules_digest():
        return False
    admin = (str(PROGRAM / "trytond-admin"), "--config", str(_configure(place)), "--database", DATABASE)
    _run([*admin, "--update", MODULES[-1]], {})
    _note_built(place, noted["today"])
    return True


def _note_built(place: Path, today: str) -> None:
    (place / "built.json").write_text(json.dumps({"today": today, "modules": _modules_digest()}))


def account(home: Path, port: int, user: str) -> Account:
    """The credentials of `countersign_reader`, `countersign_worker` or `admin`."""
    noted = json.loads((folder(home) / "accounts.json").read_text())
    return Account(f"http://127.0.0.1:{port}", noted["database"], user, noted["passwords"][user])


def command(home: Path, port: int, host: str = "127.0.0.1") -> tuple[list[str], Mapping[str, str]]:
    """The server's command line and environment, for whoever starts processes."""
    config = _configure(folder(home), port, host)
    line = [str(PROGRAM / "trytond"), "--config", str(config), "--database", DATABASE]
    return line, {"PYTHONUNBUFFERED": "1"}


class TrytonServer:
    """A Tryton server process on the loopback, for those who do not keep processes themselves."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    def start(self, home: Path, port: int) -> None:
        """Start the server of a built firm; what it prints goes to `server.log` beside its database."""
        line, environment = command(home, port)
        with (folder(home) / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                line, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
            )
        self._port = port

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Return when the server answers; ConfigurationError when it ended or took too long."""
        wait_ready(self._port, seconds, ended=lambda: self._process is None or self._process.poll() is not None)

    def stop(self) -> None:
        """Stop the server, and wait until it is gone."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(8)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def wait_ready(port: int, seconds: float = START_SECONDS, *, ended: Callable[[], bool] = lambda: False) -> None:
    """Return when a Tryton answers on this port of the loopback."""
    body = {"id": 1, "method": "common.server.version", "params": []}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ended():
            raise ConfigurationError("Tryton's server ended while starting; its last words are in server.log.")
        try:
            answer = httpx.post(f"http://127.0.0.1:{port}/rpc/", json=body, headers={"Accept-Encoding": "gzip"})
            if answer.is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise ConfigurationError(f"Tryton's server did not answer on port {port} within {seconds:.0f} seconds.")


def _configure(place: Path, port: int = 0, host: str = "127.0.0.1") -> Path:
    """The queue is declared to have workers, of which none runs: otherwise Tryton would ask the EU's VIES service
    about every tax identifier that is saved. Nothing here may leave this machine. A file per port: two servers of one
    firm must not read each other's.
    """
    config = place / f"trytond-{port}.conf"
    config.write_text(
        f"[database]\nuri = sqlite://\npath = {place}\n\n[web]\nlisten = {host}:{port}\n\n[queue]\nworker = True\n"
    )
    return config


def _prepare_database(place: Path, progress: Progress) -> None:
    cached = cache_folder() / f"tryton-{_modules_digest()}.sqlite"
    target = place / f"{DATABASE}.sqlite"
    if cached.exists():
        shutil.copyfile(cached, target)
        return
    progress("Creating Tryton's database with its modules (about half a minute, the first time only)")
    target.touch(mode=0o600)
    secret = place / "installing"
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_urlsafe(24))
    try:
        _run(
            [
                *(str(PROGRAM / "trytond-admin"), "--config", str(_configure(place)), "--database", DATABASE),
                *("--all", "--email", "admin@northlight.example", "--activate-dependencies"),
                *("--update", *MODULES),
            ],
            {"TRYTONPASSFILE": str(secret)},
        )
    finally:
        secret.unlink()
    _keep(target, cached)


def _keep(file: Path, cached: Path) -> None:
    cached.parent.mkdir(parents=True, exist_ok=True)
    part = cached.with_suffix(f".{os.getpid()}.part")
    shutil.copyfile(file, part)
    part.replace(cached)


def _seed(home: Path, today: date, progress: Progress, passwords: Mapping[str, str], number: int) -> None:
    progress("Filling the ERP with the demo firm")
    place = folder(home)
    _run(
        [
            *(sys.executable, "-m", "erp.demo.seed", "--database", DATABASE, "--config", str(_configure(place))),
            *("--documents", str(documents_folder(home)), "--outside", str(outside_file(home))),
            *("--accounts", str(place / "accounts.json"), "--today", today.isoformat()),
            *("--seed", str(number)),
        ],
        {GIVEN_PASSWORDS: json.dumps(dict(passwords))},
        progress,
    )


def _run(line: list[str], environment: Mapping[str, str], progress: Progress | None = None) -> None:
    """Run a step to its end; what it tells on standard output is progress, what it complains of an error's text."""
    with subprocess.Popen(  # noqa: S603 - our own commands, no shell
        line,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said: list[str] = []
        for text in process.stdout or ():
            said = [*said[-20:], text.rstrip()]
            if progress is not None and text.endswith(" s)\n"):
                progress(f"  {text.strip()}")
    if process.returncode:
        raise ConfigurationError("Building the demo firm failed. The last words were:\n" + "\n".join(said))


def _modules_digest() -> str:
    """What the database with its modules depends on: their versions, and our own module's files."""
    found = hashlib.sha256()
    for name in sorted({*(f"trytond-{module.replace('_', '-')}" for module in MODULES[:-1]), "trytond"}):
        found.update(f"{name}={importlib.metadata.version(name)}\n".encode())
    for path in sorted(CONNECTOR.glob("*.*")):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


def cache_folder() -> Path:
    """Where what takes long to build is kept between runs (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "countersign"
