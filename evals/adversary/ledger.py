"""The harness's ERP: one SQLite database a firm, with transactions, version stamps, references, faults and a read log.

The real Tryton takes about two seconds for what this does in one millisecond, so most runs use this one. What the
oracle believes is written here, beside the data and by the same transaction: `effects` and `reads`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from domain.actions import Image
from domain.canonical import plain
from domain.errors import ErpRefused, ErpStale, ErpUnavailable, InvalidInput, NotFound
from domain.records import Firm
from domain.source import Source
from evals.adversary.asking import ASKER, Asker

SCHEMA = """
create table record (model text, id text, fields text not null, version integer not null default 1,
                     primary key (model, id));
create table effect (n integer primary key, reference text not null, type text not null, arguments text not null,
                     model text not null, id text not null, before text not null, after text not null);
"""
SETS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "contract.set_po_number": ("sale.sale", "contract_id", ("po_number",)),
    "customer.set_billing_identity": ("party.party", "customer_id", ("tax_identifier", "invoice_address")),
}
CREATES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "project.create": ("project.work", ("name", "code", "customer_id", "contract_id", "billing", "tasks")),
    "invoice.create_draft": (
        "account.invoice",
        ("project_id", "contract_id", "period", "time_entry_ids", "amount", "currency"),
    ),
}
ELSE = "WRITTEN-ELSEWISE"


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
class Ledger:
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
        self._save(model, id_, {**known, **fields})

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

    def _save(self, model: str, id_: str, fields: Mapping[str, Any]) -> None:
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
        if action_type in SETS:
            model, key, names = SETS[action_type]
            id_ = str(arguments[key])
            fields = self._need(model, id_)
            asked = [name for name in names if arguments.get(name) is not None]
            return Image({name: fields.get(name) for name in asked}, self._stamps(model, [id_]))
        if action_type not in CREATES:
            raise InvalidInput(f"This ERP knows no action {action_type!r}.")
        return self._image_of_new(action_type, arguments)

    def _image_of_new(self, action_type: str, arguments: Mapping[str, Any]) -> Image:
        model, names = CREATES[action_type]
        made = self._made(str(arguments.get("reference", "")))
        entries = [str(entry) for entry in arguments.get("time_entry_ids") or ()]
        versions = self._stamps("timesheet.line", entries)
        if made:
            fields = self._need(model, made)
            return Image({name: fields.get(name) for name in names}, {**versions, **self._stamps(model, [made])})
        empty: dict[str, Any] = dict.fromkeys(names)
        if model == "project.work":
            taken = [i for i, f in self.records(model).items() if f["code"] == arguments["code"]]
            return Image({**empty, "code_taken": bool(taken)}, self._stamps(model, taken))
        billed = [entry for entry in entries if self._need("timesheet.line", entry).get("invoice")]
        return Image({**empty, "already_invoiced": billed}, versions)

    def _stamps(self, model: str, ids: Sequence[str]) -> dict[str, str]:
        return {f"{model},{id_}": self.version(model, id_) or "" for id_ in ids}

    def _need(self, model: str, id_: str) -> dict[str, Any]:
        fields = self.fields(model, id_)
        if fields is None:
            raise NotFound(f"There is no {model} {id_} here.")
        return fields

    def _made(self, reference: str) -> str | None:
        row = self._sql.execute("select id from effect where reference = ?", (reference,)).fetchone()
        return row[0] if row and reference else None

    # The writer's port.

    async def write(
        self, action_type: str, arguments: Mapping[str, Any], *, reference: str, versions: Mapping[str, str]
    ) -> Source:
        """As the port says. It writes as often as it is asked: doing so once is Countersign's business."""
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "unreachable":
            raise ErpUnavailable
        if fault == "refuse":
            raise ErpRefused("The ERP says no.")
        if fault == "raced":
            self._raced(action_type, arguments)
        self.refuse_stale(versions)
        self._sql.execute("begin immediate")
        try:
            model, id_ = self._apply(action_type, arguments, reference, elsewise=fault == "elsewise")
        except BaseException:
            self._sql.execute("rollback")
            raise
        self._sql.execute("commit")
        if fault == "no_answer":
            raise ErpUnavailable
        return Source(self.system, model, id_, self.version(model, id_) or "")

    async def find(self, action_type: str, arguments: Mapping[str, Any], *, reference: str) -> Source | None:  # noqa: ARG002 - of the port
        """As the port says."""
        row = self._sql.execute("select model, id from effect where reference = ?", (reference,)).fetchone()
        return Source(self.system, row[0], row[1], self.version(row[0], row[1]) or "") if row else None

    def refuse_stale(self, versions: Mapping[str, str]) -> None:
        """The ERP's own check of the stamps that a write was approved over."""
        for record, stamp in versions.items():
            model, _, id_ = record.partition(",")
            if self.version(model, id_) != stamp:
                raise ErpStale(f"{record} changed in the meantime.")

    def _raced(self, action_type: str, arguments: Mapping[str, Any]) -> None:
        """A person of the firm saves the same record between Countersign's last look and its write."""
        if action_type in SETS:
            model, key, names = SETS[action_type]
            if self.fields(model, str(arguments[key])) is not None:
                self.put(model, str(arguments[key]), **{names[0]: _foreign(names[0])})

    def _apply(
        self, action_type: str, arguments: Mapping[str, Any], reference: str, *, elsewise: bool
    ) -> tuple[str, str]:
        if action_type in SETS:
            model, key, names = SETS[action_type]
            id_ = str(arguments[key])
            known = self._need(model, id_)
            new = {name: arguments[name] for name in names if arguments.get(name) is not None}
            before = {name: known.get(name) for name in new}
        else:
            model, names = CREATES[action_type]
            id_ = str(len(self.records(model)) + 1)
            new, known = {name: arguments.get(name) for name in names}, {}
            before = self._before_new(action_type, arguments)
            if action_type == "invoice.create_draft":
                self._bill(arguments, id_)
        if elsewise:
            new = {name: _foreign(name) if name in {"po_number", "name", "amount"} else new[name] for name in new}
        self._save(model, id_, {**known, **new})
        asked = plain(dict(arguments))
        self._note(Effect(reference, action_type, model, id_, before, plain(new), self.tick(), asked, elsewise))
        return model, id_

    def _before_new(self, action_type: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in self._image_of_new(action_type, {**arguments, "reference": ""}).fields.items()
            if name in {"code_taken", "already_invoiced"}
        }

    def _bill(self, arguments: Mapping[str, Any], invoice: str) -> None:
        entries = {str(entry): self._need("timesheet.line", str(entry)) for entry in arguments["time_entry_ids"]}
        worth = sum((Decimal(e["hours"]) * Decimal(e["price"]) for e in entries.values()), Decimal(0))
        if worth != Decimal(str(arguments["amount"])):
            raise ErpRefused(f"These time entries are worth {worth}.")
        for id_, fields in entries.items():
            self._save("timesheet.line", id_, {**fields, "invoice": invoice})

    def _note(self, effect: Effect) -> None:
        texts = [json.dumps(plain(part)) for part in (effect.asked, effect.before, effect.after)]
        columns = (effect.reference, effect.type, texts[0], effect.model, effect.id, texts[1], texts[2])
        self._sql.execute(
            "insert into effect (reference, type, arguments, model, id, before, after) values (?, ?, ?, ?, ?, ?, ?)",
            columns,
        )
        self.effects.append(effect)


def _foreign(name: str) -> Any:
    return "0.07" if name == "amount" else {"type": "eu_vat", "code": ELSE} if name == "tax_identifier" else ELSE
