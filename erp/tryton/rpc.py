"""Tryton's JSON-RPC, so that the reader and the writer speak of records only: sessions, wire types, errors, limits."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx

from domain.errors import (
    ConfigurationError,
    ErpClosed,
    ErpError,
    ErpNotReached,
    ErpRefused,
    ErpStale,
    ErpUnavailable,
)

RESPONSE_LIMIT = 64 * 1024 * 1024
PAGE = 1000
# trytond 8.2 labels every answer above 1,400 bytes as gzip, compressed or not, unless the request accepts gzip.
HEADERS = {"Accept-Encoding": "gzip", "Content-Type": "application/json"}
SESSION_ENDED = frozenset({401, 403})
# What our module in Tryton (erp/tryton/connector/write.py) raises of its own.
CLOSED, BUSY = "countersign.closed", "countersign.busy"
OK, TOO_MANY, SERVER_FAILED = 200, 429, 500


class TrytonRpc:
    """One account's connection to one database. `call` logs in when needed and again when the session has ended."""

    def __init__(self, url: str, database: str, user: str, password: str, *, seconds: float = 60.0) -> None:
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"), timeout=httpx.Timeout(seconds, connect=5.0), headers=HEADERS
        )
        self._path = f"/{database}/rpc/"
        self._user, self._password = user, password
        self._session: str | None = None
        self._context: dict[str, Any] = {}
        self._login_lock = asyncio.Lock()
        self.clock: datetime | None = None  # of the server, as its last answer told

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def call(self, method: str, *arguments: Any, context: Mapping[str, Any] | None = None) -> Any:
        """The result of `model.<name>.<method>`; raises ErpUnavailable, ErpRefused, ErpStale or ErpError."""
        session = self._session or await self._signed_in(None)
        answer = await self._send(method, arguments, context, session)
        if answer.status_code in SESSION_ENDED:
            # The server ran nothing, so that asking again, even for a write, cannot do anything twice.
            answer = await self._send(method, arguments, context, await self._signed_in(session))
        return _result(answer, method)

    async def search_read(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], *, context: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """All matching records in pages, ordered by id, each with its `_timestamp` (its version stamp)."""
        return [row async for page in self.pages(model, domain, fields, context=context) for row in page]

    async def pages(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], *, context: Mapping[str, Any] | None = None
    ) -> AsyncGenerator[list[dict[str, Any]]]:
        """The same page by page. Each begins after the last id, so that records that come or go shift nothing."""
        last = 0
        while True:
            within = [*domain, ("id", ">", last)] if last else list(domain)
            order, wanted = [["id", "ASC"]], [*fields, "_timestamp"]
            page = await self.call(f"model.{model}.search_read", within, 0, PAGE, order, wanted, context=context)
            yield page
            if len(page) < PAGE:
                return
            last = page[-1]["id"]

    async def _send(
        self, method: str, arguments: Sequence[Any], context: Mapping[str, Any] | None, session: str
    ) -> httpx.Response:
        params = [*arguments, {**self._context, **(context or {})}]
        return await self._post(method, params, {"Authorization": f"Session {session}"})

    async def _signed_in(self, ended: str | None) -> str:
        """A session. Whatever keeps it from being opened, the request that it is for has not been sent."""
        try:
            return await self._login(ended)
        except ErpUnavailable as error:
            raise ErpNotReached(error.detail) from error

    async def _login(self, ended: str | None) -> str:
        async with self._login_lock:
            if self._session is not None and self._session != ended:
                return self._session
            answer = await self._post("common.db.login", [self._user, {"password": self._password}, "en"], {})
            if answer.status_code in SESSION_ENDED:
                raise ConfigurationError(f"Tryton does not accept the account {self._user!r}: check its password.")
            uid, token, *_ = _result(answer, "common.db.login")
            session = base64.b64encode(f"{self._user}:{uid}:{token}".encode()).decode()
            preferences = await self._post(
                "model.res.user.get_preferences", [True, {}], {"Authorization": f"Session {session}"}
            )
            self._context = _result(preferences, "model.res.user.get_preferences")
            self._session = session
            return session

    async def _post(self, method: str, params: Sequence[Any], headers: Mapping[str, str]) -> httpx.Response:
        body = json.dumps({"id": 1, "method": method, "params": params}, default=_encode)
        try:
            async with self._client.stream("POST", self._path, content=body, headers=dict(headers)) as answer:
                self.clock = _told(answer.headers.get("date")) or self.clock
                read = 0
                chunks: list[bytes] = []
                async for chunk in answer.aiter_bytes():
                    read += len(chunk)
                    if read > RESPONSE_LIMIT:
                        raise ErpError(f"Tryton's answer to {method} is larger than {RESPONSE_LIMIT} bytes.")
                    chunks.append(chunk)
                return httpx.Response(answer.status_code, content=b"".join(chunks))
        except httpx.DecodingError as error:
            raise ErpError(f"Tryton's answer to {method} cannot be decoded.") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ErpNotReached(f"Tryton cannot be reached ({type(error).__name__}); nothing was sent.") from error
        except httpx.TransportError as error:
            raise ErpUnavailable(f"Tryton cannot be reached ({type(error).__name__}).") from error


