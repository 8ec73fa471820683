"""Uploads as people make them: wrong, twice, broken off, under strange names. Each answer says what to do next."""

from __future__ import annotations

import asyncio
import io
import socket
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pypdf
import pytest
import uvicorn

from api.app import create_app
from api.sessions import COOKIE
from tests.api.conftest import Door
from tests.unit.sow.paper import pdf

pytestmark = pytest.mark.anyio
LINES = ["STATEMENT OF WORK No. SOW-9", "The total contract value is EUR 84,000.00."]
TEXT = "\n\n".join(LINES)


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def without_pages() -> bytes:
    out = io.BytesIO()
    pypdf.PdfWriter().write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "status", "code", "next_"),
    [
        (b"", 422, "document_empty", "choose the file again"),
        (b" \n ", 422, "document_empty", "ask for a new copy"),
        (without_pages(), 422, "document_unreadable", "Ask for a new copy"),
        (packed(a=b"x"), 415, "document_type_unsupported", "Upload the files that it holds"),
        (packed(xl__workbook=b"<w/>"), 415, "document_type_unsupported", "spreadsheet (XLSX). Save it as PDF"),
        (packed(ppt__presentation=b"<p/>"), 415, "document_type_unsupported", "presentation (PPTX). Save it as PDF"),
        (
            packed(mimetype=b"application/vnd.oasis.opendocument.text"),
            415,
            "document_type_unsupported",
            "as DOCX or PDF",
        ),
        (packed(word__document=b"<w/>"), 422, "document_unreadable", "save it anew"),
        (b"%PDF-1.7\n" + b"x" * 26_000_000, 413, "payload_too_large", "bytes that may be sent here"),
    ],
)
async def test_what_cannot_be_taken_says_what_to_do(
    door: Door, data: bytes, status: int, code: str, next_: str
) -> None:
    client = await door.of("priya")
    answer = await client.post("/v1/documents", files={"file": ("sow.docx", data)})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert next_ in answer.json()["detail"]
    if status != 413:
        page = await client.post("/documents", files={"file": ("sow.docx", data)}, headers={"accept": "text/html"})
        assert (page.status_code, next_ in page.text) == (status, True)


async def test_a_wrong_password_then_the_right_one(door: Door) -> None:
    client = await door.of("priya")
    data = pdf(LINES, password="open me")

    async def sent(password: str) -> tuple[int, str]:
        answer = await client.post("/v1/documents", files={"file": ("a.pdf", data)}, data={"password": password})
        return answer.status_code, answer.json().get("detail", "")

    assert "give the password" in (await sent(""))[1]
    assert await sent("guess") == (422, "The password is wrong. Try again, or upload an unprotected copy.")
    assert (await sent("open me"))[0] == 201
    assert (await sent(""))[0] == 200


async def test_one_file_a_request_and_never_none(door: Door) -> None:
    client = await door.of("priya")
    several = [("file", (name, pdf([*LINES, name]))) for name in ("a.pdf", "b.pdf")]
    answers = [
        await client.post("/v1/documents", files=several),
        await client.post("/v1/documents", files={"file": ("", pdf(LINES))}),
        await client.post("/v1/documents", data={"contract": "C-1"}),
        await client.post("/v1/documents", files={"file": ("x" * 10_000 + ".pdf", pdf(LINES))}),
        await client.post("/v1/documents", content=b"cut", headers={"content-type": "multipart/form-data; boundary=x"}),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (422, "invalid_input"),
        (422, "invalid_input"),
        (422, "invalid_input"),
        (400, "upload_broken"),
        (400, "upload_broken"),
    ]
    said = [answer.json()["detail"] for answer in answers]
    assert said[0] == "The request has 2 files; send each in a request of its own."
    assert all("No file came with the request: choose one" in text for text in said[1:3])
    assert (await client.get("/v1/documents")).json() == []


async def test_the_same_file_at_once_and_under_another_name_is_one_document(
    door: Door, owner: psycopg.Connection
) -> None:
    client = await door.of("priya")
    data = pdf(LINES)
    names = ("a.pdf", "b.pdf", "\u202egpj.exe", "📄.pdf")
    answers = await asyncio.gather(*(client.post("/v1/documents", files={"file": (name, data)}) for name in names))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    uploads = owner.execute("select count(*) from audit_entry where event = 'document.uploaded'").fetchone()
    assert uploads == (1,)
    assert "\u202e" not in answers[0].json()["name"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252"])
async def test_text_in_the_encodings_that_windows_writes(door: Door, encoding: str) -> None:
    client = await door.of("priya")
    answer = await client.post("/v1/documents", files={"file": ("sow.txt", f"{TEXT} – €".encode(encoding))})
    guessed = [warning["message"] for warning in answer.json()["warnings"] if warning["code"] == "encoding_guessed"]
    assert bool(guessed) is (encoding in {"utf-16-le", "utf-16-be", "cp1252"})
    terms = (await client.get(f"/v1/documents/{answer.json()['id']}/terms")).json()
    assert [term["value"] for term in terms if term["field"] == "total_value"] == ["84000.00"]


@asynccontextmanager
async def served(door: Door) -> AsyncIterator[int]:
    """The application behind a real socket, for connections that break."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(door.services), log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - it tells nobody else
            await asyncio.sleep(0.02)
        yield listening.getsockname()[1]
        server.should_exit = True
        await serving


async def hang_up(door: Door, port: int, path: str, data: bytes, *, after: float) -> None:
    """Send that share of an upload and close the connection; of a whole one as soon as its first stage is told."""
    client = await door.of("priya")
    head = 'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    body = f"--x\r\n{head}".encode() + data + b"\r\n--x--\r\n"
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: http://127.0.0.1:{port}",
        f"Cookie: {COOKIE}={client.cookies[COOKIE]}",
        f"X-CSRF-Token: {client.headers['x-csrf-token']}",
        "Accept: text/event-stream",
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {len(body)}",
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body[: int(after * len(body))])
    await writer.drain()
    if after == 1.0:
        await reader.readuntil(b"received")  # the first stage that it tells
    writer.close()
    await writer.wait_closed()


async def test_an_upload_that_breaks_off_leaves_nothing_and_one_that_arrived_is_kept(
    door: Door, owner: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    async def kept(wanted: int) -> int:
        count = 0
        for _ in range(150):
            row = owner.execute("select count(*) from document").fetchone()
            count = row[0] if row else 0
            if count == wanted:
                break
            await asyncio.sleep(0.1)
        return count

    async with served(door) as port:
        for path in ("/v1/documents", "/documents"):
            await hang_up(door, port, path, pdf(LINES), after=0.5)
        await asyncio.sleep(1)
        assert await kept(0) == 0
        await hang_up(door, port, "/documents", pdf(LINES), after=1.0)
        assert await kept(1) == 1
    assert not [record for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}]
