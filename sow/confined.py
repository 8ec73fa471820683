"""What the reading process does: one request on standard input, one answer on standard output, nothing else.

A request is one line of JSON, then the document's bytes. The answer is `ok` or an error's code, a line feed, and the
JSON, PNG, PDF or files (or the error's detail).
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import TypeAdapter

from domain.errors import CountersignError
from sow.confinement import confine
from sow.document import Reading
from sow.images import page_png, unlocked
from sow.judging import Claim, Judgement, judge
from sow.mail import attachments
from sow.reading import read_document, read_layout
from sow.recognised import Recognised

CLAIMS = TypeAdapter(list[Claim])
READING = TypeAdapter(Reading)
RECOGNISED = TypeAdapter(tuple[Recognised, ...])


def serve(seconds: int, megabytes: int) -> None:
    """Confine this process for good, then serve one request."""
    confine(seconds, megabytes)
    request, _, data = sys.stdin.buffer.read().partition(b"\n")
    try:
        status, body = "ok", _answer(json.loads(request), data)
    except CountersignError as error:
        status, body = error.code, error.detail.encode()
    except MemoryError:
        status, body = "document_over_budget", b""
    sys.stdout.buffer.write(status.encode() + b"\n" + body)
    sys.stdout.buffer.flush()


def _answer(request: dict[str, Any], data: bytes) -> bytes:
    if request["want"] == "image":
        return page_png(data, request["page"], width=request["width"], password=request["password"])
    if request["want"] == "unlocked":
        return unlocked(data, request["password"])
    if request["want"] == "attached":
        return _packed(data)
    if request["want"] == "judged":
        layout = read_layout(data, password=request["password"])
        return TypeAdapter(Judgement).dump_json(judge(layout, CLAIMS.validate_python(request["claims"])))
    known = RECOGNISED.validate_python(request["recognised"])
    reading = read_document(data, request["name"], password=request["password"], recognised=known)
    return READING.dump_json(reading)


def _packed(data: bytes) -> bytes:
    """One line of JSON, names and lengths, then the files themselves one after the other."""
    files = attachments(data)
    head = json.dumps([[file.name, len(file.data)] for file in files]).encode()
    return head + b"\n" + b"".join(file.data for file in files)
