"""Which part of a document prevails where two of them differ, as far as its own text says so.

"If this SOW and the Master Agreement differ, this SOW prevails"; "the schedules take precedence over the body". Where
nothing is said, a difference stays a conflict for a person.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from sow.rules import rule
from sow.view import View

PART = r"(?:schedules?|exhibits?|annex(?:es)?|appendi(?:x|ces)|attachments?)(?: (?-i:[A-Z]|\d{1,2}))?"
BODY = (
    r"(?:(?:main )?body(?: of (?:this|the) \w+)?|terms (?:and conditions )?of this \w+"
    r"|this (?:agreement|contract|sow|statement of work)|(?:main )?clauses of this \w+|provisions of this \w+)"
)
WINS = r"(?:shall |will )?(?:prevails?|controls?|governs?|takes? precedence|has precedence|have precedence)"
DIFFER = r"\b(?:conflict\w*|inconsisten\w+|discrepanc\w+|differ\w*|contradict\w*|precedence)\b"
SCHEDULES_WIN = rule(rf"\b(?P<winner>{PART})(?: hereto)?,? {WINS}\b")
BODY_WINS = rule(rf"\b(?P<winner>{BODY}),? {WINS}\b")
HEAD = re.compile(
    r"(?:^|\n)[ \t#*]*(?:SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex|APPENDIX|Appendix|ATTACHMENT|Attachment)"
    r"[ \t]+(?:[A-Z]|\d{1,2})(?=[ \t]*(?:[:.\n*-]|\n|[A-Z]))[^\n]{0,80}(?=\n|$)"
)
RAISED = 1


@dataclass(frozen=True)
class Precedence:
    """Where the schedules begin, and which part wins; `rank` of an offset is higher in the part that does."""

    schedules_at: int | None = None
    winner: str = ""

    def rank(self, start: int) -> int:
        """What stands in the winning part outranks the other; without a winner all rank alike."""
        if not self.winner or self.schedules_at is None:
            return 0
        in_schedules = start >= self.schedules_at
        return RAISED if in_schedules == (self.winner == "schedules") else 0


def precedence(view: View) -> Precedence:
    """What the text says; nothing where it names both or neither."""
    winners = {name for name, pattern in (("schedules", SCHEDULES_WIN), ("body", BODY_WINS)) if _said(view, pattern)}
    return Precedence(_schedules(view), winners.pop()) if len(winners) == 1 else Precedence()


def _said(view: View, pattern: re.Pattern[str]) -> bool:
    """Whether a sentence on differences between parts says so; "this SOW prevails" over a master says nothing here."""
    for match in view.search(pattern):
        sentence = view.sentence(match.start())
        if rule(DIFFER).search(sentence) and rule(rf"\b{PART}").search(sentence):
            return True
    return False


def _schedules(view: View) -> int | None:
    """Where the last part of the document that is made of schedules begins: after most of its numbered clauses."""
    heads = [match.start() for match in HEAD.finditer(view.text)]
    late = bisect_right(heads, len(view.text) // 4)
    source = heads[late] if late < len(heads) else None
    return None if source is None else view.flat.source(source)
