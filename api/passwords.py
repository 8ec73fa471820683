"""Passwords: argon2id with the library's present defaults (RFC 9106), checked off the event loop."""

from __future__ import annotations

from functools import cache

import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """The encoded argon2id hash of a password."""
    return HASHER.hash(password)


async def matches(password: str, encoded: str | None) -> bool:
    """Whether the password is the one hashed; without a hash it takes the same time and is False."""
    right = await anyio.to_thread.run_sync(_verify, encoded or _nobody(), password)
    return right and encoded is not None


def _verify(encoded: str, password: str) -> bool:
    try:
        return HASHER.verify(encoded, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")
