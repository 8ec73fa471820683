"""How long reading takes, as ratios within one run: a machine's own speed cancels out."""

from __future__ import annotations

import asyncio
import io
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium

from sow.bulk import read_all
from sow.nursery import nursery
from sow.reading import read_document

FILES = 30
ROUNDS = 3
PAGES = 1_000
BULK = 24
SENTENCE = (
    "The Consultant shall perform the services with due care and shall report on progress at the end of each month. "
)


def measure(data: Path) -> dict[str, object]:
    """`ratio` is bare text extraction by PDFium over reading the same PDFs with terms and boxes, processor time.

    Of each file the quickest of ROUNDS turns counts, bare and whole in turn: what else the machine does slows both.
    `start_seconds` is what the first reading of a server waits for its nursery; each later one forks it.
    `two_jobs` is how much sooner documents are done two at a time, which says something only on a machine that has
    nothing else to do; `two_jobs_processor` what that takes of the processors, of what one at a time takes.
    """
    files = [path.read_bytes() for path in sorted((data / "cuad" / "pdf").glob("*.pdf"))[:FILES]]
    if not files:
        return {"skipped": "no cuad/pdf"}
    bare, whole = _quickest(files)
    return {
        "files": len(files),
        "characters": sum(_bare(file) for file in files),
        "bare_seconds": round(bare, 2),
        "terms_seconds": round(whole, 2),
        "ratio": round(bare / whole, 3),
        "start_seconds": round(_started(), 2),
        **_long(),
        **_bulk(files[:BULK]),
    }


def _quickest(files: list[bytes]) -> tuple[float, float]:
    read_document(files[0], "warm.pdf")
    bare, whole = [math.inf] * len(files), [math.inf] * len(files)
    for _ in range(ROUNDS):
        for index, file in enumerate(files):
            bare[index] = min(bare[index], _processor(lambda file=file: _bare(file)))
            whole[index] = min(whole[index], _processor(lambda file=file: read_document(file, "a.pdf")))
    return sum(bare), sum(whole)


def _processor(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _bare(data: bytes) -> int:
    document = pdfium.PdfDocument(data)
    try:
        return sum(len(document[index].get_textpage().get_text_bounded()) for index in range(len(document)))
    finally:
        document.close()


def _started() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import sow.confined"], check=True)
    return time.monotonic() - began


def thousand_pages(pages: int = PAGES) -> bytes:
    """A PDF of that many full pages, drawn here."""
    document = pdfium.PdfDocument.new()
    source = _page()
    for _ in range(pages):
        document.import_pages(source)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page() -> pdfium.PdfDocument:
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - only this part of the evals draws

    out = io.BytesIO()
    canvas = Canvas(out)
    for row in range(36):
        canvas.drawString(40, 800 - 20 * row, (SENTENCE * 2)[:85])
    canvas.showPage()
    canvas.save()
    return pdfium.PdfDocument(out.getvalue())


def _long() -> dict[str, object]:
    """Processor time and the largest memory of a process that reads a thousand pages."""
    program = (
        "import resource, sys, time; from sow.reading import read_document; data = sys.stdin.buffer.read();"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; began = time.process_time();"
        "read_document(data, 'a.pdf');"
        "print(time.process_time() - began, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=thousand_pages(), capture_output=True, check=True)  # noqa: S603
    seconds, before, after = (float(number) for number in done.stdout.split())
    return {
        "thousand_pages_seconds": round(seconds, 1),
        "thousand_pages_megabytes": round(after / 1024),
        "of_which_program_megabytes": round(before / 1024),
    }


def _bulk(files: list[bytes]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.pdf" for number in range(len(files))]
        for path, file in zip(paths, files, strict=True):
            path.write_bytes(file)
        (one, spent_by_one), (two, spent_by_two) = (asyncio.run(_timed(paths, jobs)) for jobs in (1, 2))
    return {
        "bulk_files": len(files),
        "one_job_seconds": round(one, 1),
        "one_job_processor": round(spent_by_one, 1),
        "two_jobs": round(one / two, 2),
        "two_jobs_processor": round(spent_by_two / spent_by_one, 2),
    }


async def _timed(paths: list[Path], jobs: int) -> tuple[float, float]:
    """Seconds until all are read, and processor seconds of all processes that took part, their start included."""
    nursery().close()
    began, spent = time.monotonic(), _spent()
    async for _ in read_all(paths, jobs):
        pass
    seconds = time.monotonic() - began
    nursery().close()  # what it used is known once it has ended
    return seconds, _spent() - spent


def _spent() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(item.ru_utime + item.ru_stime for item in used)
