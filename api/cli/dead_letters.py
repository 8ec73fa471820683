"""`dead-letters`: what went no further, and what its person of the firm can do about it, with their access token."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.table import Table

from api.cli.answers import AS_JSON, TOKEN
from api.client import ask

ACTION = click.argument("action")
REASON = click.option("--reason", required=True, help="Why; it is kept with the action.")


@click.group("dead-letters")
def dead_letters() -> None:
    """Actions that nothing carries further: list them, settle them, repeat them, undo them."""


@dead_letters.command("list")
@TOKEN
@AS_JSON
def listing(*, token: str, as_json: bool) -> None:
    """List them with cause and next step."""
    letters = ask("GET", "/v1/actions/dead-letters", token=token)
    if as_json:
        click.echo(json.dumps(letters, indent=2))
        return
    table = Table("state", "what", "cause", "next step", "id", box=None)
    for letter in letters:
        action = letter["action"]
        table.add_row(action["state"], action["intent"]["summary"], letter["cause"], letter["next_step"], action["id"])
    Console().print(table)


@dead_letters.command("resolve")
@ACTION
@click.argument("verdict", type=click.Choice(["took_effect", "did_not", "accepted"]))
@REASON
@TOKEN
def resolve(*, action: str, verdict: str, reason: str, token: str) -> None:
    """Say whether an unknown ACTION took effect, or accept how a diverged or failed one stands."""
    ask("POST", f"/v1/actions/{action}/resolution", token=token, json={"verdict": verdict, "reason": reason})
    click.echo("Noted. The worker looks at it next.")


@dead_letters.command("replay")
@ACTION
@REASON
@TOKEN
def replay(*, action: str, reason: str, token: str) -> None:
    """Have a failed ACTION tried again on the approvals that it has."""
    answer = ask("POST", f"/v1/actions/{action}/replay", token=token, json={"reason": reason})
    click.echo(f"{answer['intent']['summary']}: {answer['state']}")


@dead_letters.command("undo")
@ACTION
@click.option("--reason", default="", help="Why; it stands in the proposal.")
@TOKEN
def undo(*, action: str, reason: str, token: str) -> None:
    """Propose the action that undoes ACTION; it needs its own approval."""
    answer = ask("POST", f"/v1/actions/{action}/compensation", token=token, json={"reason": reason})
    click.echo(f"{answer['id']}  {answer['intent']['summary']}: {answer['state']}")
