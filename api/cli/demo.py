"""`demo`: the whole product with a consulting firm in it, on this machine."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, date, datetime
from typing import NoReturn

import click

from api.demo import check as main_job
from api.demo.console import Progress
from api.demo.preflight import any_port, prepare_home
from api.demo.stack import Plan, Running, reset, running
from api.settings import Settings
from erp.demo import server as tryton

ERP_PORT = 8766
LOOK_SECONDS = 1.0


@click.command()
@click.option("--reset", "start_over", is_flag=True, help="Forget the demonstration's data first.")
@click.option("--check", is_flag=True, help="Do the whole main job without a person, on data of its own, and end.")
@click.option("--only-erp", is_flag=True, help="Only the demo firm's Tryton, on COUNTERSIGN_HOST.")
@click.option("--erp-port", default=ERP_PORT, envvar="COUNTERSIGN_DEMO_ERP_PORT", show_default=True)
def demo(*, start_over: bool, check: bool, only_erp: bool, erp_port: int) -> None:
    """Start the demo firm: database, ERP, API and worker. Ctrl-C stops all of it."""
    settings = Settings()
    progress = Progress()
    # A shell that starts this in the background has it ignore Ctrl-C, and `kill` sends SIGTERM: both must stop it all.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    today = datetime.now(UTC).date()
    if check:
        home = settings.home / "check"
        prepare_home(home)
        reset(home)
        plan = Plan(home, "127.0.0.1", any_port(), any_port(), today)
        with running(plan, progress) as stack:
            raise SystemExit(main_job.run(stack, progress))
    if only_erp:
        _serve_erp(settings, erp_port, today, progress)
    if start_over:
        prepare_home(settings.home)
        reset(settings.home)
    _serve(Plan(settings.home, settings.host, settings.port, erp_port, today), progress)


def _serve_erp(settings: Settings, port: int, today: date, progress: Progress) -> NoReturn:
    """Become the demo firm's Tryton, with the service accounts' passwords from the settings."""
    prepare_home(settings.home)
    if not tryton.is_built(settings.home):
        passwords = {
            settings.erp_reader_user: settings.need("erp_reader_password"),
            settings.erp_worker_user: settings.need("erp_worker_password"),
        }
        with progress.step("Building the demo firm in Tryton") as step:
            tryton.build_firm(settings.home, today=today, progress=step.at, passwords=passwords)
    line, environment = tryton.command(settings.home, port, settings.host)
    os.execve(line[0], line, {**os.environ, **environment})  # noqa: S606 - our own command, no shell


def _serve(plan: Plan, progress: Progress) -> None:
    try:
        with running(plan, progress) as stack:
            progress.logins(
                stack.address, stack.password, list(stack.people), plan.home, tryton.documents_folder(plan.home)
            )
            _watch(stack)
    except KeyboardInterrupt:
        progress.console.print("\nStopped.")


def _watch(stack: Running) -> None:
    while True:
        stack.children.check()
        time.sleep(LOOK_SECONDS)
