"""`freeze` and `delegations`: what is stopped, and who decides in whose place."""

from __future__ import annotations

import json

import click
import httpx

from api.cli.answers import AS_JSON, TOKEN
from api.client import Refused, ask
from api.demo.visitor import Visitor
from api.settings import Settings


@click.command()
@click.option("--as", "email", required=True, help="The administrator (e-mail) who freezes.")
@click.option("--type", "action_type", default=None, help="Only this type of action, such as invoice.create_draft.")
@click.option("--reason", required=True, help="Why; everyone sees it.")
@click.option("--password", prompt=True, hide_input=True, help="Asked for when not given; a token cannot freeze.")
def freeze(*, email: str, action_type: str | None, reason: str, password: str) -> None:
    """Stop execution at once. Going on takes two people, on the pages."""
    try:
        with Visitor(Settings().address, email, password) as visitor:
            answer = visitor.post("/v1/freezes", json={"type": action_type, "reason": reason})
    except (ConnectionRefusedError, httpx.TransportError) as error:
        raise Refused(f"Nothing was frozen: {error}.") from error
    if answer.is_error:
        problem = answer.json()
        raise Refused(f"Nothing was frozen: {problem.get('detail')} ({problem.get('code')})")
    flying = len(answer.json()["in_flight"])
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
