"""E-mail (RFC 5322, MIME): a message's own text as one document, and its attachments as documents of their own.

Nothing in a message is followed, unpacked or fetched: an archive stays closed, a message in a message is an attachment,
and what is not read is said.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import MIMEPart

from domain.errors import DocumentError, DocumentTooLarge
from domain.terms import Warning as Notice
from sow.document import Attached, Cell, Layout, Page, Table
from sow.mail_html import Shown
from sow.markdown import read_text
from sow.pdf import hidden_message
from sow.pdf_boxes import Places

HEADERS = ("From", "To", "Cc", "Date", "Subject")
HEADER_BLOCK = re.compile(rb"\A(?:(?:From |>From )[^\n]*\n)?(?:[!-9;-~]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+\r?\n")
TELLING = re.compile(rb"(?im)^(?:message-id|mime-version|received|return-path|delivered-to|x-mailer):")
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ")
MOST_CHARACTERS = 4_000_000
MOST_PARTS = 500
MOST_ATTACHED = 50
FIGURE = re.compile(r"\d[\d,.]*\d|\d")


def is_mail(data: bytes) -> bool:
    """Whether a file begins with the headers of a message that went through the mail, not with a memo's."""
    block = HEADER_BLOCK.match(data[:100_000])
    return block is not None and re.search(rb"(?im)^from:", block[0]) is not None and bool(TELLING.search(block[0]))


def is_archive(data: bytes) -> bool:
    """Whether these bytes are a packed folder (a DOCX is one too: ask for that first)."""
    return data.startswith(ARCHIVES) or data[257:262] == b"ustar"


def read_mail(data: bytes) -> Layout:
    """The message's own text: a block of headers, then its body. Raises DocumentError, DocumentTooLarge."""
    message = _message(data)
    head = "".join(f"{name}: {value}\n" for name in HEADERS if (value := _header(message, name)))
    body, tables, warnings = _body(message)
    text = f"{head}\n{body.rstrip()}\n"
    if len(text) > MOST_CHARACTERS:
        raise DocumentTooLarge(
            f"The message has {len(text)} characters; the limit is {MOST_CHARACTERS}. Upload its parts."
        )
    moved = tuple(_moved(table, len(head) + 1) for table in tables)
    listed = tuple(
        Notice("attachment", f"{part.name} is attached ({len(part.data):,} bytes).") for part in _files(message)
    )
    return Layout("email", text, (Page(1, 0, len(text)),), Places(), moved, (*warnings, *_limits(message), *listed))


def attachments(data: bytes) -> tuple[Attached, ...]:
    """The files in a message, in order, at most MOST_ATTACHED. Raises DocumentError."""
    return tuple(_files(_message(data)))


def _message(data: bytes) -> MIMEPart:
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        if sum(1 for _ in zip(message.walk(), range(MOST_PARTS + 1), strict=False)) > MOST_PARTS:
            raise DocumentTooLarge(f"The message has more than {MOST_PARTS} parts.")
    except RecursionError as error:
        raise DocumentError("The message is nested too deeply to be read.") from error
    return message


def _header(message: MIMEPart, name: str) -> str:
    """A header in one line; what the library cannot decode is given as it stands."""
    try:
        value = str(message.get(name, ""))
    except Exception:  # noqa: BLE001 - hostile input reaches any line of the library's header parser
        value = next((str(raw) for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:2_000]


def _body(message: MIMEPart) -> tuple[str, tuple[Table, ...], list[Notice]]:
    """What the recipient saw: the formatted text where there is one, else the plain text."""
    formatted, written = _best(message, "html"), _best(message, "plain")
    plain = read_text(_encoded(written)) if written is not None and _content(written).strip() else None
    if formatted is None:
        return (plain.text, plain.tables, list(plain.warnings)) if plain else ("", (), [])
    shown = Shown()
    shown.feed(_content(formatted))
    shown.close()
    warnings = [Notice("hidden_text", hidden_message(" ".join(shown.hidden)))] if shown.hidden else []
    if plain and {*FIGURE.findall(plain.text)} ^ {*FIGURE.findall(shown.text())}:
        said = "The plain text of the message states other figures than its formatted text, which was read."
        warnings.append(Notice("bodies_differ", said))
    return shown.text(), tuple(shown.tables), warnings


def _best(message: MIMEPart, kind: str) -> MIMEPart | None:
    found = message.get_body(preferencelist=(kind,))
    return found if isinstance(found, MIMEPart) else None


def _encoded(part: MIMEPart) -> bytes:
    return _content(part).encode("utf-8", "replace")


def _content(part: MIMEPart) -> str:
    """A text part decoded; a charset that nobody knows is read as UTF-8 or Windows-1252."""
    try:
        content = part.get_content()
    except (LookupError, ValueError, KeyError):
        content = _payload(part)
    return content if isinstance(content, str) else read_text(content).text if isinstance(content, bytes) else ""


def _payload(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _files(message: MIMEPart) -> Iterator[Attached]:
    for _, attached in zip(range(MOST_ATTACHED), _every_file(message), strict=False):
        yield attached


def _every_file(part: MIMEPart, body: frozenset[int] | None = None) -> Iterator[Attached]:
    if body is None:
        body = frozenset(id(found) for kind in ("html", "plain") if (found := _best(part, kind)) is not None)
    if id(part) in body:
        return
    if part.get_content_type() == "message/rfc822":
        for inner in part.iter_parts():
            yield Attached(f"{_header(inner, 'Subject') or 'message'}.eml", _whole(inner))
    elif part.is_multipart():
        for inner in part.iter_parts():
            yield from _every_file(inner, body)
    elif (data := _payload(part)).strip():
        yield Attached(_name(part), data)


def _whole(message: MIMEPart) -> bytes:
    """A message within a message as the bytes of its own; none where the library cannot write what it read."""
    try:
        return message.as_bytes()
    except Exception:  # noqa: BLE001 - as in _header
        return b""


def _name(part: MIMEPart) -> str:
    try:
        name = part.get_filename()
    except Exception:  # noqa: BLE001 - as in _header
        name = None
    return name or f"part.{part.get_content_subtype()}"


def _limits(message: MIMEPart) -> Iterator[Notice]:
    count = sum(1 for _ in _every_file(message))
    if count > MOST_ATTACHED:
        yield Notice("attachment", f"The message has {count} attachments; only the first {MOST_ATTACHED} were read.")
    if message.get_content_type() in {"application/pkcs7-mime", "multipart/encrypted"}:
        yield Notice("no_text_layer", "The message is encrypted; save it unencrypted and upload that.")


def _moved(table: Table, by: int) -> Table:
    rows = tuple(tuple(_shifted(cell, by) for cell in row) for row in table.rows)
    return replace(table, rows=rows)


def _shifted(cell: Cell, by: int) -> Cell:
    return replace(cell, start=cell.start + by, end=cell.end + by)
