"""`audit` and `evals`: what happened, and what is measured."""

from __future__ import annotations

import asyncio
import json
import sys
from importlib.metadata import entry_points

import click

from api.cli.answers import AS_JSON, TOKEN
from api.client import ask
from api.settings import Settings
from domain.canonical import plain
from store.database import Database
from store.note import verifying_key
from store.verification import Verification, verify

EVALS = "countersign.evals"


@click.group()
def audit() -> None:
    """The audit log: read it, and check that it is what was signed."""


@audit.command("list")
@click.option("--subject", default=None, help="Only one thing's entries, such as action:<id>.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 500))
@TOKEN
@AS_JSON
def list_audit(*, subject: str | None, limit: int, token: str, as_json: bool) -> None:
    """List entries, newest first (one subject's: oldest first)."""
    wanted = {"limit": limit, **({"subject": subject} if subject else {})}
    entries = ask("GET", "/v1/audit", token=token, params=wanted)
    for entry in entries:
        if as_json:
            click.echo(json.dumps(entry))
        else:
            name = entry.get("person_name") or entry["person"]
            click.echo(f"{entry['id']:>7}  {entry['at'][:19]}  {entry['event']:28} {name:20} {entry['subject']}")


@audit.command("verify")
@AS_JSON
def verify_audit(*, as_json: bool) -> None:
    """Recompute the whole log and compare it with every signed checkpoint, those outside the database too."""
    settings = Settings()

    async def run() -> Verification:
        async with Database(settings.need("database_url"), max_size=1) as database:
            return await verify(database, settings.tenant, verifying_key(settings.keys), settings.checkpoints)

    result = asyncio.run(run())
    if as_json:
        click.echo(json.dumps({**plain(result), "sound": result.sound}))
    else:
        click.echo(
            f"{result.entries} sealed entries, {result.checkpoints} checkpoints, {result.copies} copies, "
            f"{result.waiting} too new to be sealed; root {result.root or 'none yet'}"
        )
        for problem in result.problems:
            click.echo(f"PROBLEM: {problem}", err=True)
        click.echo("The log is what was signed." if result.sound else "The log is NOT what was signed.")
    sys.exit(0 if result.sound else 1)


@click.group()
def evals() -> None:
    """Measure what Countersign promises; the last line of a run is one JSON object."""


@evals.command("list")
def list_evals() -> None:
    """Name the harnesses."""
    for point in sorted(entry_points(group=EVALS), key=lambda point: point.name):
        click.echo(point.name)


@evals.command("run", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("name")
@click.pass_context
def run_eval(ctx: click.Context, name: str) -> None:
    """Run one harness; what follows NAME goes to it (try --help)."""
    points = {point.name: point for point in entry_points(group=EVALS)}
    if name not in points:
        raise click.UsageError(f"There is no eval “{name}”. Known: {', '.join(sorted(points))}.")
    click.echo(json.dumps(points[name].load()(ctx.args), sort_keys=True))
