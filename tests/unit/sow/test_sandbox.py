"""The reading process: answers like the reader, is killed on overrun, and can do nothing but compute."""

from __future__ import annotations

import io
import subprocess
import sys
import textwrap

import pytest
from PIL import Image

from domain.errors import DocumentEncrypted, DocumentError, DocumentTimeout, DocumentTypeUnsupported, NotFound
from sow.reading import read_document
from sow.sandbox import page_image, read_sandboxed
from tests.unit.sow.paper import pdf

LINES = ["Client shall pay each invoice within thirty (30) days of receipt of the invoice."]


@pytest.mark.anyio
async def test_it_answers_as_the_reader_does() -> None:
    data = pdf(LINES)
    assert await read_sandboxed(data, "a.pdf") == read_document(data, "a.pdf")


@pytest.mark.anyio
async def test_errors_come_through_with_their_class_and_detail() -> None:
    with pytest.raises(DocumentEncrypted, match="wrong"):
        await read_sandboxed(pdf(LINES, password="sesame"), "a.pdf", password="guess")
    with pytest.raises(DocumentError) as raised:
        await read_sandboxed(b"%PDF-1.4 broken", "a.pdf")
    assert raised.value.code == "document_unreadable"


@pytest.mark.anyio
async def test_too_little_memory_or_time_is_told_as_such() -> None:
    large = ("Client shall pay each invoice within thirty (30) days of receipt. " * 50_000).encode()
    with pytest.raises(DocumentTimeout):
        await read_sandboxed(large, "a.txt", megabytes=60)
    with pytest.raises(DocumentTimeout):
        await read_sandboxed(large, "a.txt", seconds=1)


@pytest.mark.anyio
async def test_a_page_is_drawn_in_the_width_asked_for() -> None:
    data = pdf(LINES, LINES)
    picture = Image.open(io.BytesIO(await page_image(data, 2, width=400)))
    assert picture.format == "PNG"
    assert abs(picture.width - 400) <= 1
    assert picture.convert("L").getextrema() != (255, 255)
    with pytest.raises(NotFound):
        await page_image(data, 3)
    with pytest.raises(DocumentTypeUnsupported):
        await page_image(b"words", 1)


FORBIDDEN = {
    "the network": "import socket; socket.socket()",
    "another program": "import subprocess; subprocess.run(['true'])",
    "a file": "import tempfile; f = tempfile.TemporaryFile(); f.write(b'x'); f.flush()",
    "another's file": "open('/etc/passwd').read()",
    "the list of a folder": "import os; os.listdir('/')",
    "its environment": "open('/proc/self/environ').read()",
    "another process": "import os, signal; os.kill(os.getppid(), 0)",
    "much memory": "bytearray(2_000_000_000)",
}


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_confined_process_is_refused(what: str) -> None:
    program = f"""
    import signal
    from sow.confinement import confine
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    confine(5, 512)
    try:
        {FORBIDDEN[what]}
    except (OSError, MemoryError) as error:
        print("refused", type(error).__name__)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("refused"), done.stderr
