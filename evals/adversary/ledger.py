"""The harness's ERP: one SQLite database a firm, with transactions, version stamps, references, faults and a read log.

The real Tryton takes about two seconds for what this does in one millisecond, so most runs use this one. What the
oracle believes is written here, beside the data and by the same transaction: `effects` and `reads`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from domain.actions import Image
from domain.canonical import plain
from domain.errors import ErpClosed, ErpNotReached, ErpRefused, ErpStale, ErpUnavailable, NotFound
from domain.records import Firm
from domain.source import Source
from erp.reader import ReadsWhole
from evals.adversary import deeds
from evals.adversary.asking import ASKER, Asker

SCHEMA = """
create table record (model text, id text, fields text not null, version integer not null default 1,
                     primary key (model, id));
create table closed (reference text primary key, attempt integer not null);
create table effect (n integer primary key, reference text not null, type text not null, arguments text not null,
                     model text not null, id text not null, before text not null, after text not null);
"""
BEFORE = {
    "unreachable": ErpUnavailable(),
    "not_reached": ErpNotReached(),
    "refuse": ErpRefused("The ERP says no."),
}


@dataclass(frozen=True)
class Effect:
    """One transaction that changed the ERP: which record's fields, from what to what, at which tick of the run.

    `asked` is what the ERP was asked for, which it did not do where it wrote `elsewise`.
    """

    reference: str
    type: str
    model: str
    id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    at: int
    asked: Mapping[str, Any]
    elsewise: bool


@dataclass(frozen=True)
class Read:
    """Something was read here, for this asker."""

    what: str
    asker: Asker


@dataclass
class Ledger(ReadsWhole):
    """An `ErpReader` and `ErpWriter` of one firm. `tick` tells the run's time; `faults` are taken one per write."""

    tenant: str
    tick: Callable[[], int]
    composed: Callable[[Ledger], Firm]
    system: str = "ledger"
    faults: list[str] = field(default_factory=list[str])
    reads: list[Read] = field(default_factory=list[Read])
    effects: list[Effect] = field(default_factory=list[Effect])

    def __post_init__(self) -> None:
        self._sql = sqlite3.connect(":memory:", isolation_level=None)
        self._sql.executescript(SCHEMA)

    def close(self) -> None:
        """Forget everything."""
        self._sql.close()

    # What the firm's own people do in their ERP, and what the oracle reads.

    def put(self, model: str, id_: str, **fields: Any) -> None:
        """A person changes (or adds) a record in the ERP itself."""
        known = self.fields(model, id_) or {}
        self.save(model, id_, {**known, **fields})

    def fields(self, model: str, id_: str) -> dict[str, Any] | None:
        """A record's fields; None when it is not there."""
        row = self._sql.execute("select fields from record where model = ? and id = ?", (model, id_)).fetchone()
        return json.loads(row[0]) if row else None

    def records(self, model: str) -> dict[str, dict[str, Any]]:
        """All records of a model by id."""
        rows = self._sql.execute("select id, fields from record where model = ?", (model,)).fetchall()
        return {id_: json.loads(text) for id_, text in rows}

    def version(self, model: str, id_: str) -> str | None:
        """A record's stamp."""
        row = self._sql.execute("select version from record where model = ? and id = ?", (model, id_)).fetchone()
        return str(row[0]) if row else None

    def need(self, model: str, id_: str) -> dict[str, Any]:
        """A record's fields. Raises NotFound."""
        fields = self.fields(model, id_)
        if fields is None:
            raise NotFound(f"There is no {model} {id_} here.")
        return fields

    def save(self, model: str, id_: str, fields: Mapping[str, Any]) -> None:
        """Write a record whole; its stamp moves on."""
        self._sql.execute(
            "insert into record (model, id, fields) values (?, ?, ?) on conflict do update "
            "set fields = excluded.fields, version = version + 1",
            (model, id_, json.dumps(plain(fields))),
        )

    # The reader's port.

    async def firm(self) -> Firm:
        """All records, as `composed` makes them of what is here."""
        self.reads.append(Read("firm", ASKER.get()))
        return self.composed(self)

    async def attachment(self, attachment_id: str) -> bytes:
        """There are none."""
        raise NotFound(f"There is no attachment {attachment_id}.")

    async def image(self, action_type: str, arguments: Mapping[str, Any]) -> Image:
        """As the port says."""
        self.reads.append(Read(f"image of {action_type}", ASKER.get()))
        return deeds.image(self, action_type, arguments)

    # The writer's port.

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
        """As the port says; before it, the next fault, if there is one."""
        fault = self.faults.pop(0) if self.faults else ""
        if fault in BEFORE:
            raise BEFORE[fault]
        if fault == "raced":
            deeds.race(self, action_type, arguments)
        self._sql.execute("begin immediate")
        try:
            record = self.known(reference)
            if record is None:
                self._refuse_closed(reference, attempt, deadline)
                self.refuse_stale(versions)
                record = self._apply(action_type, arguments, reference, elsewise=fault == "elsewise")
        except BaseException:
            self._sql.execute("rollback")
            raise
        self._sql.execute("commit")
        if fault == "no_answer":
            raise ErpUnavailable
        return self._source(*record)

    async def settle(self, reference: str, *, attempt: int) -> Source | None:
        """As the port says."""
        record = self.known(reference)
        if record:
            return self._source(*record)
        self._sql.execute(
            "insert into closed values (?, ?) on conflict do update set attempt = max(attempt, excluded.attempt)",
            (reference, attempt),
        )
        return None

    def known(self, reference: str) -> tuple[str, str] | None:
        """The record that a write with this reference made or changed, as (model, id)."""
        row = self._sql.execute("select model, id from effect where reference = ?", (reference,)).fetchone()
        return (row[0], row[1]) if row else None

    def refuse_stale(self, versions: Mapping[str, str]) -> None:
        """The ERP's own check of the stamps that a write was approved over."""
        for record, stamp in versions.items():
            model, _, id_ = record.partition(",")
            if self.version(model, id_) != stamp:
                raise ErpStale(f"{record} changed in the meantime.")

    def _refuse_closed(self, reference: str, attempt: int, deadline: datetime) -> None:
        row = self._sql.execute("select attempt from closed where reference = ?", (reference,)).fetchone()
        if datetime.now(UTC) > deadline or (row and attempt <= row[0]):
            raise ErpClosed

    def _apply(
        self, action_type: str, arguments: Mapping[str, Any], reference: str, *, elsewise: bool
    ) -> tuple[str, str]:
        model, id_, before, after = deeds.apply(self, action_type, arguments, elsewise=elsewise)
        asked = plain(dict(arguments))
        effect = Effect(reference, action_type, model, id_, before, plain(after), self.tick(), asked, elsewise)
        columns = (reference, action_type, json.dumps(asked), model, id_, *map(json.dumps, (before, effect.after)))
        self._sql.execute(
            "insert into effect (reference, type, arguments, model, id, before, after) values (?, ?, ?, ?, ?, ?, ?)",
            columns,
        )
        self.effects.append(effect)
        return model, id_

    def _source(self, model: str, id_: str) -> Source:
        return Source(self.system, model, id_, self.version(model, id_) or "")
