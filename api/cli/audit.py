"""`audit`: read the log, follow a record through it, take it out of the house, and check that it is what was signed."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import click

from api.cli.answers import AS_JSON, TOKEN
from api.cli.chain import lines
from api.client import ask, download
from api.copies import copies_of
from api.database import open_database, receipts_of
from api.settings import Settings
from domain.canonical import plain
from domain.errors import InvalidInput
from store.bundle_check import check_bundle, key_of
from store.note import key_from, verifying_key
from store.verification import Verification, verify


@click.group()
def audit() -> None:
    """The audit log: read it, and check that it is what was signed."""


@audit.command("list")
@click.option("--subject", default=None, help="Only one thing's entries, such as action:<id>.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 500))
@TOKEN
@AS_JSON
def list_audit(*, subject: str | None, limit: int, token: str, as_json: bool) -> None:
    """List entries, newest first (one subject's: oldest first)."""
    wanted = {"limit": limit, **({"subject": subject} if subject else {})}
    entries = ask("GET", "/v1/audit", token=token, params=wanted)
    for entry in entries:
        if as_json:
            click.echo(json.dumps(entry))
        else:
            name = entry.get("person_name") or entry["person"]
            click.echo(f"{entry['id']:>7}  {entry['at'][:19]}  {entry['event']:28} {name:20} {entry['subject']}")


@audit.command()
@click.argument("record")
@TOKEN
@AS_JSON
def trace(*, record: str, token: str, as_json: bool) -> None:
    """Follow RECORD back to the words of the contract, and forward again.

    RECORD is a project code, a contract or invoice number, "model,id", or the id of an action or a document.
    """
    chains = ask("GET", "/v1/audit/trace", token=token, params={"record": record})
    click.echo(json.dumps(chains, indent=2) if as_json else "\n".join(lines(chains)))


@audit.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to write the archive (.zip).")
@TOKEN
def export(*, out: Path, token: str) -> None:
    """Write the whole log into one archive that anyone can check offline. Asks the right audit.export."""
    if out.exists():
        raise InvalidInput(f"{out} is there already; name another file.")
    download("POST", "/v1/audit/export", token=token, target=out)
    click.echo(f"{out}: {out.stat().st_size:,} bytes. Check it with `countersign audit verify {out} --key KEY`.")


@audit.command("verify")
@click.argument("bundle", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Verifying key, PEM or C2SP.")
@click.option("--tenant", default=None, help="Refuse a bundle of any other tenant's log.")
@AS_JSON
def verify_audit(*, bundle: Path | None, key: Path | None, tenant: str | None, as_json: bool) -> None:
    """Check BUNDLE offline; without BUNDLE this installation's own log, with the copies outside the database."""
    if bundle is None:
        _verify_here(as_json=as_json)
    else:
        _verify_bundle(bundle, key, tenant, as_json=as_json)


def _verify_bundle(bundle: Path, key: Path | None, tenant: str | None, *, as_json: bool) -> None:
    if key is None:
        click.echo(
            "WARNING: no --key was given, so the bundle is checked with the key that it brings itself. That proves "
            "only that it holds together, not who made it.",
            err=True,
        )
    trusted = key_from(key.read_text("utf-8") if key else key_of(bundle))
    result = check_bundle(bundle, trusted, tenant=tenant)
    said = (
        f"{result.origin or 'no log'}: {result.entries} entries, {result.checkpoints} checkpoints, {result.pruned} "
        f"pruned, {result.erased} words erased; root {result.root or 'none'}"
    )
    what = "The bundle is what was signed" if key else "The bundle is what its own key signed"
    _say({**plain(result), "sound": result.sound, "trusted_key": key is not None}, said, what, as_json=as_json)


def _verify_here(*, as_json: bool) -> None:
    settings = Settings()

    async def run() -> Verification:
        async with open_database(settings, max_size=1) as database:
            key, copies = verifying_key(settings.keys), copies_of(settings)
            return await verify(database, settings.tenant, key, copies, receipts_of(settings))

    result = asyncio.run(run())
    said = (
        f"{result.entries} sealed entries, {result.checkpoints} checkpoints, {result.copies} copies, {result.pruned} "
        f"pruned, {result.erased} words erased, {result.waiting} too new to be sealed; root {result.root or 'none yet'}"
    )
    _say({**plain(result), "sound": result.sound}, said, "The log is what was signed", as_json=as_json)


def _say(result: dict[str, Any], said: str, what: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result))
    else:
        click.echo(said)
        for problem in result["problems"]:
            click.echo(f"PROBLEM: {problem}", err=True)
        click.echo(f"{what}." if result["sound"] else f"{what.replace(' is what', ' is NOT what')}.")
    sys.exit(0 if result["sound"] else 1)
