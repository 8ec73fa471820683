"""`person`: the people of a tenant, for the administrator of an installation."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import click

from api.database import open_database, receipts_of
from api.passwords import hash_password
from api.settings import Settings
from domain.actor import Role
from store import people
from store.erasure import erase_person
from store.retention import LegalHold
from store.tenants import add_tenant


@click.group()
def person() -> None:
    """Add people and list them."""


@person.command("add")
@click.option("--tenant", required=True, help="The firm's short name, such as northlight.")
@click.option("--tenant-name", default="", help="Make the firm first, with this name (needs the owner's URL).")
@click.option("--currency", default="EUR", show_default=True, help="Base currency of a firm made now (ISO 4217).")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--limit", type=Decimal, default=None, help="Approval limit in the firm's base currency.")
@click.password_option(help="Asked for when not given.")
def add(
    *,
    tenant: str,
    tenant_name: str,
    currency: str,
    name: str,
    email: str,
    roles: tuple[str, ...],
    limit: Decimal | None,
    password: str,
) -> None:
    """Add a person with one or more roles."""
    settings = Settings()
    if tenant_name:
        add_tenant(settings.need("database_owner_url"), tenant, name=tenant_name, base_currency=currency)

    async def run() -> None:
        async with open_database(settings, max_size=1) as database, database.tenant(tenant) as db:
            await people.add(
                db,
                tenant,
                email=email,
                name=name,
                password_hash=hash_password(password),
                roles=tuple(Role(role) for role in roles),
                approval_limit=limit,
            )

    asyncio.run(run())
    click.echo(f"{name} can sign in as {email.lower()}.")


@person.command()
@click.argument("who")
@click.option("--tenant", required=True)
@click.confirmation_option(
    prompt="Name, e-mail address and own words of this person will be gone for good. Erase them?"
)
def erase(*, who: str, tenant: str) -> None:
    """Erase the data of the person with the e-mail address or id WHO; the audit log still verifies.

    Needs the schema owner's URL. Refused while COUNTERSIGN_LEGAL_HOLD covers the person.
    """
    settings = Settings()
    hold = LegalHold.parse(settings.legal_hold)
    erased = erase_person(settings.need("database_owner_url"), tenant, who, hold, receipts_of(settings))
    for place, count in erased.rows.items():
        click.echo(f"{count:>6}  {place.replace('_', ' ')}")
    click.echo(f"What {erased.person} did stays; who that was is gone.")


@person.command("list")
@click.option("--tenant", required=True)
def list_people(tenant: str) -> None:
    """List the people of a firm with their roles."""
    settings = Settings()

    async def run() -> tuple[people.Person, ...]:
        async with open_database(settings, max_size=1) as database, database.tenant(tenant) as db:
            return await people.everyone(db)

    for one in asyncio.run(run()):
        limit = f", approves up to {one.approval_limit}" if one.approval_limit else ""
        click.echo(f"{one.email}  {one.name}  {', '.join(one.roles)}{limit}")
