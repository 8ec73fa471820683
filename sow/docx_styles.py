"""What a DOCX's styles say: which are headings, which hide their text, which number their paragraphs."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

OFF = frozenset({"0", "false", "off"})
TINY = 3  # half-points; nobody reads smaller
DEEPEST = 12  # styles based on styles


class Styles:
    """The styles of one document, by id."""

    def __init__(self, document: Any) -> None:
        root = document.styles.element
        self._styles: dict[str, Any] = {style.get(qn("w:styleId")): style for style in root.findall(qn("w:style"))}

    def _chain(self, style: str | None) -> list[Any]:
        """A style and those that it is based on, nearest first."""
        chain: list[Any] = []
        while style in self._styles and len(chain) < DEEPEST:
            found = self._styles[style]
            chain.append(found)
            based = found.find(qn("w:basedOn"))
            style = based.get(qn("w:val")) if based is not None else None
        return chain

    def heading(self, style: str | None) -> int:
        """1 to 9 for a heading, 1 for a title, else 0."""
        for found in self._chain(style)[:1]:
            named = found.find(qn("w:name"))
            name = (named.get(qn("w:val")) or "").lower() if named is not None else ""
            if name == "title":
                return 1
            if name.startswith("heading ") and name[-1].isdigit():
                return int(name[-1])
        return 0

    def numbering(self, style: str | None) -> Any:
        """The w:numPr that a paragraph style gives, or None."""
        given = (found.find(f"{qn('w:pPr')}/{qn('w:numPr')}") for found in self._chain(style))
        return next((properties for properties in given if properties is not None), None)

    def hides(self, *styles: str | None) -> bool:
        """Whether any of these styles hides its text."""
        chains = (found for style in styles for found in self._chain(style))
        return any(is_on(found.find(f"{qn('w:rPr')}/{qn('w:vanish')}")) for found in chains)


def is_on(toggle: Any) -> bool:
    """Whether a toggle property is there and not switched off."""
    return toggle is not None and toggle.get(qn("w:val")) not in OFF


def is_hidden(run: Any) -> bool:
    """Whether a run's own properties hide it: vanished, tiny, or white on nothing."""
    properties = run.find(qn("w:rPr"))
    if properties is None:
        return False
    if is_on(properties.find(qn("w:vanish"))) or is_on(properties.find(qn("w:webHidden"))):
        return True
    size = properties.find(qn("w:sz"))
    if size is not None and (size.get(qn("w:val")) or "").isdigit() and int(size.get(qn("w:val"))) <= TINY:
        return True
    color = properties.find(qn("w:color"))
    return color is not None and (color.get(qn("w:val")) or "").upper() == "FFFFFF" and not _is_shaded(run)


def _is_shaded(run: Any) -> bool:
    """Whether white text stands on a colour: of the run itself, its paragraph or its table cell."""
    around = [run, *(ancestor for ancestor in run.iterancestors() if ancestor.tag in {qn("w:p"), qn("w:tc")})]
    shades = [shade for element in around for shade in element.findall(f"./*/{qn('w:shd')}")]
    return any((shade.get(qn("w:fill")) or "auto").upper() not in {"AUTO", "FFFFFF"} for shade in shades)
