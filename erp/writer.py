"""What the worker, and nobody else, may change in an ERP: one governed write per approved action.

The fence against a late write stands in the ERP itself, because nothing on our side can hold back a packet that was
sent: a write names its attempt and the time by which it must begin, and settling closes all attempts so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from domain.source import Source


class ErpWriter(Protocol):
    """The worker's connection. `api/wiring.py` hands it to the worker; import rules keep it from agent and tools."""

    system: str

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
        """Carry out one action in one ERP transaction, marked with `reference` (the action's id).

        `versions` are the stamps of the before-image: the ERP itself refuses if a record moved (ErpStale). Raises
        ErpRefused (nothing was written), ErpClosed (this attempt wrote nothing and never will: it came after
        `deadline`, or its number was settled), ErpNotReached (nothing was sent), ErpUnavailable (not known).
        """
        ...

    async def settle(self, reference: str, *, attempt: int) -> Source | None:
        """The record that an attempt with this reference wrote. None: none did, and from now on the ERP refuses every
        attempt up to this one, so that a write still on its way cannot take effect after the answer.

        Safe to ask any number of times. Raises ErpUnavailable, ErpRefused or ErpError.
        """
        ...
