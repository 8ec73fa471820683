"""`time-to-bill`: how long work takes to become an invoice, asked of a running Countersign."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.table import Table

from api.cli.answers import AS_JSON, TOKEN
from api.client import ask
from policies.time_to_bill import STAGES

GROUPS = click.Choice(["practice", "customer", "region", "project", "month"])


@click.command("time-to-bill")
@click.option("--by", "group_by", type=GROUPS, default="practice", show_default=True)
@click.option("--months", type=click.IntRange(1, 36), default=6, show_default=True, help="Work of so many months back.")
@TOKEN
@AS_JSON
def time_to_bill(*, group_by: str, months: int, token: str, as_json: bool) -> None:
    """Days from work done to invoice, and where they go."""
    answer = ask("GET", "/v1/time-to-bill", token=token, params={"group_by": group_by, "months": str(months)})
    if as_json:
        click.echo(json.dumps(answer, indent=2))
        return
    table = Table(group_by, "hours billed", "days to bill", "where they went", "hours open", "days so far", box=None)
    for row in answer["groups"]:
        went = ", ".join(f"{STAGES[stage].lower()} {days}" for stage, days in row["days_by_stage"].items())
        table.add_row(
            row[group_by],
            row["billed_hours"],
            row["days_to_bill"] or "",
            went,
            row["open_hours"],
            row["open_age_days"] or "",
        )
    Console().print(table)
