"""Markdown and plain text: the text is the document as it is, less what a rendered page would not show."""

from __future__ import annotations

import re

from domain.errors import DocumentTooLarge, DocumentTypeUnsupported
from domain.terms import Warning as Notice
from sow.document import Layout, Page
from sow.pdf import hidden_message
from sow.pdf_boxes import Places
from sow.text_tables import tables

MOST_CHARACTERS = 4_000_000
UNSHOWN = re.compile(r"<!--[\s\S]*?(?:-->|\Z)|[\u200b-\u200d\u2060-\u2064\ufeff]|[\U000e0000-\U000e007f]+")
MARKED = re.compile(r"^#{1,6} \S|\*\*\S|^\|.+\|$|^```|\]\(", re.MULTILINE)
LOOKED_AT, FEWEST_WIDE, MOSTLY = 4096, 8, 0.9  # bytes; characters; the share of Latin letters that such text has
BINARY = re.compile("[\x00-\x08\x0e-\x1a]")


def read_text(data: bytes) -> Layout:
    """Read Markdown or plain text. Raises DocumentTypeUnsupported for what is not text, DocumentTooLarge."""
    decoded, guessed = _decode(data)
    if len(decoded) > MOST_CHARACTERS:
        raise DocumentTooLarge(
            f"The text has {len(decoded)} characters; the limit is {MOST_CHARACTERS}. Upload its parts."
        )
    if len(BINARY.findall(decoded[:10_000])) > len(decoded[:10_000]) / 100:
        raise DocumentTypeUnsupported
    guess = f"The text does not say how it is encoded, and is not UTF-8; it was read as {guessed}."
    warnings = [Notice("encoding_guessed", guess)] if guessed else []
    hidden = "".join(_ascii(piece) for piece in UNSHOWN.findall(decoded)).strip()
    if hidden:
        warnings.append(Notice("hidden_text", hidden_message(hidden)))
    text = UNSHOWN.sub("", decoded)
    kind = "markdown" if len(MARKED.findall(text)) > 1 else "text"
    return Layout(kind, text, _pages(text), Places(), tables(text), tuple(warnings))


def wide(data: bytes) -> str:
    """UTF-16 without the mark that says so: nearly every other byte is zero. Its name, or "" for other bytes."""
    low, high = data[0:LOOKED_AT:2], data[1:LOOKED_AT:2]
    for name, zeros, others in (("UTF-16-LE", high, low), ("UTF-16-BE", low, high)):
        if len(zeros) >= FEWEST_WIDE and zeros.count(0) > MOSTLY * len(zeros) and others.count(0) < len(others) / 50:
            return name
    return ""


def _decode(data: bytes) -> tuple[str, str]:
    r"""The text with line ends as "\\n", and its encoding where that was guessed."""
    marked = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    if guessed := "" if marked else wide(data):
        return _unix(data.decode(guessed, "replace")), guessed
    for encoding in ("utf-16",) if marked else ("utf-8-sig",):
        try:
            return _unix(data.decode(encoding)), ""
        except UnicodeDecodeError:
            continue
    return _unix(data.decode("cp1252", "replace")), "Windows-1252"


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _ascii(piece: str) -> str:
    """Tag characters spell ASCII invisibly; single invisible characters say nothing."""
    if piece.startswith("<!--"):
        return piece.removeprefix("<!--").removesuffix("-->")
    return "".join(chr(ord(character) - 0xE0000) for character in piece if ord(character) >= 0xE0020)  # noqa: PLR2004


def _pages(text: str) -> tuple[Page, ...]:
    """Form feeds end pages."""
    ends = [match.end() for match in re.finditer("\f", text)]
    starts = [0, *ends]
    return tuple(Page(n, start, end) for n, (start, end) in enumerate(zip(starts, [*ends, len(text)], strict=True), 1))
