"""A quote is marked where it is seen, also on a page that the file turns or crops."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdf
import pypdfium2 as pdfium
import pytest

from api.highlights import sheet
from domain.canonical import plain
from sow.reading import read_document
from tests.unit.sow.paper import filed, pdf

LINES = ["STATEMENT OF WORK No. SOW-9", "The total contract value is EUR 84,000.00.", "", "Done."]


def shown(turned: int, *, cropped: bool) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(LINES)))
    page = writer.pages[0]
    if cropped:
        page.cropbox.lower_left, page.cropbox.upper_right = (50, 600), (400, 800)
    page.rotate(turned)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("cropped", [False, True])
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_all_ink_of_the_line_is_under_its_mark(turned: int, cropped: bool) -> None:
    data = shown(turned, cropped=cropped)
    reading = read_document(data, "a.pdf")
    paper = filed("d", LINES[1])
    row = replace(paper.row, kind="pdf", pages=tuple(plain(page) for page in reading.pages))
    (total,) = (term for term in reading.terms if term.field == "total_value")
    (held,) = (term for term in paper.terms if term.field == "total_value")
    (mark,) = sheet(row, [replace(held, evidence=total.evidence)], 1, "").marks
    ((left, top, across, down),) = mark.boxes
    picture = pdfium.PdfDocument(data)[0].render(scale=2).to_pil().convert("L")
    window = picture.crop(tuple(round(2 * edge) for edge in (left, top, left + across, top + down)))
    assert window.getextrema()[0] < 64, "the words"
    along, over = (across, down) if turned in {0, 180} else (down, across)
    assert along > 100
    assert over < 20
