"""Text in a document that reads like an instruction to a machine: reported, never followed.

Nothing here protects on its own: finders only return values with quotes, and no tool ever runs on a document's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.terms import Warning as Notice
from sow.document import Layout
from sow.flat import Flat, flatten, folded
from sow.rules import rule
from sow.view import View
from sow.words import Words

ADDRESSED = (
    (
        r"\b(?:ignore|disregard|forget|override|bypass) (?:all |any |the |of |every )*"
        r"(?:previous|prior|above|preceding|earlier|existing|system|safety|your|my|these|those|all)(?: \w+)? "
        r"(?:instruct\w+|iunstructions|prompts?|rules|directions|commands|guidelines|guardrails)\b"
    ),
    (
        r"\b(?:you are|act as|behave as|pretend to be) (?:now )?(?:an? |the )?"
        r"(?:AI|artificial intelligence|language model|chatbot|assistant|llm|unrestricted)\b"
    ),
    r"\b(?:system|developer) (?:prompt|message)s?\b|\(system_message\)|<\|?(?:im_start|system|INST)\b|\[/?INST\]",
    (
        r"\b(?:reveal|print|repeat|show|leak|output) (?:me )?(?:your|the) (?:system |hidden |initial |full )*"
        r"(?:prompt|instructions)\b"
    ),
    (
        r"\b(?:note|message|instructions?|attention) (?:to|for) (?:the |any |all )?"
        r"(?:AI|LLM|language model|assistant|chatbot|copilot|automated (?:system|reviewer|agent))s?\b"
    ),
    (
        r"\b(?:AI|LLM|assistant|copilot|language model)s?\b[ ,:]{1,3}(?:please |you must |must )?"
        r"(?:approve|ignore|mark|set|report|treat|send|confirm|execute)\b"
    ),
    r"\b(?:jailbreak|do anything now|DAN mode|developer mode enabled)\b",
    r"\bdo not (?:tell|inform|mention|reveal)(?: this)?(?: to)? the (?:user|human|reviewer|approver)\b",
)


def suspicions(seen: View, layout: Layout, furniture: Sequence[tuple[int, int]]) -> Iterator[Notice]:
    """One warning for each page whose text, shown or hidden, reads like an instruction to a machine."""
    for warning in layout.warnings:
        if warning.code == "hidden_text" and reads_like_instruction(warning.message):
            yield Notice("injection_suspected", "Hidden text reads like an instruction to a machine.", warning.page)
    places = {*_places(seen.flat, seen.words), *_places(*_edges(layout, furniture))}
    for page in sorted({layout.page_at(at) for at in places}):
        yield Notice("injection_suspected", "Text reads like an instruction to a machine.", page)


def _places(flat: Flat, words: Words) -> Iterator[int]:
    return (flat.source(match.start()) for pattern in ADDRESSED for match in words.finditer(rule(pattern)))


def _edges(layout: Layout, furniture: Sequence[tuple[int, int]]) -> tuple[Flat, Words]:
    """The page headers and footers alone, a line each: the view leaves them out."""
    size = len(layout.text)
    ends = [0, *(edge for start, end in sorted(furniture) for edge in (start, min(end + 1, size))), size]
    flat = flatten(layout.text, tuple(zip(ends[::2], ends[1::2], strict=True)))
    return flat, Words(flat.text)


def reads_like_instruction(text: str) -> bool:
    """Whether a text addresses a language model rather than a party of a contract."""
    shown = Words(folded(text))
    return any(shown.search(rule(pattern)) for pattern in ADDRESSED)
