"""Blanks and placeholders: what a template left to be filled in is not a term, and someone should know."""

from __future__ import annotations

from collections.abc import Iterator

from domain.terms import Warning as Notice
from sow.document import Layout
from sow.rules import rule
from sow.view import View

BLANK = rule(
    r"\[ ?(?:to be (?:inserted|agreed|determined|confirmed|completed)|insert|tbd|tbc|amount|date|name|number|client|"
    r"state|●|•|_+| *)[^\]\n]{0,80}\]|_{4,}|\b(?:TBD|TBC)\b|\$ ?_{2,}|<(?:insert|amount|date|name)[^>\n]{0,60}>"
)
SIGNATURE = rule(r"(?:by|name|title|date|signature|signed|per|its|witness|print(?:ed)? name)\W{0,12}$")


def blanks(view: View, layout: Layout) -> Iterator[Notice]:
    """One warning for each page with a blank; lines to sign on are none."""
    reported: set[int] = set()
    for match in view.search(BLANK):
        before = view.text[max(0, match.start() - 60) : match.start()]
        page = layout.page_at(view.flat.source(match.start()))
        if page not in reported and not SIGNATURE.search(before):
            reported.add(page)
            around = " ".join((before + match[0]).split())
            yield Notice("blank", f"Something was left to be filled in: “…{around}”", page)
