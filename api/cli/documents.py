"""`text` and `extract`: read statements of work without a database and without a network."""

from __future__ import annotations

from pathlib import Path

import click

from sow import command

FILE = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
def text(file: Path) -> None:
    """Print the text of FILE, the one that `start` and `end` of every quote count in."""
    click.echo(command.text(file), nl=False)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--jsonl", is_flag=True, help="One JSON object per document and line, for programs.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Add JSON lines to this file; go on there."
)
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1, 64), help="Documents read at a time.")
def extract(files: tuple[Path, ...], *, jsonl: bool, out: Path | None, jobs: int) -> None:
    """Print the terms of each document in FILES (folders are walked), each with page and verbatim quote.

    A message is followed by what is attached to it. With --out, a run that was interrupted goes on where it stopped;
    documents that the file holds already are not read again until they or the rules change.
    """
    raise SystemExit(command.extract(files, jsonl=jsonl, jobs=jobs, out=out))
