"""The language of a text by its commonest words; enough to say that rules for English cannot be relied on."""

from __future__ import annotations

import re
from collections import Counter

from domain.terms import Warning as Notice

COMMON = {
    "en": "the of and to in shall be for or any by with is this agreement",
    "de": "der die und das den von zu mit ist für auf nicht wird im eine",
    "fr": "le la les des et du en pour que une dans par est sur au",
    "es": "el la los las de y del en que por para con se una al",
    "it": "il la di che e del per una in con della non sono le dei",
    "pt": "o os as de da do das dos que e em para com uma não por ser ao pela",
    "sv": "och att det som en på är av för med den till inte ska har om",
    "da": "og at det som en på er af for med den til ikke skal har om",
    "pl": "i w na z do że się nie jest przez oraz od za dla przy lub",
    "nl": "de het een van en in op voor met te dat zijn aan door niet",
}
NAMES = {"de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese",
         "sv": "Swedish", "da": "Danish", "pl": "Polish"}  # fmt: skip
FOREIGN = 0.5  # of a term's confidence is left where a rule for English matched another language
LETTERS = 400  # of a text whose language should be recognisable
SAMPLE = 20_000
FEWEST_WORDS = 8


def language(text: str) -> str:
    """An ISO 639-1 code, or "und" when too little can be recognised."""
    words = Counter(re.findall(r"[^\W\d_]+", text[:SAMPLE].lower()))
    counted = {code: sum(words[word] for word in common.split()) for code, common in COMMON.items()}
    best = max(counted, key=lambda code: counted[code])
    return best if counted[best] >= FEWEST_WORDS else "und"


def foreign(text: str, code: str) -> tuple[Notice, ...]:
    """A warning for a text that is not in English, or in a language that nobody here knows."""
    if code == "en" or (code == "und" and sum(character.isalpha() for character in text[:SAMPLE]) < LETTERS):
        return ()
    named = f"seems to be in {NAMES[code]}" if code in NAMES else "is in a language that was not recognised"
    said = (
        f"The text {named}. The rules read English: what they found here is doubtful, and what they missed is unknown."
    )
    return (Notice("language_unsupported", said),)
