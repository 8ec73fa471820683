"""Tenants are made by the schema's owner alone: the application can neither add one nor look at another's."""

from __future__ import annotations

import re

import psycopg
from psycopg import sql

from domain.errors import InvalidInput
from store.queries import queries

SQL = queries("tenants")


class TenantRefused(InvalidInput):
    """This firm cannot be added."""

    code = "tenant_refused"


def add_tenant(owner_url: str, tenant: str, *, name: str, base_currency: str) -> bool:
    """Add a tenant; False when it is there already. `base_currency` is an ISO 4217 code. Raises TenantRefused."""
    values = {"id": tenant, "name": name, "base_currency": base_currency}
    if not re.fullmatch("[A-Z]{3}", base_currency):
        raise TenantRefused("A firm's currency is three capital letters (ISO 4217), such as EUR.")
    with psycopg.connect(owner_url) as connection:
        try:
            return connection.execute(SQL["add"], values).rowcount == 1
        except psycopg.errors.CheckViolation as error:
            raise TenantRefused(
                "A firm's short name is 2 to 40 small letters, digits and hyphens, and begins with a letter."
            ) from error


def ensure_database(server_url: str, name: str) -> bool:
    """Make an empty database on the server; False when it is there already."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        if connection.execute(SQL["database"], {"name": name}).fetchone():
            return False
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return True
