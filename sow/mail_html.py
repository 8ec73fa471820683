"""A mail's HTML to text as its reader sees it: lines, table rows, and nothing that the page would not show."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from sow.document import Cell, Table

BETWEEN_CELLS = " | "
UNSHOWN = frozenset({"script", "style", "head", "template", "noscript", "object", "svg"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
LINE = frozenset({"div", "li", "tr", "section", "article", "header", "footer", "dt", "dd", "address"})
PARAGRAPH = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "hr"})
NOT_SEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)"
    r"|font-size\s*:\s*[012](?:\.\d+)?(?:px|pt)?\s*(?:;|$)|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
WHITE = re.compile(r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|white\b|rgb\(\s*255\s*,\s*255\s*,\s*255)", re.IGNORECASE)
BACKGROUND = re.compile(r"background(?:-color)?\s*:(?!\s*(?:#fff(?:fff)?\b|white\b|none|transparent))", re.IGNORECASE)
MOST_NESTED = 200  # elements deep; a mail client's own quoting nests far less
FEWEST_ROWS = FEWEST_CELLS = 2


@dataclass
class _Grid:
    """A table under construction; `layout` when another table stands in one of its cells."""

    rows: list[list[Cell]] = field(default_factory=list[list[Cell]])
    begun: int | None = None
    layout: bool = False


class Shown(HTMLParser):
    """What is shown of an HTML text; read `text()`, `tables` and `hidden` after `feed`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.length = 0
        self.tables: list[Table] = []
        self.hidden: list[str] = []
        self._gap = ""
        self._open: list[tuple[str, bool, bool]] = []  # tag, hidden, on a coloured ground
        self._grids: list[_Grid] = []

    def text(self) -> str:
        """The text so far."""
        return "".join(self.parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self._break(tag)
        known = {name: value or "" for name, value in attrs}
        if tag not in VOID and len(self._open) < MOST_NESTED:
            _, hidden, ground = self._open[-1] if self._open else ("", False, False)
            style = known.get("style", "")
            ground = ground or bool(BACKGROUND.search(style)) or "bgcolor" in known
            white = bool(WHITE.search(style)) and not ground
            hidden = hidden or tag in UNSHOWN or "hidden" in known or white or bool(NOT_SEEN.search(style))
            self._open.append((tag, hidden, ground))
        self._begin(tag)

    def _begin(self, tag: str) -> None:
        if tag == "table":
            for grid in self._grids:
                grid.layout = True
            self._grids.append(_Grid())
        elif self._grids and tag == "tr":
            self._grids[-1].rows.append([])
        elif self._grids and tag in {"td", "th"}:
            grid = self._grids[-1]
            self._close_cell(grid)
            if grid.rows and grid.rows[-1]:
                self._gap = ""
                self._write(BETWEEN_CELLS)
            grid.begun = -1

    def handle_endtag(self, tag: str) -> None:
        """Close an element and what was left open within it."""
        at = next((n for n in range(len(self._open) - 1, -1, -1) if self._open[n][0] == tag), None)
        if at is not None:
            del self._open[at:]
        if self._grids and tag in {"td", "th", "tr", "table"}:
            self._close_cell(self._grids[-1])
        if self._grids and tag == "table":
            self._close_table(self._grids.pop())
        self._break(tag)

    def handle_data(self, data: str) -> None:
        """Text between tags; white space in HTML is one space."""
        if self._open and self._open[-1][1]:
            if self._open[-1][0] not in UNSHOWN and data.strip():
                self.hidden.append(data)
            return
        words = data.replace("\xa0", " ").split()
        if not words:
            self._gap = self._gap or " " * bool(data)
            return
        if data[0].isspace():
            self._gap = self._gap or " "
        self._write(" ".join(words))
        if data[-1].isspace():
            self._gap = " "

    def _break(self, tag: str) -> None:
        if tag in PARAGRAPH:
            self._gap = "\n\n"
        elif (tag in LINE or tag == "br") and self._gap != "\n\n":
            self._gap = "\n"

    def _write(self, text: str) -> None:
        gap = self._gap if self.length else ""
        if self._grids and self._grids[-1].begun == -1:
            gap = self._before_cell(self._grids[-1].rows, gap)
            self._grids[-1].begun = self.length + len(gap)
        self.parts.append(gap + text)
        self.length += len(gap) + len(text)
        self._gap = ""

    def _before_cell(self, rows: list[list[Cell]], gap: str) -> str:
        """Rows are lines, cells of a row stand side by side, whatever paragraphs a mail program puts into them."""
        if "\n" not in gap or (rows and rows[-1]):
            return ""
        return gap if len(rows) < FEWEST_ROWS else "\n"

    def _close_cell(self, grid: _Grid) -> None:
        if grid.begun is None or not grid.rows:
            return
        begun = self.length if grid.begun == -1 else grid.begun
        inner = self._since(begun)
        grid.rows[-1].append(Cell(" ".join(inner.split()), begun, begun + len(inner)))
        grid.begun = None

    def _since(self, offset: int) -> str:
        taken: list[str] = []
        at = self.length
        for part in reversed(self.parts):
            if at <= offset:
                break
            at -= len(part)
            taken.append(part)
        return "".join(reversed(taken))[max(0, offset - at) :]

    def _close_table(self, grid: _Grid) -> None:
        rows = tuple(tuple(row) for row in grid.rows if len(row) >= FEWEST_CELLS)
        if not grid.layout and len(rows) >= FEWEST_ROWS:
            self.tables.append(Table(rows))
