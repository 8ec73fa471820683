"""Canonical JSON (RFC 8785) and its SHA-256 digest: what people sign, policies pin and the audit log names."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import rfc8785


def plain(value: Any) -> Any:
    """The JSON of a record: dataclasses as objects, Decimal as strings, dates ISO 8601, enums by value.

    Raises TypeError for anything else, so that nothing is ever signed by its `repr`.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


def canonical(value: Any) -> bytes:
    """The RFC 8785 serialisation of `plain(value)`."""
    return rfc8785.dumps(plain(value))


def digest(value: Any) -> str:
    """Lower-case hexadecimal SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(value)).hexdigest()
