"""An audit log to be measured or tampered with: a PostgreSQL of its own, one tenant, a key, and a folder of copies."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.actor import Actor, Role
from store import audit
from store.bundle import write_bundle
from store.copies import Folder
from store.database import Database
from store.embedded import EmbeddedPostgres, embedded_postgres
from store.migrate import migrate
from store.note import Checkpoint, signing_key
from store.receipts import Receipts
from store.seal import seal
from store.superuser import crowd, execute, keep_tables, restore_tables
from store.tenants import add_tenant, ensure_database
from store.verification import Verification, verify

TENANT = "northlight"
FOLDERS = ("copies", "receipts")
TABLES = ("audit_entry", "audit_text", "audit_leaf", "audit_node", "audit_checkpoint")
ANN = Actor(TENANT, "ann", "Ann", frozenset({Role.APPROVER}))


@dataclass(frozen=True)
class LogStand:
    """A database of one tenant with the copies of its checkpoints and the receipts of its entries."""

    server: EmbeddedPostgres
    name: str
    place: Path
    key: Ed25519PrivateKey
    database: Database
    receipts: Receipts | None

    @property
    def app_url(self) -> str:
        """The application's way in."""
        return self.server.app_url(self.name)

    @property
    def copies(self) -> Folder:
        """Where its checkpoints are copied to."""
        return Folder(self.place / "copies")

    async def write(self, count: int, *, first: int = 0) -> None:
        """Entries by the product's own function, every tenth with someone's words."""
        async with self.database.tenant(TENANT) as connection:
            for number in range(first, first + count):
                facts = {"n": number, "policy": "0" * 64, **({"reason": f"Words {number}"} if number % 10 == 0 else {})}
                await audit.append(connection, ANN, "action.approved", f"action:{number}", facts)

    def crowd(self, count: int) -> None:
        """Very many entries, faster than any application writes them."""
        crowd(self.server.owner_url(self.name), TENANT, count)

    async def seal(self) -> Checkpoint | None:
        """A checkpoint over what is there."""
        return await seal(self.database, TENANT, self.key, self.copies, self.receipts)

    async def verify(self) -> Verification:
        """All of it, checked."""
        return await verify(self.database, TENANT, self.key.public_key(), self.copies, self.receipts)

    async def bundle(self) -> Path:
        """The log as an archive."""
        path = self.place / "log.zip"
        with path.open("w+b") as target:
            async with self.database.tenant(TENANT) as connection:
                await write_bundle(connection, TENANT, self.key.public_key(), target, at=datetime.now(UTC))
        return path

    def tamper(self, statements: str) -> None:
        """Run SQL as a superuser who has switched every trigger off."""
        execute(self.server.owner_url(self.name), "set session_replication_role = replica;" + statements)

    def keep(self) -> None:
        """Remember the log as it is now, for `restore`."""
        keep_tables(self.server.owner_url(self.name), TABLES)
        shutil.rmtree(self.place / "kept", ignore_errors=True)
        for folder in FOLDERS:
            shutil.copytree(self.place / folder, self.place / "kept" / folder)

    def restore(self) -> None:
        """Make the log what it was, whatever was done to it."""
        restore_tables(self.server.owner_url(self.name), TABLES)
        if self.receipts:
            self.receipts.close()
        for folder in FOLDERS:
            shutil.rmtree(self.place / folder, ignore_errors=True)
            shutil.copytree(self.place / "kept" / folder, self.place / folder)


@asynccontextmanager
async def log_stand(place: Path) -> AsyncGenerator[LogStand]:
    """An empty log."""
    with embedded_postgres(place / "pg" / "data") as server:
        ensure_database(server.owner_url("postgres"), "countersign")
        migrate(server.owner_url("countersign"))
        add_tenant(server.owner_url("countersign"), TENANT, name="Northlight Consulting", base_currency="EUR")
        receipts = Receipts(place / "log" / "receipts")
        async with Database(server.worker_url("countersign"), max_size=4, receipts=receipts) as database:
            yield LogStand(server, "countersign", place / "log", signing_key(place / "keys"), database, receipts)
