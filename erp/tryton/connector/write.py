"""The two methods that the worker calls. One row per reference is the proof of a write and the fence against others.

A row with a record says that the action took effect: asked for again, nothing changes. A row without one says up to
which attempt the reference is closed: a write that was on its way when its end was looked up is refused on arrival.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from trytond.exceptions import TrytonException
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.model.exceptions import AccessError, SQLConstraintError
from trytond.pool import Pool
from trytond.rpc import RPC
from trytond.transaction import Transaction, without_check_access

from erp.tryton.connector.handlers import HANDLERS
from erp.tryton.connector.user import in_group


class Closed(TrytonException):
    """This attempt may not write any more; nothing was written."""

    def __init__(self, message: str) -> None:
        super().__init__("countersign.closed", message)


class Busy(TrytonException):
    """Another request for the same reference was faster; what came of it must be looked up."""

    def __init__(self) -> None:
        super().__init__("countersign.busy", "Another request for this action is under way in Tryton.")


class Write(ModelSQL, ModelView):
    """An action's id in Countersign, with the record that it wrote ("model,id"), or the attempts closed without one."""

    __name__ = "countersign.write"

    reference = fields.Char("Reference", required=True, readonly=True)
    action = fields.Char("Action", readonly=True)
    record = fields.Char("Record", readonly=True)
    closed = fields.Integer("Closed up to attempt", required=True, readonly=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ("reference_unique", Unique(table, table.reference), "countersign.msg_reference_unique"),
        ]
        cls.__rpc__["execute"] = RPC(readonly=False)
        cls.__rpc__["settle"] = RPC(readonly=False)

    @classmethod
    def execute(cls, action: str, arguments: dict[str, Any], reference: str, attempt: int, deadline: str) -> str:
        """Carry out one action and log its reference, both or neither; a known reference changes nothing again.

        Refused when `attempt` was closed, or when it is later than `deadline` (ISO 8601, UTC) by this server's clock.
        The stamps in the request's `_timestamp` are checked by Tryton as it writes each of those records.
        """
        _only_the_worker()
        unchecked: Any = without_check_access()
        with unchecked:
            row = _held(cls, reference)
            if row.record:
                return str(row.record)
            _must_be_open(row, attempt, datetime.fromisoformat(deadline))
            record = HANDLERS[action](Pool(), arguments)
            name = f"{record.__name__},{record.id}"
            cls.write([row], {"action": action, "record": name})
            _note(record, action, reference)
            return name

    @classmethod
    def settle(cls, reference: str, attempt: int) -> str | None:
        """The record that was written under this reference; None after closing it for every attempt up to this one."""
        _only_the_worker()
        unchecked: Any = without_check_access()
        with unchecked:
            row = _held(cls, reference)
            if row.record:
                return str(row.record)
            if row.closed < attempt:
                cls.write([row], {"closed": attempt})
            return None


def _only_the_worker() -> None:
    if Transaction().user and not in_group("group_worker"):
        raise AccessError("Only Countersign's worker may carry out actions.")


def _held(log: Any, reference: str) -> Any:
    """The reference's row, held until this transaction ends. Written before it is read: SQLite locks only then."""
    table = log.__table__()
    connection: Any = Transaction().connection
    cursor = connection.cursor()
    cursor.execute(*table.update([table.reference], [reference], where=table.reference == reference))
    if found := log.search([("reference", "=", reference)], limit=1):
        return found[0]
    try:
        (made,) = log.create([{"reference": reference, "closed": 0}])
    except SQLConstraintError as error:
        raise Busy from error
    return made


def _must_be_open(row: Any, attempt: int, deadline: datetime) -> None:
    if attempt <= row.closed:
        raise Closed(f"Attempt {attempt} was closed in Tryton before this request for it arrived.")
    if datetime.now(UTC) > deadline:
        raise Closed(f"The request of attempt {attempt} arrived after its time was up.")


def _note(record: Any, action: str, reference: str) -> None:
    """Tell people who look at the record in Tryton where the change came from; a note never appears on a document."""
    message = f"Countersign carried out {action} after approval (action {reference})."
    Pool().get("ir.note").create([{"resource": f"{record.__name__},{record.id}", "message": message}])
