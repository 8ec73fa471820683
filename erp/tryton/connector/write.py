"""The one method that the worker calls. Its log of references makes a write that is asked for twice happen once."""

from __future__ import annotations

from typing import Any

from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.rpc import RPC
from trytond.transaction import Transaction, without_check_access

from erp.tryton.connector.handlers import HANDLERS
from erp.tryton.connector.user import in_group


class Write(ModelSQL, ModelView):
    """An action that took effect: its id in Countersign, and the record that it wrote ("model,id")."""

    __name__ = "countersign.write"

    reference = fields.Char("Reference", required=True, readonly=True)
    action = fields.Char("Action", required=True, readonly=True)
    record = fields.Char("Record", required=True, readonly=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ("reference_unique", Unique(table, table.reference), "countersign.msg_reference_unique"),
        ]
        cls.__rpc__["execute"] = RPC(readonly=False)

    @classmethod
    def execute(cls, action: str, arguments: dict[str, Any], reference: str) -> str:
        """Carry out one action and log its reference, both or neither; a known reference changes nothing again.

        The stamps in the request's `_timestamp` are checked by Tryton as it writes each of those records.
        """
        if Transaction().user and not in_group("group_worker"):
            raise AccessError("Only Countersign's worker may carry out actions.")
        unchecked: Any = without_check_access()
        with unchecked:
            return _once(cls, action, arguments, reference)


def _once(log: Any, action: str, arguments: dict[str, Any], reference: str) -> str:
    done = log.search([("reference", "=", reference)], limit=1)
    if done:
        return str(done[0].record)
    record = HANDLERS[action](Pool(), arguments)
    name = f"{record.__name__},{record.id}"
    log.create([{"reference": reference, "action": action, "record": name}])
    _note(record, action, reference)
    return name


def _note(record: Any, action: str, reference: str) -> None:
    """Tell people who look at the record in Tryton where the change came from; a note never appears on a document."""
    message = f"Countersign carried out {action} after approval (action {reference})."
    Pool().get("ir.note").create([{"resource": f"{record.__name__},{record.id}", "message": message}])
