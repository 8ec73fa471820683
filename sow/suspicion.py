"""Text in a document that reads like an instruction to a machine: reported, never followed.

Nothing here protects on its own: finders only return values with quotes, and no tool ever runs on a document's words.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.terms import Warning as Notice
from sow.document import Layout
from sow.flat import folded
from sow.view import rule
from sow.words import may_match, small

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


def suspicions(layout: Layout) -> Iterator[Notice]:
    """One warning for each page whose text, shown or hidden, reads like an instruction to a machine."""
    for warning in layout.warnings:
        if warning.code == "hidden_text" and reads_like_instruction(warning.message):
            yield Notice("injection_suspected", "Hidden text reads like an instruction to a machine.", warning.page)
    for page in layout.pages:
        if reads_like_instruction(layout.text[page.start : page.end]):
            yield Notice("injection_suspected", "Text reads like an instruction to a machine.", page.number)


def reads_like_instruction(text: str) -> bool:
    """Whether a text addresses a language model rather than a party of a contract."""
    shown = folded(text)
    lowered = small(shown)
    return any(may_match(rule(pattern), lowered) and rule(pattern).search(shown) for pattern in ADDRESSED)
