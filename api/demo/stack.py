"""The demonstration as one thing: embedded PostgreSQL, the demo firm's ERP, API and worker, started in order."""

from __future__ import annotations

import secrets
import shlex
import shutil
import sys
import time
import tomllib
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from api.demo.bootstrap import bootstrap
from api.demo.children import Children
from api.demo.console import Progress
from api.demo.preflight import free_port, only_one, prepare_home
from api.settings import Settings
from domain.errors import ConfigurationError
from erp.demo import server as tryton
from erp.demo.cache import built_firm, copy_firm
from store.embedded import EmbeddedPostgres, embedded_postgres
from store.migrate import migrate
from store.tenants import add_tenant, ensure_database

PEOPLE = Path(__file__).with_name("people.toml")
DATABASE = "countersign"
READY_SECONDS = 60


@dataclass(frozen=True)
class Plan:
    """Where the demonstration keeps its data and listens."""

    home: Path
    host: str
    port: int
    erp_port: int
    today: date


@dataclass(frozen=True)
class Running:
    """A running demonstration. `people` are (role, e-mail) pairs; one password opens all."""

    plan: Plan
    address: str
    password: str
    people: tuple[tuple[str, str], ...]
    environment: Mapping[str, str]
    children: Children


@contextmanager
def running(plan: Plan, progress: Progress) -> Generator[Running]:
    """Start everything, and stop all of it at the end, whatever the end is.

    Raises ConfigurationError that says what to do when something is in the way.
    """
    with ExitStack() as stack:
        prepare_home(plan.home)
        stack.enter_context(only_one(plan.home))
        children = Children(plan.home)
        stack.callback(children.stop)
        free_port(plan.host, plan.port, "COUNTERSIGN_PORT")
        free_port("127.0.0.1", plan.erp_port, "COUNTERSIGN_DEMO_ERP_PORT")
        with progress.step("Starting PostgreSQL"):
            server = stack.enter_context(embedded_postgres(plan.home / "postgres" / "data"))
        password = _password(plan.home)
        with progress.step("Preparing the database"):
            demo = _prepare_database(server)
        if not tryton.is_built(plan.home):
            with progress.step("Building the demo firm in Tryton") as step:
                copy_firm(built_firm(plan.today, progress=step.at), plan.home)
        tryton.refresh_module(plan.home)
        environment = _environment(plan, server, demo["tenant"]["id"])
        with progress.step("Starting Tryton, the API and the worker"):
            _start_services(plan, children, environment, server.worker_url(DATABASE))
        with progress.step("Looking after people, approvals and signed statements of work") as step:
            bootstrap(_settings(environment), demo, password, plan.home, progress=step.at)
        _note_environment(plan.home, environment)
        people = tuple((person["roles"][0].replace("_", " "), person["email"]) for person in demo["person"])
        address = environment["COUNTERSIGN_PUBLIC_URL"]
        yield Running(plan, address, password, people, environment, children)


def _start_services(plan: Plan, children: Children, environment: dict[str, str], worker_url: str) -> None:
    """Start all at once, as each takes seconds to import, and wait for all; only the worker is told how to write."""
    program = [sys.executable, "-m", "api.cli"]
    writing = {
        "COUNTERSIGN_ERP_WORKER_PASSWORD": tryton.account(plan.home, plan.erp_port, "countersign_worker").password,
        "COUNTERSIGN_DATABASE_URL": worker_url,
    }
    children.start("tryton", *tryton.command(plan.home, plan.erp_port))
    children.start("api", [*program, "serve"], environment)
    children.start("worker", [*program, "worker"], {**environment, **writing})
    tryton.wait_ready(plan.erp_port, ended=children.any_ended)
    _wait(f"{environment['COUNTERSIGN_PUBLIC_URL']}/v1/health", children)


def _settings(environment: Mapping[str, str]) -> Settings:
    """The settings that the API is started with, for this process: without the ERP's writing password."""
    return Settings.model_validate(
        {name.removeprefix("COUNTERSIGN_").lower(): value for name, value in environment.items()}
    )


def reset(home: Path) -> None:
    """Remove the demonstration's data, and nothing else that may lie in the folder."""
    with only_one(home):
        Children(home)
        for name in ("postgres", "tryton", "keys", "checkpoints", "log", "login.txt", "demo.env"):
            path = home / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _prepare_database(server: EmbeddedPostgres) -> Mapping[str, Any]:
    demo = tomllib.loads(PEOPLE.read_text("utf-8"))
    ensure_database(server.owner_url("postgres"), DATABASE)
    migrate(server.owner_url(DATABASE))
    tenant = demo["tenant"]
    add_tenant(server.owner_url(DATABASE), tenant["id"], name=tenant["name"], base_currency=tenant["base_currency"])
    return demo


def _environment(plan: Plan, server: EmbeddedPostgres, tenant: str) -> dict[str, str]:
    """What API and worker are given; the ERP's writing password is added for the worker alone."""
    reader = tryton.account(plan.home, plan.erp_port, "countersign_reader")
    return {
        "COUNTERSIGN_HOME": str(plan.home),
        "COUNTERSIGN_DATABASE_URL": server.app_url(DATABASE),
        "COUNTERSIGN_HOST": plan.host,
        "COUNTERSIGN_PORT": str(plan.port),
        "COUNTERSIGN_PUBLIC_URL": f"http://{plan.host}:{plan.port}",
        "COUNTERSIGN_TENANT": tenant,
        "COUNTERSIGN_ERP_URL": reader.url,
        "COUNTERSIGN_ERP_DATABASE": reader.database,
        "COUNTERSIGN_ERP_READER_PASSWORD": reader.password,
        "COUNTERSIGN_ERP_WORKER_PASSWORD": "",
    }


def _note_environment(home: Path, environment: Mapping[str, str]) -> None:
    """What the command line needs to look at this demonstration (`set -a; . demo.env`), for this account alone."""
    path = home / "demo.env"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(environment.items())))


def _password(home: Path) -> str:
    """One password for the demo firm's people, made on the first start and readable by this account alone."""
    path = home / "login.txt"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9))
    return path.read_text().strip()


def _wait(url: str, children: Children) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        children.check()
        try:
            if httpx.get(url, timeout=5, trust_env=False).status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise ConfigurationError(f"{url} did not answer within {READY_SECONDS} s; see the logs beside the data.")


def settings_of(stack: Running) -> Settings:
    """The settings of a running demonstration, for looking at it from outside the API."""
    return _settings(stack.environment)
