"""DOCX to text, in the order of the body: what is only proposed is told apart, comments and hidden text stay out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from domain.errors import DocumentError, DocumentTooLarge
from domain.terms import Warning as Notice
from sow.document import Layout, Page
from sow.docx_blocks import PAGE_BREAK, Blocks
from sow.docx_numbers import Numbering
from sow.docx_styles import Styles
from sow.pdf import hidden_message
from sow.pdf_boxes import Places

MOST_UNPACKED = 200_000_000  # bytes; a bomb is larger, a contract with photographs is not
LETTERHEAD = 300  # characters of a page header that may open the text
MOST_MARKUP = 60_000_000  # bytes of the parts that are parsed
LARGE_PICTURE = 10 * 360_000  # EMU, both ways: ten centimetres; logos and signatures are smaller
EXCERPT = 160
SHOWN_CHANGES = 5
DAMAGED = "The DOCX is damaged and cannot be opened. Open it in Word, save it anew, and upload that."


def read_docx(data: bytes) -> Layout:
    """Read a DOCX. Raises DocumentTooLarge for a bomb, DocumentError for a damaged one."""
    _refuse_bomb(data)
    try:
        document: Any = docx.Document(io.BytesIO(data))
        parts = {str(part.partname): part for part in document.part.package.iter_parts()}
        blocks = Blocks(Styles(document), Numbering(_root(parts, "/word/numbering.xml")))
        _whole(document, parts, blocks)
        comments = _root(parts, "/word/comments.xml")
    except MemoryError:
        raise
    except Exception as error:
        raise DocumentError(DAMAGED) from error
    text = blocks.text()
    warnings = tuple(_warnings(blocks, text, comments, _large_pictures(document.element.body)))
    tables = tuple(blocks.tables)
    return Layout("docx", text, _pages(text), Places(), tables, warnings, pending=tuple(blocks.changes))


def _refuse_bomb(data: bytes) -> None:
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile as error:
        raise DocumentError(DAMAGED) from error
    unpacked = sum(entry.file_size for entry in entries)
    markup = sum(entry.file_size for entry in entries if entry.filename.endswith(".xml"))
    if unpacked > MOST_UNPACKED or markup > MOST_MARKUP:
        raise DocumentTooLarge(
            f"The DOCX unpacks to {unpacked // 1_000_000} MB. Save it anew in Word, or as PDF, and upload that."
        )


def _whole(document: Any, parts: dict[str, Any], blocks: Blocks) -> None:
    """A letterhead often carries the document's number: the first section's headers open the text, footers end it.

    So does a header that is too long for a letterhead: how the document begins must not depend on it.
    """
    section = document.sections[0] if document.sections else None
    headers = _headers(section) if section is not None else []
    for header in headers:
        if len("".join(header.itertext())) <= LETTERHEAD:
            blocks.write_once(header)
    blocks.write(document.element.body)
    for name, tag in (("/word/footnotes.xml", "w:footnote"), ("/word/endnotes.xml", "w:endnote")):
        root = _root(parts, name)
        for note in root.findall(qn(tag)) if root is not None else ():
            if note.get(qn("w:type")) in {None, "normal"}:
                blocks.write(note)
    if section is not None:
        for late in (*headers, section.footer._element):  # noqa: SLF001 - as below
            blocks.write_once(late)


def _headers(section: Any) -> list[Any]:
    first = [section.first_page_header] if section.different_first_page_header_footer else []
    return [header._element for header in (*first, section.header)]  # noqa: SLF001 - python-docx names no other way


def _root(parts: dict[str, Any], name: str) -> Any:
    part = parts.get(name)
    return None if part is None else parse_xml(part.blob)


def _large_pictures(body: Any) -> int:
    """How many pictures are large enough to be a page of text (ECMA-376 part 1, 20.4.2.7: extents in EMU)."""
    frames = [
        frame
        for frame in body.iter(qn("wp:inline"), qn("wp:anchor"))
        if next(frame.iter(qn("a:blip")), None) is not None
    ]
    extents = [frame.find(qn("wp:extent")) for frame in frames]
    return sum(min(int(e.get("cx", 0)), int(e.get("cy", 0))) >= LARGE_PICTURE for e in extents if e is not None)


def _warnings(blocks: Blocks, text: str, comments: Any, pictures: int) -> Iterator[Notice]:
    if blocks.hidden:
        yield Notice("hidden_text", hidden_message(" ".join(blocks.hidden)))
    if blocks.changes:
        listed = "; ".join(change.told() for change in blocks.changes[:SHOWN_CHANGES])
        count = len(blocks.changes)
        yield Notice(
            "tracked_changes",
            f"{count} tracked change{'s are' if count > 1 else ' is'} only proposed: {listed}. "
            "The text was read with insertions in and deletions out.",
        )
    notes = comments.findall(qn("w:comment")) if comments is not None else []
    if notes:
        yield Notice("comment", _commented(notes))
    if pictures:
        several = f"{pictures} large pictures" if pictures > 1 else "a large picture"
        said = (
            f"The document holds {several}: text on it is not read. Save it as a PDF and upload that to have it read."
        )
        yield Notice("large_picture", said)
    if not text.strip():
        yield Notice("no_text_layer", "The document has no text: it is empty or a picture.")


def _commented(notes: list[Any]) -> str:
    authors = sorted({note.get(qn("w:author")) or "someone" for note in notes})
    words = " ".join("".join(piece.text or "" for note in notes for piece in note.iter(qn("w:t"))).split())
    excerpt = words if len(words) <= EXCERPT else words[:EXCERPT] + "…"
    return f"{len(notes)} comment{'s' * (len(notes) > 1)} by {', '.join(authors)}, no part of the text: “{excerpt}”"


def _pages(text: str) -> tuple[Page, ...]:
    """Pages as Word last laid them out; one page for a document that it never did."""
    ends: list[int] = []
    for index, character in enumerate(text):
        if character == PAGE_BREAK and text[ends[-1] if ends else 0 : index].strip():
            ends.append(index + 1)
    starts = [0, *ends]
    return tuple(Page(n, start, end) for n, (start, end) in enumerate(zip(starts, [*ends, len(text)], strict=True), 1))
