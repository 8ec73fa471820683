"""Reads pages that are pictures, by Tesseract when it is installed, in a confined process of its own.

The picture is drawn by the reading process, which can start no program; Tesseract's process parses no PDF, and has no
network and no files but its own. Neither gains what the other is allowed.

Run as `python -m sow.recognition SECONDS MEGABYTES PROGRAM`: a PNG on standard input, TSV on standard output.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from functools import cache

from domain.errors import DocumentError, DocumentTimeout
from sow.confinement import confine
from sow.doors import ask, spawned
from sow.recognised import Recognised, from_tsv

SECONDS = 20
MEGABYTES = 512
RESOLUTION = 200  # dots per inch
WIDEST = 2_000  # pixels across a page
NARROWEST = 200
QUICK = ("-c", "tessedit_do_invert=0")  # light text on dark is left to people
TO_INSTALL = "install Tesseract (apt-get install tesseract-ocr) and upload the document again"


@cache
def tesseract() -> str | None:
    """Where the program is, or None."""
    return shutil.which("tesseract")


def pixels(points: float) -> int:
    """How wide the picture of a page that is so wide has to be."""
    return round(min(WIDEST, max(NARROWEST, points / 72 * RESOLUTION)))


async def recognise(picture: bytes, page: int, seconds: float, patience: float) -> Recognised:
    """What a page's picture says, in so many seconds of processor time and, at most, on the clock.

    Raises DocumentTimeout, and DocumentError where Tesseract fails.
    """
    program = tesseract()
    if program is None:
        raise DocumentError(f"A picture cannot be read: {TO_INSTALL}.")
    limit = min(SECONDS, max(1, round(seconds)))
    door = await spawned("-m", "sow.recognition", str(limit), str(MEGABYTES), program)
    status, answer = await ask(door, picture, patience)
    if status in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise DocumentTimeout
    if status != 0:
        raise DocumentError("Tesseract could not read the picture.")
    return from_tsv(answer.decode("utf-8", "replace"), page)


def main() -> None:
    """Give up all but what Tesseract needs, then become it."""
    program = os.path.realpath(sys.argv[3])
    confine(int(sys.argv[1]), int(sys.argv[2]), program=program)
    arguments = ["stdin", "stdout", "-l", "eng", "--psm", "1", "--dpi", str(RESOLUTION), *QUICK, "tsv"]
    os.execv(program, [program, *arguments])  # noqa: S606 - the one program that this process may become


if __name__ == "__main__":
    main()
