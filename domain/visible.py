"""What a person can see of a text: a reviewer signs nothing that is drawn as nothing, or in another order."""

from __future__ import annotations

import re
import unicodedata

INVISIBLE = ("C", "Zl", "Zp")
# Letters and marks without a shape: what Unicode calls Default_Ignorable_Code_Point beyond those categories.
SHAPELESS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def hidden(character: str) -> bool:
    """Whether nobody sees it: control characters, direction overrides, whatever has no width or no shape."""
    return unicodedata.category(character).startswith(INVISIBLE) or SHAPELESS.match(character) is not None


def readable(text: str) -> str:
    """The text in one line, without what nobody sees; what came out of here comes out of here as it is."""
    return " ".join("".join(c for c in text if c.isspace() or not hidden(c)).split())


def said(text: str) -> str:
    """What a person wrote, with its line breaks, without what nobody sees."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join("".join(c for c in line if not hidden(c)).rstrip() for line in lines).strip()
