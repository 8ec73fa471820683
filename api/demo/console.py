"""What the person who started the demonstration sees: one line per step, with its time when it took some."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

QUICK_SECONDS = 0.1


class Progress:
    """Steps with a spinner on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, title: str) -> Generator[Step]:
        """Show that this step runs; afterwards, that it is done and how long it took."""
        began = time.monotonic()
        with self.console.status(f"{title} …") as status:
            yield Step(title, self, status.update if self.console.is_terminal else None)
        took = time.monotonic() - began
        self.console.print(f"[green]✓[/] {title}" + (f" [dim]{took:.1f} s[/]" if took > QUICK_SECONDS else ""))

    def logins(self, address: str, password: str, people: list[tuple[str, str]], home: Path, sows: Path) -> None:
        """The box that ends the start: where to go and who to be."""
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for role, email in people:
            table.add_row(role, email)
        self.console.print()
        self.console.print(
            Panel(table, title=f"Open {address}", subtitle=f"password for all: {password}", expand=False)
        )
        self.console.print(f"Statements of work to try: {sows}")
        self.console.print(f"For the command line: set -a; . {home / 'demo.env'}; set +a")
        self.console.print("Ctrl-C stops everything. `make demo-reset` starts over.")


class Step:
    """A running step, for telling what it is at."""

    def __init__(self, title: str, progress: Progress, update: object) -> None:
        self._title, self._progress, self._update = title, progress, update

    def at(self, what: str) -> None:
        """Say what is being done now: in the spinner on a terminal, as a line elsewhere."""
        if callable(self._update):
            self._update(f"{self._title} … {what}")
        else:
            self._progress.console.print(f"  {self._title} … {what}", style="dim")
