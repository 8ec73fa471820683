"""Pages that are pictures: recognised where Tesseract is installed, said where it is not, confined in any case."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader

from sow import sandbox
from sow.reading import MOST_SURE
from sow.recognised import from_tsv
from sow.recognition import pixels, tesseract
from sow.sandbox import read_sandboxed
from tests.unit.sow.paper import pdf

WORDS = ["STATEMENT OF WORK", "Client shall pay each invoice within thirty (30) days", "of receipt of the invoice."]
needs_tesseract = pytest.mark.skipif(tesseract() is None, reason="tesseract-ocr is not installed: apt-get install it")


def scan(*texts: str) -> bytes:
    picture = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(picture)
    for row, text in enumerate(texts):
        draw.text((150, 200 + 60 * row), text, font=ImageFont.load_default(36), fill=0)

    def add(canvas):
        canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)

    return pdf([], ["A page with text of its own."], draw=add)


@needs_tesseract
@pytest.mark.anyio
async def test_a_scan_is_read_marked_and_believed_less() -> None:
    reading = await read_sandboxed(scan(*WORDS), "scan.pdf", recognition_seconds=60)
    (term,) = [term for term in reading.terms if term.field == "payment_terms_days"]
    assert (term.value, term.evidence[0].page) == (30, 1)
    assert term.confidence <= MOST_SURE
    left, bottom, right, top = term.evidence[0].boxes[0]
    assert 50 < left < right < 590
    assert 720 < bottom < top < 760
    assert ("recognised_text", 1) in [(warning.code, warning.page) for warning in reading.warnings]
    assert "A page with text of its own." in reading.text


@pytest.mark.anyio
async def test_without_tesseract_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "tesseract", lambda: None)
    reading = await read_sandboxed(scan(*WORDS), "scan.pdf")
    (said,) = [warning for warning in reading.warnings if warning.code == "no_text_layer"]
    assert said.page == 1
    assert "tesseract-ocr" in said.message


@needs_tesseract
@pytest.mark.anyio
async def test_recognition_has_an_end() -> None:
    reading = await read_sandboxed(scan(*WORDS), "scan.pdf", recognition_seconds=0)
    (said,) = [warning for warning in reading.warnings if warning.code == "no_text_layer"]
    assert "stopped" in said.message


@needs_tesseract
@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
def test_what_may_start_tesseract_may_start_nothing_else_and_read_nothing_else() -> None:
    program = f"""
    import os, socket, subprocess
    from sow.confinement import confine
    confine(5, 512, program={tesseract()!r})
    tries = {{
        "another program": lambda: os.execv("/bin/true", ["true"]),
        "a shell": lambda: os.execv("/bin/sh", ["sh", "-c", "true"]),
        "the network": lambda: socket.socket(),
        "a file": lambda: open("/etc/passwd"),
        "a folder": lambda: os.listdir("/"),
    }}
    for name, attempt in tries.items():
        try:
            attempt()
        except OSError as error:
            print("refused", name)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False)
    assert [line.split(" ", 1)[1] for line in done.stdout.splitlines()] == [
        "another program",
        "a shell",
        "the network",
        "a file",
        "a folder",
    ], done.stderr


def test_words_keep_lines_and_paragraphs_and_noise_is_left_out() -> None:
    def row(*cells: object) -> str:
        return "\t".join(map(str, cells))

    tsv = "\n".join(
        [
            "level\tpage_num\tand so on",
            row(1, 1, 0, 0, 0, 0, 0, 0, 1654, 2339, -1, ""),
            row(5, 1, 1, 1, 1, 1, 10, 20, 30, 12, 96.5, "Net"),
            row(5, 1, 1, 1, 1, 2, 50, 20, 30, 12, 92.5, "30"),
            row(5, 1, 1, 1, 2, 1, 10, 40, 30, 12, 90, "days"),
            row(5, 1, 1, 1, 2, 2, 10, 40, 30, 12, 95, " "),
            row(5, 1, 2, 1, 1, 1, 10, 80, 30, 12, 20, "x"),
            "damaged",
        ]
    )
    found = from_tsv(tsv, 3)
    assert "".join(word.gap + word.text for word in found.words) == "Net 30\ndays\n\nx"
    assert (found.page, found.width) == (3, 1654)
    assert found.words[0].right == 40
    assert 0.85 < found.sure < 0.95
    assert from_tsv("", 1).sure == 0.0


def test_a_picture_is_as_wide_as_its_page_asks_for_within_limits() -> None:
    assert [pixels(points) for points in (595, 10, 100_000)] == [1653, 200, 2000]
