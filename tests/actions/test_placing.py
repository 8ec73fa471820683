"""Whose an edited proposal is: what reading the whole ERP anew would say, without reading it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.placing import moved, placed
from domain.actions import Intent
from tests.unit.prerequisites.records import Small

FIRM = Small().firm()
EXISTING = {"code": "CLD-UKI-1002", "name": "Quays", "customer_id": "c1", "contract_id": "k1", "billing": "timesheet"}
NEW = {"code": "CLD-UKI-1002", "name": "Quays", "customer_name": "Hollow Oak Water plc", "billing": "timesheet"}


@pytest.mark.parametrize(
    ("arguments", "edited"),
    [
        (EXISTING, {"code": "ADV-DACH-1002"}),
        (EXISTING, {"code": "no code of ours"}),
        (EXISTING, {"customer_name": "Somebody Else"}),  # the customer that is there goes before
        (NEW, {"customer_name": "Hollow Oak Water DAC"}),
        (NEW, {"customer_name": "Hollow\u202eOak", "code": "DAT-UKI-1002"}),
        (NEW, {"customer_name": ""}),
        (NEW, {"name": "Quays II"}),
    ],
)
def test_an_edit_is_placed_as_the_whole_erp_would_place_it(arguments: dict[str, str], edited: dict[str, str]) -> None:
    old = placed(Intent("engagement.set_up", arguments, "Set up", ()), FIRM)
    new = replace(old, arguments={**arguments, **edited})
    assert moved(old, new) == placed(new, FIRM)
