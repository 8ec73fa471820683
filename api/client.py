"""The command line as a client of the API: with a person's access token, so with that person's rights and no others."""

from __future__ import annotations

from typing import Any

import httpx

from api.settings import Settings
from domain.errors import ConfigurationError, CountersignError

SECONDS = 60


class Refused(CountersignError):
    """Countersign refused the request."""

    code = "refused"


def ask(method: str, path: str, *, token: str, **request: Any) -> Any:
    """One request to the running API. Raises Refused with the problem's own words, ConfigurationError when it is away.

    Source of the error's form: RFC 9457.
    """
    if not token:
        raise ConfigurationError("Set COUNTERSIGN_TOKEN: make one on your account page (Account → Access tokens).")
    address = Settings().address
    try:
        answer = httpx.request(
            method,
            f"{address}{path}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=SECONDS,
            trust_env=False,
            **request,
        )
    except httpx.TransportError as error:
        raise ConfigurationError(
            f"Countersign does not answer at {address}. Start it (`countersign serve` or `make demo`), "
            "or set COUNTERSIGN_PUBLIC_URL to where it is."
        ) from error
    if answer.is_error:
        problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        raise Refused(f"{problem.get('detail', answer.reason_phrase)} ({problem.get('code', answer.status_code)})")
    return answer.json()
