"""`policy`: the rules in force, why they ask what they ask, and drafts of others, tested, tried out and proposed."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from api.cli.answers import AS_JSON, TOKEN
from api.client import ask
from policies.engine import FILES, FOLDER, Policies
from policies.examples import Examples, beside, forbidden

EDITABLE = ("authorization.cedar", "approval.toml", "prerequisites.toml")
DRAFT = click.option(
    "--with",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with any of authorization.cedar, approval.toml, prerequisites.toml; what is missing stays as it is.",
)


@click.group(invoke_without_command=True)
@click.pass_context
def policy(ctx: click.Context) -> None:
    """Print the shipped policy (digest and files), or explain, test, replay and propose policy."""
    if ctx.invoked_subcommand is None:
        click.echo(f"digest {Policies.load().digest}\n")
        for name in FILES:
            click.echo(f"# ── {name} ──\n{(FOLDER / name).read_text('utf-8')}")


@policy.command()
@TOKEN
@AS_JSON
def show(*, token: str, as_json: bool) -> None:
    """Print your firm's policy in force and its versions."""
    found = ask("GET", "/v1/policy", token=token)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    click.echo(f"version {found['version']}, digest {found['digest']}")
    for one in found["versions"]:
        click.echo(f"  {one['version']:>4}  {one['installed_at'][:19]}  {one['summary']} (action {one['action']})")
    for name in EDITABLE:
        click.echo(f"\n# ── {name} ──\n{found['files'][name]}")


@policy.command()
@click.argument("action")
@TOKEN
@AS_JSON
def explain(*, action: str, token: str, as_json: bool) -> None:
    """Say who must decide on ACTION and why, rule by rule, and what would change that."""
    found = ask("GET", f"/v1/actions/{action}/policy", token=token)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        _print_explanation(found)


@policy.command()
@click.option(
    "--dir",
    "folder",
    default=None,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with policy files and their *.examples.toml; what is missing in it is as shipped.",
)
@AS_JSON
def test(*, folder: Path | None, as_json: bool) -> None:
    """Run the examples beside the policy files, and what no policy may ever allow."""
    where = folder or FOLDER
    policies = Policies({**_files(FOLDER, FILES), **_files(where, EDITABLE)})
    examples = Examples.of(list({path.name: path for path in (*beside(FOLDER), *beside(where))}.values()))
    never = [f"never: {one}" for one in forbidden(policies)]
    problems = [*examples.failures(policies), *examples.uncovered(policies), *never]
    if as_json:
        click.echo(json.dumps({"examples": len(examples), "digest": policies.digest, "problems": problems}))
    else:
        for problem in problems:
            click.echo(problem, err=True)
        click.echo(f"{len(examples)} examples, {len(problems)} problems; digest {policies.digest}")
    sys.exit(1 if problems else 0)


@policy.command()
@DRAFT
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="YYYY-MM-DD")
@TOKEN
@AS_JSON
def replay(*, folder: Path, since: datetime, token: str, as_json: bool) -> None:
    """Say which past actions would have gone otherwise under the files in a folder. Changes nothing."""
    wanted = {"files": _files(folder, EDITABLE), "since": since.date().isoformat()}
    found = ask("POST", "/v1/policy/replay", token=token, json=wanted)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    table = Table("proposed", "what", "how", "under this draft", "action", box=None)
    for one in found["differences"]:
        table.add_row(one["created_at"][:10], one["summary"], one["kind"], one["told"], one["action"])
    Console().print(table)
    counts = ", ".join(f"{count} {kind}" for kind, count in found["counts"].items() if count)
    click.echo(f"{found['counted']} actions: {counts or 'no difference'}")


@policy.command()
@DRAFT
@click.option("--summary", required=True, help="What the change is for, in a few words.")
@TOKEN
@AS_JSON
def propose(*, folder: Path, summary: str, token: str, as_json: bool) -> None:
    """Propose the files in a folder as your firm's policy; two people decide on it."""
    wanted = {"files": _files(folder, EDITABLE), "summary": summary}
    found = ask("POST", "/v1/policy/proposals", token=token, json=wanted)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    click.echo(f"{found['state'].replace('_', ' ')}: action {found['id']}")
    for reason in found["intent"]["reasons"]:
        click.echo(f"  {reason}")


def _files(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Those of the files that are in the folder."""
    return {name: (folder / name).read_text("utf-8") for name in names if (folder / name).is_file()}


def _print_explanation(found: Mapping[str, Any]) -> None:
    console = Console(highlight=False)
    console.print(f"[b]{found['type']}[/b] {found['state'].replace('_', ' ')}; policy version {found['version']}")
    for reason in found["reasons"]:
        console.print(f"  {reason}", markup=False)
    if found["short"]:
        console.print(f"Its chain is not enough any more: {found['short']}", markup=False)
    table = Table("rule", "speaks", "when", "asks for", box=None)
    for rule in found["rules"]:
        table.add_row(rule["id"], rule["speaks"], rule["when"], "; ".join(rule["asks"]))
    console.print(table)
    for step in found["steps"]:
        who = ", ".join(step["taken_by"]) or ("open to " + (", ".join(step["could_take"]) or "nobody"))
        console.print(f"stage {step['stage']}: {step['asked']}: {who if step['open'] or step['taken_by'] else 'later'}")
    for one in found["sums"]:
        total = f"{one['total']['currency']} {one['total']['amount']}" if one["total"] else "not known"
        console.print(f"with the same {one['per']} ({one['whose'] or 'not known'}) in {one['days']} days: {total}")
    you = found["you"]
    console.print("You may decide now." if you["allowed"] else f"You: {' '.join(you['reasons'])}", markup=False)
    for line in found["would_change"]:
        console.print(f"  {line}", markup=False)
