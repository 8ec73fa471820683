"""What was recognised on the picture of a page: words with their places, as text that a PDF page can take."""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 0.0  # Tesseract's own sureness, of 100, below which a word is noise
COLUMNS = 12  # of Tesseract's TSV


@dataclass(frozen=True)
class Word:
    """A word; left, top, right, bottom in pixels of the picture. `gap` is what stands before it."""

    text: str
    sure: float
    left: int
    top: int
    right: int
    bottom: int
    gap: str


@dataclass(frozen=True)
class Recognised:
    """A page's words in reading order; `width` is that of the picture in pixels."""

    page: int
    width: int
    words: tuple[Word, ...]

    @property
    def sure(self) -> float:
        """How sure the recognition is on average, 0 to 1, long words counting for more."""
        letters = sum(len(word.text) for word in self.words)
        return sum(word.sure * len(word.text) for word in self.words) / letters / 100 if letters else 0.0


def from_tsv(tsv: str, page: int) -> Recognised:
    """Read Tesseract's TSV: one line a block, paragraph, line or word, numbered, with its box and sureness."""
    words: list[Word] = []
    width, before = 0, ("", "", "")
    for line in tsv.splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) != COLUMNS or not all(cell.lstrip("-").isdigit() for cell in cells[:10]):
            continue
        if cells[0] == "1":
            width = int(cells[8])
        text, sure = cells[11].strip(), float(cells[10])
        if not text or sure < LEAST:
            continue
        left, top, wide, high = (int(cell) for cell in cells[6:10])
        place = (cells[2], cells[3], cells[4])
        gap = " " if place == before else "\n" if place[:2] == before[:2] else "\n\n"
        words.append(Word(text, sure, left, top, left + wide, top + high, gap if words else ""))
        before = place
    return Recognised(page, width, tuple(words))
