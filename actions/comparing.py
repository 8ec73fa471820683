"""An intent's arguments beside the ERP's state: made canonical, what they would change, whether they came true."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from actions.catalogue import known
from domain.actions import FieldChange, Image, Intent
from domain.canonical import canonical
from domain.errors import InvalidInput
from domain.visible import readable

# Amounts that the ERP may hand back with another number of decimals.
DECIMALS = frozenset({"amount", "hours", "price", "quantity"})
FEW = 5  # problems that are told of at once


def normalised(intent: Intent) -> Intent:
    """The intent with checked, canonical arguments, and the amount that follows from them rather than a stated one.

    Raises InvalidInput naming the field that is wrong.
    """
    kind = known(intent.action_type)
    try:
        arguments = kind.arguments.model_validate(dict(intent.arguments))
    except ValidationError as error:
        found = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors(include_input=False)]
        wrong = "; ".join([*found[:FEW], *([f"and {len(found) - FEW} more"] if len(found) > FEW else [])])
        raise InvalidInput(f"The arguments of {kind.name} cannot be used: {wrong}") from error
    as_json = arguments.model_dump(mode="json")
    if b"\\u0000" in canonical(intent):
        raise InvalidInput("The proposal's text holds a character that cannot be stored.")
    if not any(as_json.get(name) is not None for name in kind.labels):
        raise InvalidInput("The proposal would change nothing.")
    return dataclasses.replace(
        intent,
        arguments=as_json,
        amount=kind.amount(arguments),
        summary=readable(intent.summary),
        reasons=tuple(map(readable, intent.reasons)),
        customer=readable(intent.customer) if intent.customer else None,
    )


def changes(action_type: str, arguments: Mapping[str, Any], before: Image) -> tuple[FieldChange, ...]:
    """What would be different afterwards, field by field; an argument that is None leaves its field alone."""
    return tuple(
        FieldChange(name, label, before.fields.get(name), arguments[name])
        for name, label in known(action_type).labels.items()
        if not fulfilled(name, arguments.get(name), before.fields.get(name))
    )


def differences(action_type: str, arguments: Mapping[str, Any], after: Image) -> tuple[FieldChange, ...]:
    """Where the ERP, read back, differs: `before` is what was approved, `after` what is there."""
    return tuple(
        FieldChange(name, label, arguments[name], after.fields.get(name))
        for name, label in known(action_type).labels.items()
        if not fulfilled(name, arguments.get(name), after.fields.get(name))
    )


def fulfilled(name: str, wanted: Any, found: Any) -> bool:
    """Whether the ERP's value is the wanted one. None asks for nothing, an empty text or list for emptiness; amounts
    count by value, tasks in any order.
    """
    if wanted is None:
        return True
    if wanted in ("", [], ()):
        return found in (None, "", [], ())
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(fulfilled(key, wanted[key], found.get(key)) for key in wanted)
    if isinstance(wanted, list | tuple):
        return isinstance(found, list | tuple) and len(wanted) == len(found) and _paired(name, wanted, list(found))
    if name in DECIMALS and found is not None:
        return Decimal(str(wanted)) == Decimal(str(found))
    return bool(wanted == found)


def _paired(name: str, wanted: Sequence[Any], found: list[Any]) -> bool:
    for item in wanted:
        match = next((index for index, other in enumerate(found) if fulfilled(name, item, other)), None)
        if match is None:
            return False
        del found[match]
    return True
