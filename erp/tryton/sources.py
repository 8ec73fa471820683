"""How a Tryton record is cited: system, model, id and the `_timestamp` that a later write is checked against."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.source import Source

SYSTEM = "tryton"


def source(model: str, row: Mapping[str, Any], fetched_at: datetime | None, label: str | None = None) -> Source:
    """The source of one record. Tryton has no web page per record (its desktop client has), so no url."""
    return Source(
        system=SYSTEM,
        model=model,
        id=str(row["id"]),
        version=row.get("_timestamp") or "",
        fetched_at=fetched_at,
        label=label or f"{model} {row['id']}",
    )
