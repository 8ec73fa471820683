"""`evals`: what is measured."""

from __future__ import annotations

import json
from importlib.metadata import entry_points

import click

EVALS = "countersign.evals"


@click.group()
def evals() -> None:
    """Measure what Countersign promises; the last line of a run is one JSON object."""


@evals.command("list")
def list_evals() -> None:
    """Name the harnesses."""
    for point in sorted(entry_points(group=EVALS), key=lambda point: point.name):
        click.echo(point.name)


@evals.command(
    "run", add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
)
@click.argument("name")
@click.pass_context
def run_eval(ctx: click.Context, name: str) -> None:
    """Run one harness; what follows NAME goes to it (try --help)."""
    points = {point.name: point for point in entry_points(group=EVALS)}
    if name not in points:
        raise click.UsageError(f"There is no eval “{name}”. Known: {', '.join(sorted(points))}.")
    click.echo(json.dumps(points[name].load()(ctx.args), sort_keys=True))
