"""Signs of prompt injection in a text, by the patterns of `injection.toml`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

# Invisible characters with which words are cut apart so that patterns miss them.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    data = tomllib.loads((Path(__file__).parent / "injection.toml").read_text("utf-8"))
    flags = re.IGNORECASE | re.DOTALL | re.MULTILINE
    return tuple((signal["name"], re.compile(signal["pattern"], flags)) for signal in data["signal"])


def injection_signals(text: str) -> tuple[str, ...]:
    """The names of the signals found, in the file's order; `invisible` when characters are hidden in the text."""
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    found = [name for name, pattern in _patterns() if pattern.search(plain)]
    return (*found, "invisible") if INVISIBLE.search(text) else tuple(found)
