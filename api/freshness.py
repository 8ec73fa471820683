"""A decision needs the person themselves: in a session, and with the password given not long ago.

A stolen token decides nothing, and a tab left open decides nothing after a while.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fastapi import Request

from api import sessions
from api.forms import form_field
from api.passwords import matches
from api.services import Services
from api.sessions import SignedIn, WrongPassword
from domain.errors import NotPermitted, ReauthenticationNeeded, SessionRequired
from store import audit, people

PASSWORD_FIELD = "password"  # noqa: S105 - a form field's name


def is_fresh(services: Services, signed_in: SignedIn) -> bool:
    """Whether the password was given recently enough for a decision."""
    age = services.clock() - signed_in.credential.authenticated_at
    return signed_in.in_session and age <= timedelta(minutes=services.web.reauthenticate_minutes)


async def require(request: Request, services: Services, signed_in: SignedIn) -> SignedIn:
    """Let a decision through, and return the person with the time at which they last gave their password; a form may
    bring it with it. Raises SessionRequired, ReauthenticationNeeded, TooManyTries; the refusals are recorded.
    """
    try:
        if not signed_in.in_session:
            raise SessionRequired
        if password := await form_field(request, PASSWORD_FIELD):
            return await reauthenticate(services, signed_in, password, address(request))
        if not is_fresh(services, signed_in):
            raise ReauthenticationNeeded
    except NotPermitted as error:
        async with services.database.tenant(signed_in.actor.tenant) as connection:
            facts = {"code": error.code, "path": request.url.path}
            await audit.append(connection, signed_in.actor, "session.too_old", _subject(signed_in), facts)
        raise
    except WrongPassword as error:
        raise ReauthenticationNeeded("That was not your password, so nothing was done.") from error
    return signed_in


async def reauthenticate(services: Services, signed_in: SignedIn, password: str, address: str) -> SignedIn:
    """The person gives their password again in their session; returns them as of now. Raises WrongPassword,
    TooManyTries, SessionRequired.
    """
    if not signed_in.in_session:
        raise SessionRequired
    actor, email = signed_in.actor, signed_in.person.email
    await sessions.throttle(services, email, address)
    async with services.database.tenant(actor.tenant) as connection:
        kept = await people.password_hash(connection, actor.person)
    right = await matches(password, kept)
    async with services.database.tenant(actor.tenant) as connection:
        at = await people.authenticated(connection, actor.person, signed_in.credential.id) if right else None
        if at is not None:
            await sessions.forgive(connection, email, address)
        await audit.append(
            connection, actor, "session.reauthenticated" if at else "session.refused", _subject(signed_in)
        )
    if at is None:  # raised only here, so that the refusal's audit entry is committed
        raise WrongPassword
    return replace(signed_in, credential=replace(signed_in.credential, authenticated_at=at))


def address(request: Request) -> str:
    """Where the request came from, as the server that stands in front says."""
    return request.client.host if request.client else ""


def _subject(signed_in: SignedIn) -> str:
    return f"person:{signed_in.actor.person}"
