"""Fills an empty Tryton database with the demo firm: run as a process of its own, as Tryton's settings are global."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from proteus import config as proteus_config

from erp.demo.outside import as_csv, outside_facts
from erp.demo.plan import read_plan
from erp.demo.seeding.accounts import ADMINISTRATOR, seed_accounts
from erp.demo.seeding.contracts import contract_numbers, seed_contracts
from erp.demo.seeding.invoices import seed_invoices
from erp.demo.seeding.masters import customer_codes, seed_masters
from erp.demo.seeding.work import seed_projects, seed_time


@dataclass(frozen=True)
class Places:
    """Where the database is configured, where the documents lie, and where to put what is not in the database."""

    database: str
    config: Path
    documents: Path
    outside: Path
    accounts: Path


def seed(places: Places, today: date, number: int = 0) -> None:
    """Write everything, telling on standard output what is done and how long it took."""
    config = proteus_config.set_trytond(places.database, user=ADMINISTRATOR, config_file=str(places.config))
    plan = read_plan(today, seed=number)
    step = _Steps()
    masters = seed_masters(plan, config)
    step.done(f"{len(masters.parties)} customers, {len(masters.employees)} consultants")
    sales = seed_contracts(plan, masters, places.documents)
    step.done(f"{len(sales)} contracts")
    works = seed_projects(plan, masters, sales)
    step.done(f"{len(works.projects)} projects with {len(works.tasks)} tasks")
    step.done(f"{seed_time(plan, masters, works)} timesheet lines")
    step.done(f"{seed_invoices(plan, masters, works, sales)} invoices")
    seed_accounts(masters, places.database, places.accounts)
    step.done("the service accounts")
    facts = outside_facts(plan, contract_numbers(sales), customer_codes(masters))
    places.outside.write_text(as_csv(facts), "utf-8")
    step.done(f"{len(facts)} reports of other systems")


class _Steps:
    def __init__(self) -> None:
        self._since = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        sys.stdout.write(f"{what} ({now - self._since:.1f} s)\n")
        sys.stdout.flush()
        self._since = now


def main() -> None:
    """The command that erp/demo/server.py runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("config", "documents", "outside", "accounts"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--database", required=True)
    parser.add_argument("--today", required=True, type=date.fromisoformat)
    parser.add_argument("--seed", default=0, type=int)
    given = parser.parse_args()
    seed(Places(given.database, given.config, given.documents, given.outside, given.accounts), given.today, given.seed)


if __name__ == "__main__":
    main()
