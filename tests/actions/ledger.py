"""An ERP in a PostgreSQL table of its own: transactions, version stamps and references like a vendor's, and it can die.

`die_before` and `die_after` raise `Killed` around the ERP's commit, as a killed worker would never have returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from domain.actions import Image
from domain.errors import ErpClosed, ErpNotReached, ErpRefused, ErpStale, ErpUnavailable, NotFound
from domain.source import Source
from erp.reader import ReadsWhole

SCHEMA = """
create table erp_record (id text primary key, fields jsonb not null, version int not null default 1);
create table erp_write (n bigint generated always as identity, reference text not null, action_type text not null,
    record text not null);
create table erp_closed (reference text primary key, attempt int not null);
"""
SETS = {
    "contract.set_po_number": ("contract_id", ("po_number",)),
    "contract.clear_po_number": ("contract_id", ("po_number",)),
    "customer.set_billing_identity": ("customer_id", ("tax_identifier", "invoice_address")),
    "invoice.create_draft": ("project_id", ("project_id", "period", "time_entry_ids", "amount", "currency")),
}


def make_tables(url: str) -> None:
    """Make its tables."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SCHEMA)


class Killed(BaseException):
    """The process is gone: nothing after this line ran."""


# What happens instead of the write.
BEFORE = {
    "unreachable": ErpUnavailable(),
    "not_reached": ErpNotReached(),
    "refuse": ErpRefused("The ERP says no."),
    "die_before": Killed(),
}


@dataclass
class LedgerErp(ReadsWhole):
    url: str
    faults: list[str] = field(default_factory=list)
    system: str = "ledger"

    def _connect(self) -> psycopg.Connection[dict[str, Any]]:
        return psycopg.connect(self.url, autocommit=True, row_factory=dict_row)

    def arrange(self, record: str, **fields: Any) -> None:
        with self._connect() as connection:
            connection.execute(
                "insert into erp_record (id, fields) values (%s, %s) on conflict (id) do update "
                "set fields = erp_record.fields || excluded.fields, version = erp_record.version + 1",
                [record, Jsonb(fields)],
            )

    def writes(self) -> list[str]:
        with self._connect() as connection:
            return [row["reference"] for row in connection.execute("select reference from erp_write order by n")]

    async def attachment(self, attachment_id: str) -> bytes:
        raise NotImplementedError

    async def image(self, action_type: str, arguments: Mapping[str, Any]) -> Image:
        key, names = SETS[action_type]
        with self._connect() as connection:
            row = connection.execute("select * from erp_record where id = %s", [arguments[key]]).fetchone()
        if row is None:
            raise NotFound(f"There is no record {arguments[key]}.")
        return Image({name: row["fields"].get(name) for name in names}, {f"record,{row['id']}": str(row["version"])})

    async def write(
        self,
        action_type: str,
        arguments: Mapping[str, Any],
        *,
        reference: str,
        versions: Mapping[str, str],
        attempt: int,
        deadline: datetime,
    ) -> Source:
        fault = self.faults.pop(0) if self.faults else ""
        if fault in BEFORE:
            raise BEFORE[fault]
        key, names = SETS[action_type]
        new = {name: arguments[name] or None for name in names if arguments.get(name) is not None}
        if fault == "write_something_else":
            new = dict.fromkeys(new, "something else")
        with self._connect() as connection, connection.transaction():
            row = connection.execute("select * from erp_record where id = %s for update", [arguments[key]]).fetchone()
            assert row is not None
            done = connection.execute("select record from erp_write where reference = %s", [reference]).fetchone()
            if done:
                return Source(self.system, "record", done["record"])
            closed = connection.execute("select attempt from erp_closed where reference = %s", [reference]).fetchone()
            if datetime.now(UTC) > deadline or (closed and attempt <= closed["attempt"]):
                raise ErpClosed
            if versions != {f"record,{row['id']}": str(row["version"])}:
                raise ErpStale
            connection.execute(
                "update erp_record set fields = fields || %s, version = version + 1 where id = %s",
                [Jsonb(new), row["id"]],
            )
            connection.execute(
                "insert into erp_write (reference, action_type, record) values (%s, %s, %s)",
                [reference, action_type, arguments[key]],
            )
        if fault == "die_after":
            raise Killed
        if fault == "no_answer":
            raise ErpUnavailable
        return Source(self.system, "record", arguments[key], str(row["version"] + 1))

    async def settle(self, reference: str, *, attempt: int) -> Source | None:
        with self._connect() as connection, connection.transaction():
            connection.execute("lock table erp_record in exclusive mode")
            row = connection.execute("select record from erp_write where reference = %s", [reference]).fetchone()
            if row:
                return Source(self.system, "record", row["record"])
            connection.execute(
                "insert into erp_closed values (%s, %s) on conflict (reference) do update "
                "set attempt = greatest(erp_closed.attempt, excluded.attempt)",
                [reference, attempt],
            )
        return None
