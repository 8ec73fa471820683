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
    """Print what is in force of DOCUMENT (an id) with amendments and master agreement on a day, and what changed."""
    answer = ask("GET", f"/v1/documents/{document}/in-force", token=token, params={"on": on} if on else {})
    if as_json:
        click.echo(json.dumps(answer, indent=2))
        return
    console = Console(highlight=False)
    console.print(f"[b]In force on {answer['on']}[/b]  " + ", ".join(one["name"] for one in answer["documents"]))
    console.print(_held(answer["terms"], _names(answer)))
    if answer["master"]:
        _master(console, answer["master"], _names(answer))
    if answer["changes"]:
        console.print(_changes(answer))
    for one in answer["pending"]:
        console.print(f"{one['name']} holds from {one['since']} and is not in force yet.")


def _names(answer: dict[str, Any]) -> dict[str, str]:
    above = answer["master"]["documents"] if answer["master"] else []
    return {one["id"]: one["name"] for one in (*above, *answer["documents"])}


def _held(terms: list[dict[str, Any]], names: dict[str, str]) -> Table:
    table = Table("", "term", "value", "since", "document", "clause", box=None)
    for term in terms:
        mark = "?" if term["status"] == "conflict" else ""
        value = shown(term["field"], term["value"])
        name = names.get(term["document"], term["master"])
        where = f"{name} (master agreement)" if term["master"] else name
        table.add_row(mark, label(term["field"]), value, term["since"], where, term["clause"])
    return table


def _master(console: Console, master: dict[str, Any], names: dict[str, str]) -> None:
    """What the document is under: what would be taken from an unconfirmed one, and where the two differ."""
    state = master["link"]["state"]
    if state in {"open", "alone"}:
        several = "Several documents fit as its master agreement, or name each other; a person says which one it is."
        console.print(several if state == "open" else "Its master agreement is not kept here.")
        return
    name = master["documents"][0]["name"] if master["documents"] else ""
    console.print(
        f"Under {name}" + ("" if master["confirmed"] else ", proposed and not confirmed: nothing of it is used")
    )
    if master["note"]:
        console.print(master["note"])
    if not master["confirmed"] and master["taken"]:
        console.print("It would give:")
        console.print(_held(master["taken"], names))
    if master["differences"]:
        console.print(_differences(master["differences"]))


def _differences(found: list[dict[str, Any]]) -> Table:
    table = Table("differs", "this document", "master agreement", "what stands", box=None)
    for one in found:
        mine, theirs = (
            "; ".join(shown(one["field"], term["value"]) for term in one[side]) for side in ("document", "master")
        )
        table.add_row(label(one["field"]), mine, theirs, one["why"] or "this document's word")
    return table


def _changes(answer: dict[str, Any]) -> Table:
    table = Table("changed", "before", "after", "from", "by", "clause", box=None)
    for one in answer["changes"]:
        before, after = (shown(one["field"], one[key]) for key in ("before", "after"))
        table.add_row(label(one["field"]), before, one["why"] or after, one["since"], one["name"], one["by"])
    return table
