"""The command line. Each command's module is imported only when it is called, so that `extract` starts at once."""

from __future__ import annotations

import importlib
import sys

import click

from domain.errors import CountersignError

# Command → where it lives; the order is the order of `countersign --help`.
COMMANDS = {
    "demo": "api.cli.demo:demo",
    "serve": "api.cli.services:serve",
    "worker": "api.cli.services:worker",
    "migrate": "api.cli.services:migrate",
    "person": "api.cli.people:person",
    "text": "api.cli.documents:text",
    "extract": "api.cli.documents:extract",
    "terms": "api.cli.terms:terms",
    "readiness": "api.cli.answers:readiness",
    "time-to-bill": "api.cli.time_to_bill:time_to_bill",
    "facts": "api.cli.answers:facts",
    "actions": "api.cli.answers:actions",
    "answer": "api.cli.talks:answer",
    "dead-letters": "api.cli.dead_letters:dead_letters",
    "mcp": "api.cli.protocol:mcp",
    "delegations": "api.cli.standing:delegations",
    "freeze": "api.cli.standing:freeze",
    "audit": "api.cli.audit:audit",
    "policy": "api.cli.policy:policy",
    "evals": "api.cli.records:evals",
}
FAILED = 1


class LazyGroup(click.Group):
    """A group whose commands are looked up by name and imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All command names in the order that a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import the command's module and return the command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        return getattr(importlib.import_module(module), name)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="countersign")
def cli() -> None:
    """Countersign: reads what you may read, proposes anything, changes nothing without a countersignature."""


def main() -> None:
    """Run the command line; a known error is one line with its code, not a traceback."""
    try:
        cli()
    except CountersignError as error:
        click.echo(f"countersign: {error.detail} [{error.code}]", err=True)
        sys.exit(FAILED)
