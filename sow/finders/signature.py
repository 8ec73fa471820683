"""Signature: whether the signature blocks are filled in."""

from __future__ import annotations

from collections.abc import Iterator

from sow.rules import rule
from sow.view import Candidate, View, candidate

SIGNED = rule(
    r"/s/ ?[\w.\[]|\bby ?: ?/s/|\b(?:electronically|digitally) signed by|\bdocusigned by|\bsigned electronically"
    r"|\bdocusign envelope|\[ ?signed ?\]|\(signed\)|\bsigned ?: ?(?-i:[A-Z])[a-z]*\.? "
    r"(?-i:[A-Z])[a-z]+|(?:^|\s)gez\. ?(?-i:[A-Z])"
    r"|\b(?:signature|signed (?:for|by)[^:\n]{3,80}) ?: ?(?!(?:printed|name|date|title|by|for|position)\b)"
    r"(?-i:[A-Z])[\w'-]*\.? (?:(?-i:[A-Z])\. ?)*(?-i:[A-Z])[a-z]+(?! ?:)"
    r"|\bsigned at (?-i:[A-Z])\w+(?: \w+){0,3} on (?:this )?(?:the )?{DATE}"
)
BLANK = rule(
    r"\b(?:by|signature|signed|sign here) ?: ?(?:_{4,}|\.{6,}|\[ ?(?:signature)? ?\])|_{8,}\s+(?:name|signature|by)\b"
    r"|\bon behalf of [^\n_]{3,80}?\s+(?:_{6,}|\.{6,})|_{12,}[ \t]+_{12,}|(?-i:Ltd|Inc|LLC"
    r"|GmbH|Limited|Corp)\.?[ ]?: ?_{6,}"
)
BARE = rule(r"\bby ?:[ \t]{0,4}(?:by|title|its) ?:|(?:^|\n)\s*(?:by|signature) ?:\s*\n+\s*(?:name|title|its|date) ?:")


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic: a signature counts more than blank lines; of one of each a person decides."""
    signed = list(view.search(SIGNED))
    for match in signed:
        yield candidate("signed", True, match, 0.92)
    if len(signed) <= 1:
        for pattern, confidence in ((BLANK, 0.85), (BARE, 0.75)):
            for match in view.search(pattern):
                yield candidate("signed", False, match, confidence)
