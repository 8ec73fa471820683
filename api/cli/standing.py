"""`freeze` and `delegations`: what is stopped, and who decides in whose place."""

from __future__ import annotations

import json

import click

from api.cli.answers import AS_JSON, PASSWORD, TOKEN
from api.client import ask, tell


@click.command()
@click.option("--as", "email", required=True, help="The administrator (e-mail) who freezes.")
@click.option("--type", "action_type", default=None, help="Only this type of action, such as invoice.create_draft.")
@click.option("--reason", required=True, help="Why; everyone sees it.")
@PASSWORD
def freeze(*, email: str, action_type: str | None, reason: str, password: str) -> None:
    """Stop execution at once. Going on takes two people, on the pages."""
    wanted = {"type": action_type, "reason": reason}
    flying = len(tell("/v1/freezes", email=email, password=password, json=wanted)["in_flight"])
    click.echo(f"{action_type or 'Everything'} is frozen; {flying} in flight are followed to their end.")


@click.command()
@TOKEN
@AS_JSON
def delegations(*, token: str, as_json: bool) -> None:
    """List who decides in whose place."""
    for one in ask("GET", "/v1/delegations", token=token):
        if as_json:
            click.echo(json.dumps(one))
            continue
        state = "in force" if one["in_force"] else "ended" if one["ended_at"] else "not in force"
        kinds = ", ".join(one["types"]) or "all kinds"
        days = f"{one['from_at'][:10]} to {one['until_at'][:10]}"
        click.echo(f"{one['delegate_name']} for {one['delegator_name']}  {days}  {kinds}  {state}")
