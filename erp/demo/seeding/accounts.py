"""The accounts of the demo firm's Tryton: one may read an allow-list, one may also call the connector, one administers.

Tryton allows by default: a user without any group could write 191 of its 380 models. So each of our groups gets a row
for every single model, and the rows that grant something to everybody are taken back.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from proteus.config import get_config

from erp.demo.seeding import bulk
from erp.demo.seeding.masters import Masters
from erp.demo.server import GIVEN_PASSWORDS
from erp.tryton.tables import ALSO_READ, TABLES

READER, WORKER, ADMINISTRATOR = "countersign_reader", "countersign_worker", "admin"
GROUPS = {READER: "group_reader", WORKER: "group_worker"}
PERMISSIONS = ("perm_read", "perm_write", "perm_create", "perm_delete")


def seed_accounts(masters: Masters, database: str, file: Path) -> None:
    """Make the accounts with random passwords, or given ones, and note these in a file that only its owner can read."""
    passwords = {login: secrets.token_urlsafe(24) for login in (READER, WORKER, ADMINISTRATOR)}
    passwords |= json.loads(os.environ.get(GIVEN_PASSWORDS, "{}"))
    readable = {*TABLES, *ALSO_READ}
    groups = {login: _group(name, get_config()) for login, name in GROUPS.items()}
    _withdraw_from_everybody()
    models = sorted(row.name for row in bulk.model("ir.model").find())
    for group in groups.values():
        bulk.create("ir.model.access", [_row(model, group, readable) for model in models])
    for login, group in groups.items():
        _user(login, passwords[login], group, masters)
    administrator = bulk.model("res.user").find([("login", "=", ADMINISTRATOR)])[0]
    bulk.write("res.user", ([administrator.id], {"password": passwords[ADMINISTRATOR]}))
    _note(passwords, database, file)


def _group(name: str, config: Any) -> int:
    return bulk.model("ir.model.data").get_id(f"countersign.{name}", config.context)


def _withdraw_from_everybody() -> None:
    everybody = [row.id for row in bulk.model("ir.model.access").find([("group", "=", None)])]
    bulk.write("ir.model.access", (everybody, dict.fromkeys(PERMISSIONS, False)))


def _row(model: str, group: int, readable: set[str]) -> dict[str, Any]:
    return {**dict.fromkeys(PERMISSIONS, False), "model": model, "group": group, "perm_read": model in readable}


def _user(login: str, password: str, group: int, masters: Masters) -> None:
    values = {
        "name": login.replace("_", " ").capitalize(),
        "login": login,
        "password": password,
        "groups": [("add", [group])],
        "companies": [("add", [masters.company])],
        "company": masters.company,
    }
    bulk.create("res.user", [values])


def _note(passwords: dict[str, str], database: str, file: Path) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)
    with os.fdopen(handle, "w") as stream:
        json.dump({"database": database, "passwords": passwords}, stream)
