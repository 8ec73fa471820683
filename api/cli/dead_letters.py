"""`dead-letters`: what went no further, and what a person of the firm can do about it, in a session of their own."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.table import Table

from api.cli.answers import AS_JSON, PASSWORD, TOKEN
from api.client import ask, tell

ACTION = click.argument("action")
AS = click.option("--as", "email", required=True, help="Who you are (e-mail).")
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
@AS
@PASSWORD
def resolve(*, action: str, verdict: str, reason: str, email: str, password: str) -> None:
    """Say whether an unknown ACTION took effect, or accept how a diverged or failed one stands."""
    wanted = {"verdict": verdict, "reason": reason}
    tell(f"/v1/actions/{action}/resolution", email=email, password=password, json=wanted)
    click.echo("Noted. The worker looks at it next.")


@dead_letters.command("replay")
@ACTION
@REASON
@AS
@PASSWORD
def replay(*, action: str, reason: str, email: str, password: str) -> None:
    """Have a failed ACTION tried again on the approvals that it has."""
    answer = tell(f"/v1/actions/{action}/replay", email=email, password=password, json={"reason": reason})
    click.echo(f"{answer['intent']['summary']}: {answer['state']}")


@dead_letters.command("undo")
@ACTION
@click.option("--reason", default="", help="Why; it stands in the proposal.")
@TOKEN
def undo(*, action: str, reason: str, token: str) -> None:
    """Propose the action that undoes ACTION; it needs its own approval."""
    answer = ask("POST", f"/v1/actions/{action}/compensation", token=token, json={"reason": reason})
    click.echo(f"{answer['id']}  {answer['intent']['summary']}: {answer['state']}")
