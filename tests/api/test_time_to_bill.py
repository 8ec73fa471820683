"""Time to bill over HTTP and on its page: the same figures, by any grouping."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio
GROUPS = {"practice": "CLD", "region": "UKI", "customer": "Fenwick Ports plc", "project": "CLD-UKI-1001"}


@pytest.mark.parametrize(("by", "key"), GROUPS.items())
async def test_each_grouping_has_the_same_whole(door, by: str, key: str) -> None:
    client = await door.of("finn")
    found = (await client.get("/v1/time-to-bill", params={"group_by": by, "months": 36})).json()
    assert [group[by] for group in found["groups"]] == [key]
    (group,) = found["groups"]
    assert {name: value for name, value in group.items() if name != by} == found["whole"]
    assert float(group["open_hours"]) == 20  # 8 + 4 in October, 8 in November; the two hours are not billable
    parts = sum(float(days) for days in group["open_days_by_stage"].values())
    assert parts == pytest.approx(float(group["open_age_days"]), abs=0.2)
    page = await client.get("/time-to-bill", params={"group_by": by, "months": 36})
    assert page.status_code == 200
    assert group["open_age_days"] in page.text


async def test_nothing_of_another_customer_and_no_other_grouping(door) -> None:
    client = await door.of("finn")
    assert (await client.get("/v1/time-to-bill", params={"customer": "Nobody"})).status_code == 404
    assert (await client.get("/v1/time-to-bill", params={"group_by": "weather"})).status_code == 422
    assert (await client.get("/time-to-bill", params={"practice": "DAT"})).status_code == 200
