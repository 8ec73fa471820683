"""A small consulting firm over a PostgreSQL table: readable like an ERP, and with fields that proposals can change."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg

from domain.records import Firm
from tests.actions.ledger import SCHEMA, LedgerErp
from tests.unit.prerequisites.records import Small


class SmallErp(LedgerErp):
    """One project, CLD-UKI-1001, of one customer; its contract has no purchase order number although one is needed."""

    async def firm(self) -> Firm:
        firm = Small().firm()
        return replace(firm, contracts=tuple(replace(one, po_number=None) for one in firm.contracts))


@contextmanager
def small_erp(postgres: str) -> Iterator[SmallErp]:
    """The ERP in a database of its own on this server."""
    name = f"erp_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        url = psycopg.conninfo.make_conninfo(postgres, dbname=name)
        with psycopg.connect(url, autocommit=True) as inside:
            inside.execute(SCHEMA)
        small = SmallErp(url)
        small.arrange("k1", po_number=None)
        small.arrange("c1", tax_identifier=None, invoice_address=None)
        yield small
        connection.execute(f"drop database {name} with (force)")
