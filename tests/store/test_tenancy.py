"""Row-level security stands under every table that holds a customer's data."""

from __future__ import annotations

import psycopg
import pytest

from domain.actor import Actor, Role
from store import audit
from store.database import Database

# Tables that hold no tenant's data; anything else must have a tenant column behind row security.
SHARED_TABLES = {"schema_migration", "checkpoint_migrations"}


def test_every_table_is_isolated(owner: psycopg.Connection) -> None:
    rows = owner.execute("""
        select c.relname, c.relrowsecurity,
               exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant' and a.attnotnull)
               or c.relname = 'tenant'
        from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
          and c.relname !~ '^procrastinate_'
    """).fetchall()
    assert len(rows) > 3
    open_tables = {name for name, isolated, has_tenant in rows if not (isolated and has_tenant)}
    assert open_tables <= SHARED_TABLES


def test_the_application_owns_nothing(owner: psycopg.Connection) -> None:
    (owned,) = owner.execute("select count(*) from pg_class where relowner = 'countersign_app'::regrole").fetchone()
    role = owner.execute("select rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = 'countersign_app'")
    assert owned == 0
    assert role.fetchone() == (False, False, False)


@pytest.mark.anyio
async def test_a_tenant_sees_only_its_own_people(owner: psycopg.Connection, database: Database) -> None:
    for tenant in ("alpha", "beta"):
        owner.execute("insert into tenant (id, name, base_currency) values (%s, %s, 'EUR')", [tenant, tenant])
        owner.execute(
            "insert into person (tenant, email, name, password_hash, roles) values (%s, %s, %s, 'x', '{finance}')",
            [tenant, f"ann@{tenant}.example", f"Ann of {tenant}"],
        )
    async with database.tenant("alpha") as connection:
        people = await (await connection.execute("select tenant from person")).fetchall()
        assert [p["tenant"] for p in people] == ["alpha"]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(
                "insert into person (tenant, email, name, password_hash, roles) "
                "values ('beta', 'eve@beta.example', 'Eve', 'x', '{administrator}')"
            )
    async with database.nobody() as connection:
        assert await (await connection.execute("select * from person")).fetchall() == []
        found = await (await connection.execute("select tenant from person_by_email('ANN@beta.example')")).fetchall()
        assert [row["tenant"] for row in found] == ["beta"]


@pytest.mark.anyio
async def test_no_audit_entry_is_written_in_a_transaction_that_a_crash_may_lose(
    owner: psycopg.Connection, database: Database
) -> None:
    owner.execute("insert into tenant (id, name, base_currency) values ('alpha', 'Alpha', 'EUR')")
    finn = Actor("alpha", "finn", "Finn", frozenset({Role.FINANCE}))
    with pytest.raises(ValueError, match="durable"):
        async with database.tenant(finn.tenant, durable=False) as connection:
            await audit.append(connection, finn, "test.noted", "test:1")
    async with database.tenant(finn.tenant) as connection:
        assert await audit.of_subject(connection, "test:1") == []
