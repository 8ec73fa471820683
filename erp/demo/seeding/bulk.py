"""Many records at once, as the system itself: proteus saves one by one, and as a person who may not number projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from proteus import Model
from proteus.config import get_config
from trytond.transaction import Transaction, TransactionError

BATCH = 500
T = TypeVar("T")


def model(name: str) -> Any:
    """Proteus' class of a model, through which single records are made as a person would in Tryton's client."""
    return Model.get(name)


def create(name: str, values: Sequence[Mapping[str, Any]]) -> list[int]:
    """Create records of one model; their ids in order."""
    created: list[int] = []
    for start in range(0, len(values), BATCH):
        batch = [dict(row) for row in values[start : start + BATCH]]
        created += _run(lambda batch=batch: [record.id for record in _model(name).create(batch)])
    return created


def write(name: str, *changes: tuple[Sequence[int], Mapping[str, Any]]) -> None:
    """Change records of one model: all changes in one transaction."""
    if changes:
        _run(lambda: _model(name).write(*_arguments(name, changes)))


def _arguments(name: str, changes: Sequence[tuple[Sequence[int], Mapping[str, Any]]]) -> list[Any]:
    arguments: list[Any] = []
    for ids, values in changes:
        arguments += [_model(name).browse(list(ids)), dict(values)]
    return arguments


def click(name: str, ids: Sequence[int], button: str) -> None:
    """Press a button on all records."""
    if ids:
        _run(lambda: getattr(_model(name), button)(_model(name).browse(list(ids))))


def children(name: str, parent: str, ids: Sequence[int]) -> dict[int, list[int]]:
    """The ids of the records whose field `parent` points at each of these, in order of id."""

    def read() -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for record in _model(name).search([(parent, "in", list(ids))], order=[("id", "ASC")]):
            found.setdefault(getattr(record, parent).id, []).append(record.id)
        return found

    return _run(read)


def _run(work: Callable[[], T]) -> T:
    """Do the work in one transaction, begun anew with the locks that Tryton then finds it needs."""
    config, locks = get_config(), dict[str, Any]()
    while True:
        with Transaction().start(config.database_name, 0, context=config.context, **locks) as transaction:
            try:
                result = work()
                transaction.commit()
            except TransactionError as error:
                transaction.rollback()
                error.fix(locks)
            else:
                return result


def _model(name: str) -> Any:
    return get_config().pool.get(name)
