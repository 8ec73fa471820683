"""`readiness`, `facts` and `actions`: the daily questions, asked of a running Countersign with your access token."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from api.client import ask

TOKEN = click.option("--token", envvar="COUNTERSIGN_TOKEN", default="", help="Your access token.", show_envvar=True)
PASSWORD = click.option(
    "--password", prompt=True, hide_input=True, help="Asked for when not given; a token cannot do it."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.command()
@click.argument("project", required=False)
@click.option("--month", default=None, help="YYYY-MM; all unbilled work when left out.")
@TOKEN
@AS_JSON
def readiness(*, project: str | None, month: str | None, token: str, as_json: bool) -> None:
    """Say whether PROJECT can be billed and what is missing; without PROJECT, all of them."""
    path = f"/v1/projects/{project}/readiness" if project else "/v1/portfolio/readiness"
    answer = ask("GET", path, token=token, params={"month": month} if month else {})
    if as_json:
        click.echo(json.dumps(answer, indent=2))
    elif project:
        _print_project(answer)
    else:
        _print_portfolio(answer)


@click.group()
def facts() -> None:
    """Facts that the ERP does not have: approvals, acceptances, purchase orders, holds."""


@facts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@TOKEN
def import_facts(*, file: Path, token: str) -> None:
    """Take in FILE (CSV with kind, subject, …); rows that cannot be used are named by line and left out."""
    answer = ask("POST", "/v1/facts", token=token, files={"file": (file.name, file.read_bytes(), "text/csv")})
    click.echo(json.dumps(answer, indent=2))


@click.command()
@click.option("--state", default=None, help="Only those in this state, such as awaiting_approval.")
@TOKEN
@AS_JSON
def actions(*, state: str | None, token: str, as_json: bool) -> None:
    """List proposals, newest first, and what became of them."""
    answer = ask("GET", "/v1/actions", token=token, params={"state": state} if state else {})
    if as_json:
        click.echo(json.dumps(answer, indent=2))
        return
    table = Table("state", "what", "proposed by", "id", box=None)
    for action in answer:
        table.add_row(action["state"], action["intent"]["summary"], action["proposer_name"], action["id"])
    Console().print(table)


def _money(money: Mapping[str, Any] | None) -> str:
    return f"{money['currency']} {money['amount']}" if money else ""


def _print_project(answer: Mapping[str, Any]) -> None:
    console = Console(highlight=False)
    console.print(f"[b]{answer['project_code'] or answer['project_name']}[/b]  {answer['status']}")
    console.print(
        f"unbilled {_money(answer['unbilled'])} · ready {_money(answer['ready'])} · blocked {_money(answer['blocked'])}"
    )
    for finding in answer["findings"]:
        if finding["verdict"] in {"fail", "unknown"}:
            console.print(f"  {finding['verdict']:8} {finding['title']}: {finding['reason']} ({finding['owner']})")


def _print_portfolio(answer: Sequence[Mapping[str, Any]]) -> None:
    table = Table("project", "customer", "status", "ready", "blocked", box=None)
    for row in answer:
        code = row["project_code"] or row["project_name"]
        table.add_row(code, row["customer"] or "", row["status"], _money(row["ready"]), _money(row["blocked"]))
    Console().print(table)
