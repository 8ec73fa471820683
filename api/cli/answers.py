"""`readiness`, `facts` and `actions`: the daily questions, asked of a running Countersign with your access token."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from api.client import ask

AT_ONCE = 1000  # the API's page of the portfolio
TOKEN = click.option("--token", envvar="COUNTERSIGN_TOKEN", default="", help="Your access token.", show_envvar=True)
PASSWORD = click.option(
    "--password", prompt=True, hide_input=True, help="Asked for when not given; a token cannot do it."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.command()
@click.argument("project", required=False)
@click.option("--month", default=None, help="YYYY-MM; all unbilled work when left out.")
@click.option("--as-of", default=None, help="YYYY-MM-DD: the answer that stood at the end of that day.")
@click.option("--practice", default=None, help="Of all: those of this practice.")
@click.option("--region", default=None, help="Of all: those of this region.")
@click.option("--customer", default=None, help="Of all: those of the customer of this name.")
@click.option("--status", default=None, help="Of all: blocked, cannot_determine, billable or nothing_to_bill.")
@TOKEN
@AS_JSON
def readiness(*, project: str | None, token: str, as_json: bool, **narrow: str | None) -> None:
    """Say whether PROJECT can be billed and what is missing; without PROJECT, all of them."""
    given = {name: value for name, value in narrow.items() if value}
    if project:
        path, given = f"/v1/projects/{project}/readiness", {n: given[n] for n in ("month", "as_of") if n in given}
        answer: Any = ask("GET", path, token=token, params=given)
    else:
        answer = _everything(token, given)
    if as_json:
        click.echo(json.dumps(answer, indent=2))
    elif project:
        _print_project(answer)
    else:
        _print_portfolio(answer)


def _everything(token: str, narrow: Mapping[str, str]) -> list[Any]:
    """All pages of the portfolio."""
    found: list[Any] = []
    while True:
        part = ask("GET", "/v1/portfolio/readiness", token=token, params={**narrow, "offset": str(len(found))})
        found += part
        if len(part) < AT_ONCE:
            return found


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
        f"unbilled {_money(answer['unbilled'])} · ready {_money(answer['ready'])}"
        f" · at risk {_money(answer['at_risk'])} · blocked {_money(answer['blocked'])}"
    )
    for finding in answer["findings"]:
        if finding["verdict"] in {"fail", "unknown"}:
            console.print(f"  {finding['verdict']:8} {finding['title']}: {finding['reason']} ({finding['owner']})")
    read = f"ERP read at {answer['as_of'][:16]}" if answer["as_of"] else f"answer of {answer['since'][:16]}"
    console.print(f"[dim]{read}[/dim]")


def _print_portfolio(answer: Sequence[Mapping[str, Any]]) -> None:
    amounts = [Column(name, justify="right", no_wrap=True) for name in ("ready", "blocked")]
    table = Table(Column("project", min_width=13), "customer", Column("status", min_width=16), *amounts, box=None)
    for row in answer:
        code = row["project_code"] or row["project_name"]
        table.add_row(code, row["customer"] or "", row["status"], _money(row["ready"]), _money(row["blocked"]))
    console = Console()
    console.print(table)
    if answer:
        console.print(f"[dim]{len(answer)} projects; ERP read at {answer[0]['as_of'][:16]}[/dim]")
