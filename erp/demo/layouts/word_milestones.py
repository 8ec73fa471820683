"""A Word document with a table of milestones; it says the same as the one with rates, in the same voice."""

from __future__ import annotations

from erp.demo.layouts import house, word
from erp.demo.layouts.paper import Paper


def draw(paper: Paper) -> bytes:
    """The DOCX."""
    return word.draw(paper, house.sections(paper), house.key_facts(paper))
