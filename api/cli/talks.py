"""`answer`: an answer of a conversation of yours as a file, or asked again as of its time."""

from __future__ import annotations

import json
from pathlib import Path

import click

from api.cli.answers import TOKEN
from api.client import ask, download


@click.group()
def answer() -> None:
    """Keep an answer, or ask it again as of its time; THREAD and TURN stand in the conversation's JSON."""


@answer.command("export")
@click.argument("thread")
@click.argument("turn")
@click.option("--format", "kind", type=click.Choice(["json", "csv", "xlsx"]), default="json")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file.")
@TOKEN
def export_answer(*, thread: str, turn: str, kind: str, target: Path, token: str) -> None:
    """Write the answer with blocks, tool calls, arguments, time and sources, or its tables, into a file."""
    download("GET", f"/v1/threads/{thread}/answers/{turn}?format={kind}", token=token, target=target)
    click.echo(f"Written to {target}")


@answer.command("again")
@click.argument("thread")
@click.argument("turn")
@TOKEN
def ask_again(*, thread: str, turn: str, token: str) -> None:
    """Ask the same tools once more as of the answer's time; sources without a history say so."""
    click.echo(json.dumps(ask("GET", f"/v1/threads/{thread}/answers/{turn}/again", token=token), indent=2))
