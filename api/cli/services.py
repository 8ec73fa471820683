"""`serve`, `worker` and `migrate`: the processes of a server installation."""

from __future__ import annotations

import asyncio
import logging

import click
import uvicorn

from api.app import create_app
from api.settings import Settings
from api.wiring import open_services
from api.worker import run_worker
from policies.privacy import MaskingFormatter
from store.migrate import migrate as run_migrations


@click.command()
def serve() -> None:
    """Serve the API and the pages."""
    _log(logging.WARNING)
    settings = Settings()
    asyncio.run(_serve(settings))


def _log(level: int) -> None:
    """Lines to standard error, without anyone's personal or bank data in them."""
    handler = logging.StreamHandler()
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])


async def _serve(settings: Settings) -> None:
    async with open_services(settings) as services:
        app = create_app(services)
        config = uvicorn.Config(app, settings.host, settings.port, log_level="warning", server_header=False)
        await uvicorn.Server(config).serve()


@click.command()
def worker() -> None:
    """Carry out what people approved. The only process that is given the ERP's writing account."""
    _log(logging.INFO)
    asyncio.run(run_worker(Settings()))


@click.command()
def migrate() -> None:
    """Bring the database schema up to date, as its owner."""
    applied = run_migrations(Settings().need("database_owner_url"))
    for name in applied:
        click.echo(f"applied {name}")
    click.echo("The schema is up to date.")
