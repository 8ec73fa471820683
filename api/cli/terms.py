"""`terms`: what holds between the parties on a day, asked of a running Countersign with your access token."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from api.cli.answers import AS_JSON, TOKEN
from api.client import ask
from sow.wording import label, shown


@click.command()
@click.argument("document")
@click.option("--on", default="", help="The day as YYYY-MM-DD; today when left out.")
@TOKEN
@AS_JSON
def terms(*, document: str, on: str, token: str, as_json: bool) -> None:
    """Print the terms in force of DOCUMENT (an id) with its amendments on a day, and what changed each."""
    answer = ask("GET", f"/v1/documents/{document}/in-force", token=token, params={"on": on} if on else {})
    if as_json:
        click.echo(json.dumps(answer, indent=2))
        return
    console = Console(highlight=False)
    console.print(f"[b]In force on {answer['on']}[/b]  " + ", ".join(one["name"] for one in answer["documents"]))
    console.print(_held(answer))
    if answer["changes"]:
        console.print(_changes(answer))
    for one in answer["pending"]:
        console.print(f"{one['name']} holds from {one['since']} and is not in force yet.")


def _held(answer: dict[str, Any]) -> Table:
    names = {one["id"]: one["name"] for one in answer["documents"]}
    table = Table("", "term", "value", "since", "document", "clause", box=None)
    for term in answer["terms"]:
        mark = "?" if term["status"] == "conflict" else ""
        value = shown(term["field"], term["value"])
        where = names.get(term["document"], "")
        table.add_row(mark, label(term["field"]), value, term["since"], where, term["clause"])
    return table


def _changes(answer: dict[str, Any]) -> Table:
    table = Table("changed", "before", "after", "from", "by", "clause", box=None)
    for one in answer["changes"]:
        before, after = (shown(one["field"], one[key]) for key in ("before", "after"))
        table.add_row(label(one["field"]), before, one["why"] or after, one["since"], one["name"], one["by"])
    return table
