"""What the worker, and nobody else, may change in an ERP: one governed write per approved action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from domain.source import Source


class ErpWriter(Protocol):
    """The worker's connection. `api/wiring.py` hands it to the worker; import rules keep it from agent and tools."""

    async def write(
        self, action_type: str, arguments: Mapping[str, Any], *, reference: str, versions: Mapping[str, str]
    ) -> Source:
        """Carry out one action in one ERP transaction, marked with `reference` (the action's id).

        `versions` are the stamps of the before-image: the ERP itself refuses if a record moved (ErpStale).
        Raises ErpRefused (nothing was written), ErpUnavailable (not known whether it was written).
        """
        ...

    async def find(self, action_type: str, arguments: Mapping[str, Any], *, reference: str) -> Source | None:
        """The record that an earlier attempt with this reference wrote, or None if no attempt took effect."""
        ...
