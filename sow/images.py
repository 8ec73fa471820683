"""Pictures of PDF pages, for people to see a quote where it stands; and a protected file without its protection."""

from __future__ import annotations

import io

from pypdf import PdfReader, PdfWriter

from domain.errors import DocumentError, DocumentTypeUnsupported, NotFound
from sow.office import decrypted
from sow.pdf import open_pdf
from sow.reading import sniff

WIDEST, TALLEST = 2_000, 6_000  # pixels


def page_png(data: bytes, page: int, *, width: int = 900, password: str | None = None) -> bytes:
    """One page (from 1) as PNG.

    Raises DocumentTypeUnsupported for what has no pages of its own, NotFound, or DocumentError.
    """
    if sniff(data) != "pdf":
        raise DocumentTypeUnsupported("Only the pages of a PDF can be pictured.")
    document = open_pdf(data, password)
    try:
        if not 1 <= page <= len(document):
            raise NotFound(f"The document has {len(document)} pages.")
        sheet = document[page - 1]
        size = (max(sheet.get_width(), 1.0), max(sheet.get_height(), 1.0))
        scale = min(min(width, WIDEST) / size[0], TALLEST / size[1])
        picture = sheet.render(scale=scale).to_pil()
        out = io.BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()
    except RuntimeError as error:  # what PDFium's failures derive from
        raise DocumentError(f"Page {page} is damaged and cannot be drawn.") from error
    finally:
        document.close()


def unlocked(data: bytes, password: str) -> bytes:
    """A protected file as one that opens without the password: nobody is asked again, and no password is kept."""
    if sniff(data) == "protected":
        return decrypted(data, password)
    open_pdf(data, password).close()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data), strict=False, password=password))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