def _told(stamp: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(stamp).astimezone(UTC) if stamp else None
    except ValueError:
        return None


def _result(answer: httpx.Response, method: str) -> Any:
    if answer.status_code in SESSION_ENDED:
        raise ErpRefused(f"Tryton does not let this account call {method}.")
    if answer.status_code == TOO_MANY:
        raise ErpUnavailable("Tryton asks to wait: too many attempts to log in.")
    if answer.status_code >= SERVER_FAILED:
        raise ErpUnavailable(f"Tryton answered {answer.status_code} to {method}.")
    if answer.status_code != OK:
        raise ErpError(f"Tryton answered {answer.status_code} to {method}.")
    try:
        body = json.loads(answer.content, object_hook=_decode)
    except ValueError as error:
        raise ErpError(f"Tryton's answer to {method} is not JSON.") from error
    if not isinstance(body, dict) or ("error" not in body and "result" not in body):
        raise ErpError(f"Tryton's answer to {method} has neither result nor error.")
    if body.get("error"):
        raise _error(body["error"], method)
    return body["result"]


def _error(error: Any, method: str) -> Exception:
    parts: list[Any] = list(error) if isinstance(error, list) else [error]
    kind, message = str(parts[0]), parts[1] if len(parts) > 1 else ""
    if kind == "ConcurrencyException":
        return ErpStale("The record was changed in Tryton since it was read.")
    if kind == CLOSED:
        return ErpClosed(str(message))
    if kind == BUSY:
        return ErpUnavailable(str(message))
    if kind in {"UserError", "UserWarning"}:
        texts = [str(text) for text in message if text] if isinstance(message, list) else [str(message)]
        return ErpRefused(f"Tryton refused: {' '.join(texts)}")
    # Anything else is an exception inside Tryton; its transaction was rolled back. The traceback stays in its log.
    return ErpRefused(f"Tryton failed at {method}: {kind[:300]}")


def _encode(value: Any) -> dict[str, Any]:
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case datetime():
            names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
            return {"__class__": "datetime", **{name: getattr(value, name) for name in names}}
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case timedelta():
            return {"__class__": "timedelta", "seconds": value.total_seconds()}
        case bytes():
            return {"__class__": "bytes", "base64": base64.b64encode(value).decode()}
        case _:
            raise TypeError(f"{type(value).__name__} has no form on Tryton's wire")


def _decode(found: dict[str, Any]) -> Any:
    match found.get("__class__"):
        case "Decimal":
            return Decimal(found["decimal"])
        case "date":
            return date(found["year"], found["month"], found["day"])
        case "datetime":
            names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
            return datetime(*(found[name] for name in names))  # noqa: DTZ001 - Tryton's stamps are UTC without a zone
        case "time":
            return time(found["hour"], found["minute"], found["second"], found["microsecond"])
        case "timedelta":
            return timedelta(seconds=found["seconds"])
        case "bytes":
            return base64.b64decode(found["base64"])
        case _:
            return found


class TrytonConnection:
    """What reader and writer have in common: one account's connections, given back at the end of an `async with`."""

    def __init__(self, url: str, database: str, user: str, password: str) -> None:
        self._rpc = TrytonRpc(url, database, user, password)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self._rpc.close()
