"""Waiving a rule for a project is an action: proposed with its reason and last day, and approved by somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.actions import Image
from domain.errors import ErpStale, NotFound
from domain.source import Source
from store import waivers
from store.database import Connection
from store.waivers import WaiverRow

SYSTEM = "countersign"
WAIVE, END = "finding.waive", "finding.end_waiver"
LONGEST_DAYS = 366  # a rule that is waived for longer is not meant to hold: switch it off by policy instead


class Waive:
    """`finding.waive`: from then on the rule does not hold back the project, up to and including the day `until`."""

    async def image(self, connection: Connection, arguments: Mapping[str, Any]) -> Image:
        """The waiver of this project and rule as it is; a later one replaces an earlier."""
        project, rule = str(arguments["project_id"]), str(arguments["rule"])
        found = await waivers.latest(connection, project, rule)
        fields = {"until": None, "reason": None, "amount": None, "currency": None}
        if found is not None:
            fields = {
                "until": found.until.isoformat(),
                "reason": found.reason,
                "amount": format(found.amount.amount, "f"),
                "currency": found.amount.currency,
            }
        return Image(fields, {_key(project, rule): found.id if found else "none"})

    async def write(
        self, connection: Connection, arguments: Mapping[str, Any], *, reference: str, versions: Mapping[str, str]
    ) -> Source:
        """Make the waiver. Raises ErpStale when another of the same project and rule came first."""
        project, rule = str(arguments["project_id"]), str(arguments["rule"])
        before = await waivers.latest(connection, project, rule)
        if versions.get(_key(project, rule)) != (before.id if before else "none"):
            raise ErpStale("The rule was waived for this project meanwhile; look at it again.")
        await waivers.add(connection, reference, arguments)
        return _record(reference, rule)

    async def find(self, connection: Connection, reference: str) -> Source | None:
        """The waiver that this action made."""
        found = await waivers.one(connection, reference)
        return None if found is None else _record(found[0].id, found[0].rule)


class EndWaiver:
    """`finding.end_waiver`: the rule holds again at once."""

    async def image(self, connection: Connection, arguments: Mapping[str, Any]) -> Image:
        """Whether the waiver holds. Raises NotFound."""
        found, ended = await self._found(connection, arguments)
        state = "ended" if ended else "in force"
        return Image({"state": state}, {f"{SYSTEM}.waiver,{found.id}": state})

    async def write(
        self, connection: Connection, arguments: Mapping[str, Any], *, reference: str, versions: Mapping[str, str]
    ) -> Source:
        """End it. Raises ErpStale when it had ended."""
        del versions  # a waiver has two states, and leaves the first only once
        if not await waivers.end(connection, str(arguments["waiver"]), reference):
            raise ErpStale("This waiver was ended already.")
        return _record(str(arguments["waiver"]), str(arguments["rule"]))

    async def find(self, connection: Connection, reference: str) -> Source | None:
        """The waiver that this action ended."""
        ended = await waivers.ended_by(connection, reference)
        found = await waivers.one(connection, ended) if ended else None
        return None if found is None else _record(found[0].id, found[0].rule)

    async def _found(self, connection: Connection, arguments: Mapping[str, Any]) -> tuple[WaiverRow, bool]:
        found = await waivers.one(connection, str(arguments["waiver"]))
        if found is None or (found[0].project, found[0].rule) != (arguments["project_id"], arguments["rule"]):
            raise NotFound("There is no such waiver of this rule and project.")
        return found


WAIVING = Waive()
ENDING = EndWaiver()


def _key(project: str, rule: str) -> str:
    return f"{SYSTEM}.waiver,{project},{rule}"


def _record(waiver: str, rule: str) -> Source:
    return Source(SYSTEM, "waiver", waiver, "made", label=f"Waiver of {rule}", url=f"/actions/{waiver}")
