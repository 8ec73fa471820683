"""What one may want to ask next: known tools, the same subject, and nothing that is not offered."""

from __future__ import annotations

from agent.follow_ups import follow_ups, table
from tools.registry import TOOLS

NAMES = frozenset(tool.name for tool in TOOLS)


def test_what_may_be_asked_next_is_known_and_of_the_same_subject() -> None:
    assert {name for name, said in table().items() for name in (name, *(one.leads for one in said))} <= NAMES
    ready = {"name": "project_readiness", "args": {"project": "CLD-UKI-1001"}, "facts": {"status": "blocked"}}
    assert follow_ups([ready], NAMES)[0] == "Fix CLD-UKI-1001"
    assert "Fix CLD-UKI-1001" not in follow_ups([ready | {"facts": {"status": "billable"}}], NAMES)
    assert "Fix CLD-UKI-1001" not in follow_ups([ready], NAMES - {"propose_fix"})
    assert follow_ups([{"name": "sow_terms", "args": {}, "facts": {}}], NAMES) == ("Which SOWs differ from the ERP?",)
    assert follow_ups([], NAMES) == ()
