"""Countersign's accounts are no people: they have no preferences to change, not even their own password."""

from __future__ import annotations

from typing import Any

from trytond.model.exceptions import AccessError
from trytond.pool import Pool, PoolMeta

GROUPS = ("group_reader", "group_worker")


def in_group(name: str) -> bool:
    """Whether the user of this request is in one of the module's groups."""
    pool = Pool()
    return pool.get("ir.model.data").get_id("countersign", name) in pool.get("res.user").get_groups()


class User(metaclass=PoolMeta):
    """Refuses what Tryton otherwise lets every user do without asking for access rights."""

    __name__ = "res.user"

    @classmethod
    def set_preferences(cls, values: dict[str, Any]) -> None:
        """Change the user's own preferences, unless it is an account of ours."""
        if any(in_group(group) for group in GROUPS):
            raise AccessError("Countersign's accounts are changed by an administrator only.")
        parent: Any = super()
        parent.set_preferences(values)
