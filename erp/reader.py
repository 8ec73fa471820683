"""What Countersign may learn from an ERP. The reader's account is read-only in the ERP itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from domain.actions import Image
from domain.records import Firm


class Images(Protocol):
    """What proposing and reading back need of a system of record."""

    system: str

    async def image(self, action_type: str, arguments: Mapping[str, Any]) -> Image:
        """The present state of exactly the fields that this action would change, with version stamps.

        Read before a proposal, before its execution and after it. Raises NotFound if what it acts on is not there.
        """
        ...


class ErpReader(Images, Protocol):
    """A read-only connection to one company in one ERP.

    Every method raises ErpUnavailable (not reachable), ErpRefused (not permitted) or ErpError (nonsense answered).
    """

    async def firm(self) -> Firm:
        """All records that readiness needs, read in pages."""
        ...

    async def attachment(self, attachment_id: str) -> bytes:
        """The content of a file held with a record."""
        ...
