"""The program of the reading process: one request on standard input, one answer on standard output, nothing else.

Run as `python -m sow.confined SECONDS MEGABYTES`. A request is one line of JSON, then the document's bytes. The answer
is `ok` or an error's code, a line feed, and the JSON, PNG or PDF (or the error's detail).
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
from sow.reading import read_document, read_layout

CLAIMS = TypeAdapter(list[Claim])


def main() -> None:
    """Serve one request."""
    adapter = TypeAdapter(Reading)
    confine(int(sys.argv[1]), int(sys.argv[2]))
    request, _, data = sys.stdin.buffer.read().partition(b"\n")
    try:
        status, body = "ok", _answer(json.loads(request), data, adapter)
    except CountersignError as error:
        status, body = error.code, error.detail.encode()
    except MemoryError:
        status, body = "document_over_budget", b""
    sys.stdout.buffer.write(status.encode() + b"\n" + body)
    sys.stdout.buffer.flush()


def _answer(request: dict[str, Any], data: bytes, adapter: TypeAdapter[Reading]) -> bytes:
    if request["want"] == "image":
        return page_png(data, request["page"], width=request["width"], password=request["password"])
    if request["want"] == "unlocked":
        return unlocked(data, request["password"])
    if request["want"] == "judged":
        layout = read_layout(data, password=request["password"])
        return TypeAdapter(Judgement).dump_json(judge(layout, CLAIMS.validate_python(request["claims"])))
    return adapter.dump_json(read_document(data, request["name"], password=request["password"]))


if __name__ == "__main__":
    main()
