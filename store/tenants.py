"""Tenants are made by the schema's owner alone: the application can neither add one nor look at another's."""

from __future__ import annotations

import psycopg
from psycopg import sql

from store.queries import queries

SQL = queries("tenants")


def add_tenant(owner_url: str, tenant: str, *, name: str, base_currency: str) -> bool:
    """Add a tenant; False when it is there already. `base_currency` is an ISO 4217 code."""
    with psycopg.connect(owner_url) as connection:
        values = {"id": tenant, "name": name, "base_currency": base_currency}
        return connection.execute(SQL["add"], values).rowcount == 1


def ensure_database(server_url: str, name: str) -> bool:
    """Make an empty database on the server; False when it is there already."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        if connection.execute(SQL["database"], {"name": name}).fetchone():
            return False
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return True
