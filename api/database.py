"""The database as every process of an installation opens it: with receipts of the audit entries that it writes."""

from __future__ import annotations

from api.settings import Settings
from store.database import Database
from store.receipts import Receipts


def open_database(settings: Settings, *, max_size: int = 10) -> Database:
    """A pool; use it as an async context manager. Raises ConfigurationError when no URL is set."""
    return Database(settings.need("database_url"), max_size=max_size, receipts=receipts_of(settings))


def receipts_of(settings: Settings) -> Receipts | None:
    """Where entries are noted until they are sealed; None where this is switched off."""
    return Receipts(settings.home / "receipts") if settings.audit_receipts else None
