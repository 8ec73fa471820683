"""What a change of policy does in the database: one more version, over the one that people saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.arguments import policy_digests
from actions.rulebook import files_of
from domain.actions import Image
from domain.canonical import digest
from domain.errors import ErpStale
from domain.source import Source
from store import rulebook
from store.database import Connection

SYSTEM = "countersign"


class PolicyChange:
    """`policy.change`: arguments `files` (text by name) and the digest of each, under the name that reviewers read."""

    async def image(self, connection: Connection, arguments: Mapping[str, Any]) -> Image:
        """The digest of each file in force, and their texts; after the write those of the version that it made."""
        number = (await rulebook.in_force(connection)).version
        if (reference := arguments.get("reference")) is not None:
            number = await rulebook.installed_by(connection, str(reference)) or number
        texts = await files_of(connection, number)
        return Image(
            {**policy_digests(texts), "files": texts, "version": number},
            {SYSTEM + ".policy": str(number)},
        )

    async def write(
        self, connection: Connection, arguments: Mapping[str, Any], *, reference: str, versions: Mapping[str, str]
    ) -> Source:
        """Install the next version. Raises ErpStale when another came first."""
        number = (await rulebook.in_force(connection)).version
        if versions.get(SYSTEM + ".policy") != str(number):
            raise ErpStale("Another change of policy came first; look at this one again over the policy of now.")
        files: dict[str, str] = dict(arguments["files"])
        await rulebook.install(connection, number + 1, files, digest(files), reference)
        return _record(number + 1)

    async def find(self, connection: Connection, reference: str) -> Source | None:
        """The version that this action installed."""
        number = await rulebook.installed_by(connection, reference)
        return None if number is None else _record(number)


POLICY_CHANGE = PolicyChange()


def _record(number: int) -> Source:
    return Source(SYSTEM, "policy", str(number), str(number), label=f"Policy version {number}", url="/policy")
