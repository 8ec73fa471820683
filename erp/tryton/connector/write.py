"""The two methods that the worker calls, the log of what they wrote, and the fence that refuses what comes too late.

A row of the log says that an action took effect: asked for again, nothing changes. A row of the fence says up to which
attempt an action is closed: a write that was on its way when its end was looked up is refused on arrival. Both methods
hold the action's row of the fence until their transaction ends, so that one of them is always first.
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


class Fence(ModelSQL):
    """An action's id in Countersign, and the attempts that may not write any more: all up to this number."""

    __name__ = "countersign.fence"

    reference = fields.Char("Reference", required=True, readonly=True)
    closed = fields.Integer("Closed up to attempt", required=True, readonly=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ("reference_unique", Unique(table, table.reference), "countersign.msg_reference_unique"),
        ]


class Write(ModelSQL, ModelView):
    """An action that took effect: its id in Countersign, the record that it wrote ("model,id"), and what it made
    besides, parted by spaces.
    """

    __name__ = "countersign.write"

    reference = fields.Char("Reference", required=True, readonly=True)
    action = fields.Char("Action", required=True, readonly=True)
    record = fields.Char("Record", required=True, readonly=True)
    also = fields.Char("Made besides", readonly=True)

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
            fence = _held(reference)
            if done := _written(cls, reference):
                return done
            _must_be_open(fence, attempt, datetime.fromisoformat(deadline))
            written = HANDLERS[action](Pool(), arguments)
            records = written if isinstance(written, list) else [written]
            name, *also = [f"{record.__name__},{record.id}" for record in records]
            log = {"reference": reference, "action": action, "record": name, "also": " ".join(also) or None}
            cls.create([log])
            _note(name, f"Countersign carried out {action} after approval (action {reference}).")
            for made in also:
                _note(made, f"Countersign made this with {name}, by {action} after approval (action {reference}).")
            return name

    @classmethod
    def settle(cls, reference: str, attempt: int) -> str | None:
        """The record that was written under this reference; None after closing it for every attempt up to this one."""
        _only_the_worker()
        unchecked: Any = without_check_access()
        with unchecked:
            fence = _held(reference)
            done = _written(cls, reference)
            if done is None and fence.closed < attempt:
                fence.closed = attempt
                fence.save()
            return done


def _only_the_worker() -> None:
    if Transaction().user and not in_group("group_worker"):
        raise AccessError("Only Countersign's worker may carry out actions.")


def _held(reference: str) -> Any:
    """The reference's row of the fence, held until this transaction ends: written before it is read, as SQLite locks
    only then.
    """
    model: Any = Pool().get("countersign.fence")
    table = model.__table__()
    connection: Any = Transaction().connection
    cursor = connection.cursor()
    cursor.execute(*table.update([table.reference], [reference], where=table.reference == reference))
    if found := model.search([("reference", "=", reference)], limit=1):
        return found[0]
    try:
        (made,) = model.create([{"reference": reference, "closed": 0}])
    except SQLConstraintError as error:
        raise Busy from error
    return made


def _written(log: Any, reference: str) -> str | None:
    done = log.search([("reference", "=", reference)], limit=1)
    return str(done[0].record) if done else None


def _must_be_open(fence: Any, attempt: int, deadline: datetime) -> None:
    if attempt <= fence.closed:
        raise Closed(f"Attempt {attempt} was closed in Tryton before this request for it arrived.")
    if datetime.now(UTC) > deadline:
        raise Closed(f"The request of attempt {attempt} arrived after its time was up.")


def _note(record: str, message: str) -> None:
    """Tell people who look at the record in Tryton where the change came from; a note never appears on a document."""
    Pool().get("ir.note").create([{"resource": record, "message": message}])
