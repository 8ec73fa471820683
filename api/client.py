"""The command line as a client of the API: with a person's token, or in a session where a token is not enough."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import httpx

from api.demo.visitor import Visitor
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
    with _sent(method, path, token, **request) as answer:
        answer.read()
        return answer.json()


def download(method: str, path: str, *, token: str, target: Path) -> None:
    """Like `ask`, with the answer written to a new file, which stays away when it did not come whole."""
    part = target.with_name(f".{target.name}.part")
    try:
        with _sent(method, path, token) as answer, part.open("xb") as file:
            for chunk in answer.iter_bytes():
                file.write(chunk)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def tell(path: str, *, email: str, password: str, **request: Any) -> Any:
    """One POST in a session of this person's own, for what no token can do. Raises like `ask`."""
    try:
        with Visitor(Settings().address, email, password) as visitor:
            answer = visitor.post(path, **request)
    except ConnectionRefusedError as error:
        raise Refused(f"{error}.") from error
    except httpx.TransportError as error:
        raise _away() from error
    if answer.is_error:
        raise _refusal(answer)
    return answer.json()


@contextmanager
def _sent(method: str, path: str, token: str, **request: Any) -> Generator[httpx.Response]:
    if not token:
        raise ConfigurationError("Set COUNTERSIGN_TOKEN: make one on your account page (Account → Access tokens).")
    address = Settings().address
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with (
            httpx.Client(headers=headers, timeout=SECONDS, trust_env=False) as client,
            client.stream(method, f"{address}{path}", **request) as answer,
        ):
            if answer.is_error:
                raise _refusal(answer)
            if warning := answer.headers.get("x-erp-warning"):
                click.echo(f"Note: {warning}", err=True)
            yield answer
    except httpx.TransportError as error:
        raise _away() from error


def _away() -> ConfigurationError:
    return ConfigurationError(
        f"Countersign does not answer at {Settings().address}. Start it (`countersign serve` or `make demo`), "
        "or set COUNTERSIGN_PUBLIC_URL to where it is."
    )


def _refusal(answer: httpx.Response) -> Refused:
    answer.read()
    problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    return Refused(f"{problem.get('detail', answer.reason_phrase)} ({problem.get('code', answer.status_code)})")
