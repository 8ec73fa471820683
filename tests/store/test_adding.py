"""Firms and people as an operator adds them on the server: what cannot be is refused in words that say what to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from domain.actor import Role
from store import people
from store.database import Database
from store.people import PersonRefused
from store.tenants import TenantRefused, add_tenant

pytestmark = pytest.mark.anyio


async def added(database: Database, tenant: str = "alpha", **changed: Any) -> str:
    person: dict[str, Any] = {"email": "eve@alpha.example", "name": "Eve", "approval_limit": None} | changed
    async with database.tenant(tenant) as connection:
        return await people.add(connection, tenant, password_hash="x", roles=(Role.FINANCE,), **person)


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"email": "eve"}, "no e-mail address"),
        ({"email": " "}, "no e-mail address"),
        ({"name": " "}, "needs a name"),
        ({"approval_limit": Decimal(-1)}, "cannot be negative"),
        ({"tenant": "nowhere"}, "--tenant-name"),
        ({"email": "EVE@alpha.example "}, "of their own"),
    ],
)
async def test_a_person_that_cannot_be_is_refused_with_advice(
    database: Database, database_urls: tuple[str, str], changed: dict[str, Any], advice: str
) -> None:
    add_tenant(database_urls[0], "alpha", name="Alpha", base_currency="EUR")
    if "of their own" in advice:
        await added(database)
    with pytest.raises(PersonRefused, match=advice):
        await added(database, **changed)


@pytest.mark.parametrize(
    ("tenant", "currency", "advice"),
    [
        ("North Light", "EUR", "small letters"),
        ("x", "EUR", "small letters"),
        ("north", "EURO", "ISO 4217"),
        ("north", "eu", "ISO 4217"),
    ],
)
def test_a_firm_that_cannot_be_is_refused(
    database_urls: tuple[str, str], tenant: str, currency: str, advice: str
) -> None:
    with pytest.raises(TenantRefused, match=advice):
        add_tenant(database_urls[0], tenant, name="Northlight", base_currency=currency)
