"""Copies in a bucket, against a server that speaks the protocol: it checks each signature and keeps to the lock."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import psycopg
import pytest

from domain.errors import ConfigurationError, IntegrityBroken
from store.copies_s3 import Bucket, S3Copies
from store.database import Database
from store.note import signing_key
from store.seal import seal
from store.verification import verify
from tests.store.test_tiles import crowd

pytestmark = pytest.mark.anyio
KEY, SECRET, REGION, NAME = "AKEXAMPLE", "not-a-real-secret", "eu-central-1", "checkpoints"
PAGE = 2  # objects a listing gives at once


def signed_with(handler: BaseHTTPRequestHandler, secret: str) -> bool:
    """AWS Signature Version 4, computed again from the request as it came."""
    scheme, _, rest = handler.headers.get("authorization", "").partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    key, day, region, service, end = parts["Credential"].split("/")
    names = parts["SignedHeaders"].split(";")
    split = urlsplit(handler.path)
    query = "&".join(f"{quote(k, '-_.~')}={quote(v, '-_.~')}" for k, v in sorted(parse_qsl(split.query, True)))
    headers = "".join(f"{name}:{' '.join(handler.headers[name].split())}\n" for name in names)
    asked = "\n".join(
        [handler.command, split.path, query, headers, parts["SignedHeaders"], handler.headers["x-amz-content-sha256"]]
    )
    scope = f"{day}/{region}/{service}/{end}"
    text = f"{scheme}\n{handler.headers['x-amz-date']}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    signing = f"AWS4{secret}".encode()
    for part in (day, region, service, end, text):
        signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
    return key == KEY and region == REGION and hmac.compare_digest(signing.hex(), parts["Signature"])


class Store(BaseHTTPRequestHandler):
    objects: dict[str, bytes]
    locks: dict[str, tuple[str, datetime]]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def reply(self, status: int, body: bytes = b"", kind: str = "application/xml") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("last-modified", format_datetime(datetime.now(UTC), usegmt=True))
        self.send_header("etag", f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"')
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status: int, code: str) -> None:
        self.reply(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def name(self) -> str | None:
        """The object's name, "" for the bucket, None when this is refused."""
        if not signed_with(self, SECRET):
            return self.refuse(403, "SignatureDoesNotMatch")
        bucket, _, name = unquote(urlsplit(self.path).path.lstrip("/")).partition("/")
        return name if bucket == NAME else self.refuse(404, "NoSuchBucket")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        name = self.name()
        if name is None:
            return None
        if self.headers["x-amz-content-sha256"] not in (hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"):
            return self.refuse(400, "XAmzContentSHA256Mismatch")
        if name in self.objects and self.headers.get("if-none-match") == "*":
            return self.refuse(412, "PreconditionFailed")
        mode, until = self.headers["x-amz-object-lock-mode"], self.headers["x-amz-object-lock-retain-until-date"]
        self.objects[name] = body
        self.locks[name] = mode, datetime.fromisoformat(until)
        return self.reply(200)

    def do_GET(self) -> None:
        name = self.name()
        if name is None:
            return None
        if name:
            found = self.objects.get(name)
            return self.reply(200, found, "text/plain") if found is not None else self.refuse(404, "NoSuchKey")
        asked = dict(parse_qsl(urlsplit(self.path).query))
        after = asked.get("continuation-token") or asked.get("start-after", "")
        names = sorted(n for n in self.objects if n.startswith(asked.get("prefix", "")) and n > after)
        rows = "".join(f"<Contents><Key>{escape(n)}</Key><Size>1</Size></Contents>" for n in names[:PAGE])
        more = f"<NextContinuationToken>{escape(names[PAGE - 1])}</NextContinuationToken>" if names[PAGE:] else ""
        cut = str(bool(more)).lower()
        listed = f"<ListBucketResult>{rows}{more}<IsTruncated>{cut}</IsTruncated></ListBucketResult>"
        return self.reply(200, listed.encode())


@pytest.fixture
def store() -> Iterator[tuple[str, type[Store]]]:
    """The server's address, and what it holds."""
    handler = type("OneStore", (Store,), {"objects": {}, "locks": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()
    thread.join()


def bucket(address: str, **other: Any) -> Bucket:
    given = {"endpoint": address, "region": REGION, "key": KEY, "secret": SECRET, "prefix": "audit"}
    return Bucket(**({"name": NAME, "retain": timedelta(days=400)} | given | other))


async def test_sealed_checkpoints_lie_locked_in_the_bucket(
    store: tuple[str, type[Store]], worker_database: Database, owner: psycopg.Connection, tmp_path: Path
) -> None:
    address, held = store
    owner.execute("insert into tenant (id, name, base_currency) values ('alpha', 'Alpha', 'EUR')")
    copies, key = S3Copies(bucket(address)), signing_key(tmp_path)
    for count in (3, 4, 5, 6, 7):
        crowd(owner, "alpha", count)
        await seal(worker_database, "alpha", key, copies)
    assert sorted(held.objects) == [f"audit/alpha/{size:012d}.note" for size in (3, 7, 12, 18, 25)]
    assert {mode for mode, _ in held.locks.values()} == {"COMPLIANCE"}
    assert all(
        timedelta(days=399) < until - datetime.now(UTC) < timedelta(days=401) for _, until in held.locks.values()
    )
    seen = await verify(worker_database, "alpha", key.public_key(), copies)
    assert (seen.problems, seen.copies) == ([], 5)
    assert await copies.sizes("alpha", after=12) == (18, 25)
    first = held.objects["audit/alpha/000000000003.note"]
    await copies.keep("alpha", 3, "another note")
    assert held.objects["audit/alpha/000000000003.note"] == first
    held.objects["audit/alpha/000000000099.note"] = first
    with pytest.raises(IntegrityBroken, match="rolled back"):
        await seal(worker_database, "alpha", key, copies)
    with pytest.raises(IntegrityBroken, match="cannot be read"):
        await copies.note("alpha", 4)


@pytest.mark.parametrize(
    ("wrong", "code"), [({"secret": "another"}, "SignatureDoesNotMatch"), ({"name": "elsewhere"}, "NoSuchBucket")]
)
async def test_a_bucket_that_cannot_be_used_is_said_so(store: tuple[str, type[Store]], wrong: Any, code: str) -> None:
    copies = S3Copies(bucket(store[0], **wrong))
    with pytest.raises(ConfigurationError, match=code):
        await copies.sizes("alpha")
    with pytest.raises(ConfigurationError, match=code):
        await copies.keep("alpha", 1, "note")


def test_another_mode_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="COMPLIANCE"):
        S3Copies(Bucket(NAME, mode="NONE"))
