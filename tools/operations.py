"""How Countersign itself is doing: how fresh the ERP's records are, what is frozen, what waits for a person."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.errors import ErpError
from store import actions, circuit, freezes
from tools.tool import Tool, ToolContext, ToolResult

FOR_PEOPLE = ("diverged", "unknown", "failed", "stale")


class OperationsStatus(BaseModel):
    """Nothing to choose."""

    model_config = ConfigDict(extra="forbid")


async def _status(context: ToolContext, _: OperationsStatus) -> ToolResult:
    try:
        read, warnings = (firm := await context.firm.masters()).fetched_at.isoformat(), firm.warnings
    except ErpError as error:
        read, warnings = None, (error.detail,)
    async with context.database.tenant(context.actor.tenant) as connection:
        frozen = await freezes.listing(connection)
        counts = await actions.counts(connection)
        breaker = await circuit.read(connection, context.reader.system)
        written = await actions.last_write(connection)
    frozen_types = [freeze.type or "everything" for freeze in frozen]
    facts = {
        "erp": context.reader.system,
        "erp_read_at": read,
        "erp_warnings": len(warnings),
        "writing": "stopped after failures" if breaker.state == "open" else "possible",
        "frozen": frozen_types,
        "actions_by_state": dict(sorted(counts.items())),
        "need_a_person": sum(counts.get(state, 0) for state in FOR_PEOPLE),
        "last_write": written.isoformat() if written else None,
    }
    rows = (
        (Cell("ERP read at"), Cell(read or "it cannot be read now"), Cell("; ".join(warnings))),
        (Cell("Writing to the ERP"), Cell(facts["writing"]), Cell(f"{breaker.failures} failures in a row")),
        (Cell("Last write"), Cell(facts["last_write"] or "none yet"), Cell("")),
        (Cell("Frozen"), Cell(", ".join(frozen_types) or "nothing", "/freezes"), Cell("")),
        *((Cell("Actions"), Cell(state.replace("_", " ")), Cell(count)) for state, count in sorted(counts.items())),
        (Cell("Need a person"), Cell(facts["need_a_person"], "/execution"), Cell("diverged, unknown, failed or stale")),
    )
    return ToolResult(facts, (Table("Operations", ("", "State", ""), rows),))


OPERATIONS_STATUS = Tool(
    name="operations_status",
    description="How fresh the ERP's records are, whether writing works, what is frozen, which actions need a person.",
    operation=Operation.ACTION_READ,
    arguments=OperationsStatus,
    run=_status,
)
