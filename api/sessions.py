"""Signing in and out, and finding the person behind a request from a session cookie or a bearer token.

Only digests of secrets are stored. Tenant and person come from here and never from a request's own words.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from api.passwords import matches
from api.services import Services
from domain.actor import Actor
from domain.errors import CountersignError, InvalidInput, NotPermitted
from store import audit, people
from store.database import Connection
from store.people import Credential, Person

COOKIE = "countersign_session"
TOKEN_PREFIX = "csn_"  # noqa: S105 - lets secret scanners recognise a leaked token
ADDRESS_TRIES = 100  # an office behind one address may mistype more often than one person
PERSON_TRIES = 40  # all addresses together, for one person


class WrongPassword(CountersignError):
    """The e-mail or the password is not right."""

    code = "wrong_password"
    status = 401


class TooManyTries(CountersignError):
    """There were too many tries to sign in; wait a quarter of an hour and try again."""

    code = "too_many_tries"
    status = 429


@dataclass(frozen=True)
class SignedIn:
    """The person behind a request. `csrf` is empty for tokens, which no browser sends by itself."""

    person: Person
    credential: Credential
    csrf: str

    @property
    def actor(self) -> Actor:
        """The person as policies see them."""
        return self.person.actor(self.credential.authenticated_at)

    @property
    def in_session(self) -> bool:
        """Whether the person signed in with their password, and is not a program with their token."""
        return self.credential.kind == "session"


def csrf_token(secret: str) -> str:
    """The token that forms carry: derived from the session's secret, so that nothing more must be stored."""
    return hmac.new(secret.encode(), b"countersign csrf", hashlib.sha256).hexdigest()


async def sign_in(services: Services, email: str, password: str, address: str) -> str:
    """Check a password and open a session; returns its secret. Raises WrongPassword or TooManyTries."""
    email = email.strip().lower()
    await throttle(services, email, address)
    async with services.database.nobody() as connection:
        row = await people.by_email(connection, email)
    right = await matches(password, row.password_hash if row else None)
    if row is None:
        raise WrongPassword
    async with services.database.tenant(row.tenant) as connection:
        person = await people.get(connection, row.id)
        if person is None or not (right and row.active):
            if person is not None:
                await audit.append(connection, person.actor(), "session.refused", f"person:{row.id}")
            secret = None
        else:
            await forgive(connection, email, address)
            secret = secrets.token_urlsafe(32)
            expires = services.clock() + timedelta(hours=services.web.session_hours)
            await people.add_credential(connection, person.actor(), kind="session", secret=secret, expires_at=expires)
            await audit.append(connection, person.actor(), "session.opened", f"person:{row.id}")
    if secret is None:  # raised only here, so that the refusal's audit entry is committed
        raise WrongPassword
    return secret


async def throttle(services: Services, email: str, address: str) -> None:
    """Count one try to give this person's password from this address. Raises TooManyTries.

    Guesses from elsewhere do not shut a person out: the count of all guesses at a person, and of all from an address,
    stops only whom it does not know together.
    """
    within = timedelta(minutes=services.web.signin_minutes)
    async with services.database.nobody() as connection:
        known = await people.known(connection, _pair(email, address))
        by_pair = await people.tried(connection, _pair(email, address), within)
        by_person = await people.tried(connection, f"person:{email}", within)
        by_address = await people.tried(connection, f"address:{address}", within)
    wild = by_person > PERSON_TRIES or by_address > ADDRESS_TRIES
    if by_pair > services.web.signin_tries or (wild and not known):
        if by_pair == services.web.signin_tries + 1 or by_person == PERSON_TRIES + 1:
            await _note_throttled(services, email)  # once, lest guesses fill the log
        raise TooManyTries


async def _note_throttled(services: Services, email: str) -> None:
    async with services.database.nobody() as connection:
        row = await people.by_email(connection, email)
    if row is None:
        return
    async with services.database.tenant(row.tenant) as connection:
        if person := await people.get(connection, row.id):
            await audit.append(connection, person.actor(), "session.throttled", f"person:{row.id}")


async def forgive(connection: Connection, email: str, address: str) -> None:
    """The password was right."""
    await people.succeeded(
        connection, pair=_pair(email, address), person=f"person:{email}", address=f"address:{address}"
    )


def _pair(email: str, address: str) -> str:
    return f"pair:{email}|{address}"


async def sign_out(services: Services, signed_in: SignedIn) -> None:
    """End this session."""
    actor = signed_in.actor
    async with services.database.tenant(actor.tenant) as connection:
        await people.revoke(connection, actor.person, signed_in.credential.id, "session")
        await audit.append(connection, actor, "session.closed", f"person:{actor.person}")


async def make_token(services: Services, signed_in: SignedIn, label: str, days: int) -> tuple[str, str]:
    """A new personal access token: (id, secret). The secret is shown once and not kept.

    A stolen token cannot make others: this asks for a session. Raises NotPermitted, InvalidInput.
    """
    if not signed_in.in_session:
        raise NotPermitted("Sign in with your password to make a token.")
    label = label.strip()
    if not 0 < len(label) <= 80 or not 0 < days <= 365:  # noqa: PLR2004 - said in the message
        raise InvalidInput("Give the token a name of at most 80 characters and 1 to 365 days.")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    actor = signed_in.actor
    expires = services.clock() + timedelta(days=days)
    async with services.database.tenant(actor.tenant) as connection:
        token_id = await people.add_credential(
            connection, actor, kind="token", secret=secret, expires_at=expires, label=label
        )
        facts = {"label": label, "expires_at": expires}
        await audit.append(connection, actor, "token.made", f"token:{token_id}", facts)
    return token_id, secret


async def revoke_token(services: Services, actor: Actor, token_id: str) -> bool:
    """End one of the person's own tokens; False when there is no such token in force."""
    async with services.database.tenant(actor.tenant) as connection:
        ended = await people.revoke(connection, actor.person, token_id, "token")
        if ended:
            await audit.append(connection, actor, "token.revoked", f"token:{token_id}")
    return ended


async def find(request: Request, services: Services) -> SignedIn | None:
    """The person behind a request, or None."""
    bearer = _bearer(request)
    return await behind(services, bearer or request.cookies.get(COOKIE), bearer=bool(bearer))


async def behind(services: Services, secret: str | None, *, bearer: bool = False) -> SignedIn | None:
    """The person behind a session's secret, or a token's."""
    if not secret:
        return None
    async with services.database.nobody() as connection:
        credential = await people.credential(connection, secret)
    if credential is None or credential.kind != ("token" if bearer else "session"):
        return None
    async with services.database.tenant(credential.tenant) as connection:
        person = await people.get(connection, credential.person)
    return person and SignedIn(person, credential, "" if bearer else csrf_token(secret))


def _bearer(request: Request) -> str | None:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() or None if scheme.lower() == "bearer" else None


def keep(response: Response, services: Services, secret: str) -> None:
    """Give the browser its session cookie."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=services.web.session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=services.web.secure_cookies,
    )
