"""Patterns that a firm writes into its own rules: whatever it writes, looking takes as long as the text is long.

RE2 has no backtracking, so no pattern and no name in the ERP can hold up the process; Python's own engine took 28 s for
six repetitions on 120 characters.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

LONGEST_PATTERN = 100


def check(pattern: str) -> None:
    """Raises ValueError for a pattern that is too long or that RE2 does not know."""
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"the pattern is too long; {LONGEST_PATTERN} characters are enough")
    try:
        _compiled(pattern)
    except re2.error as error:
        said = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else error
        raise ValueError(f"the pattern cannot be used: {said}") from error


def fits(text: str, pattern: str) -> bool:
    """Whether the whole text is as the pattern says."""
    return _compiled(pattern).fullmatch(text.encode(errors="replace")) is not None


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> Any:  # the library ships no types
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)
