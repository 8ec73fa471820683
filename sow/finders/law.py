"""The law that governs a document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.rules import rule
from sow.view import Candidate, View, candidate

PLACE = (
    r"(?i:the |of )*(?i:internal |substantive )?(?P<place>(?:(?i:State|Commonwealth|Province|Republic|Kingdom"
    r"|Federal Republic|People's Republic) (?i:of) )?(?:the )?[A-Z][A-Za-z.]+(?:(?:,? (?:and|of) "
    r"| )[A-Z][A-Za-z.]+){0,4})"
)
OF_LAWS = r"\b(?i:laws?)(?i:,? and (?:judicial )?[a-z]+| \([^)]{2,60}\))?,? (?i:of|in force in|in effect in) "
PEOPLES = {
    "english": "England", "scottish": "Scotland", "scots": "Scotland", "irish": "Ireland", "german": "Germany",
    "swiss": "Switzerland", "austrian": "Austria", "french": "France", "dutch": "Netherlands", "belgian": "Belgium",
    "italian": "Italy", "spanish": "Spain", "danish": "Denmark", "swedish": "Sweden", "norwegian": "Norway",
    "finnish": "Finland", "polish": "Poland", "israeli": "Israel", "indian": "India", "japanese": "Japan",
    "chinese": "China", "canadian": "Canada", "australian": "Australia", "singaporean": "Singapore",
    "portuguese": "Portugal", "greek": "Greece", "czech": "Czech Republic", "hungarian": "Hungary",
    "romanian": "Romania", "turkish": "Turkey", "mexican": "Mexico", "brazilian": "Brazil",
    "south african": "South Africa", "new zealand": "New Zealand", "welsh": "Wales", "luxembourg": "Luxembourg",
    "malaysian": "Malaysia", "kenyan": "Kenya", "nigerian": "Nigeria", "icelandic": "Iceland",
}  # fmt: skip
PEOPLE = "(?:" + "|".join(name.title() for name in PEOPLES) + ")"
GOVERNED = (
    (r"\b(?i:the laws? of) " + PLACE + r"[ ,]{1,2}(?i:(?:shall|will) (?:govern|apply)|governs?|applies|apply)", 0.88),
    (r"(?i:govern(?:ed|ing)|construed|interpreted)\b[^.;]{0,140}?" + OF_LAWS + PLACE, 0.88),
    (
        r"(?i:governed|construed)\b[^.;]{0,60}\b(?i:laws?)\b[^.;]{0,90}?, (?i:of) (?i:the )?"
        r"(?P<place>(?:State|Commonwealth|Province) of (?:the )?[A-Z][a-z]+(?: [A-Z][a-z]+){0,3})",
        0.84,
    ),
    (
        r"(?i:govern(?:ed|ing)|construed|interpreted)\b[^.;]{0,90}?\b(?i:by|under|with) (?i:the )?"
        r"(?P<place>[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}) (?i:laws?)\b",
        0.86,
    ),
    (r"(?i:subject to)\b[^.;]{0,60}?" + OF_LAWS + PLACE, 0.56),
    (
        (
            r"(?:^|\n|[.;:] )[ ]?(?P<place>[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}) law (?:applies"
            r"|governs|shall apply|will apply)\b"
        ),
        0.82,
    ),
)
# "made in the State of Ohio and governed by the laws of that State"
SAID_BEFORE = rule(
    r"\b(?P<place>(?-i:State|Commonwealth|Province) of (?-i:[A-Z])\w+(?: (?-i:[A-Z])\w+){0,2})\b[^.;]{0,160}"
    r"\b(?:governed|construed)\b[^.;]{0,80}\blaws? (?:thereof|of (?:that|such|said) (?:state|commonwealth|province))"
)
FEDERAL = rule(r"\bunited states|\bU\.?S\.?A?\b")
STATE_TOO = re.compile(r"[^.;]{0,120}?\b(?P<place>(?:State|Commonwealth) of [A-Z]\w+(?: [A-Z]\w+){0,2})")
PEOPLES_LAW = rule(
    r"\b(?P<place>" + PEOPLE + r") (?i:laws?)\b(?P<applies>(?i: shall| will)? (?i:govern|appl(?:y|ies)|is "
    r"applicable))?",
    exact_case=True,
)
CHOSEN = rule(r"\b(?:law is|subject to|under|governed by) (?:the )?$")
BARE = re.compile(r"\n[ \t\d.]*$")  # "Swedish law, should we ever need it"
NO_PLACES = frozenset({
    "This", "Agreement", "Section", "Any", "All", "Laws", "Law", "Consistent", "And", "AND", "Final", "Applicable",
    "Such", "Each", "Domiciliary", "Local", "Governing", "Mandatory", "Case",
})  # fmt: skip
# what is left of "the laws of the State of [____]" and of "applicable federal law"
KINDS_OF_PLACES = frozenset({"State", "Commonwealth", "Province", "Republic", "Kingdom", "Federal", "Country"})


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    for match in view.search(SAID_BEFORE):
        yield candidate("governing_law", " ".join(match["place"].split()), match, 0.86)
    for pattern, confidence in GOVERNED:
        for match in view.search(rule(pattern, exact_case=True)):
            if place := _place(match["place"]):
                end = match.end("place")
                if FEDERAL.search(place) and (state := STATE_TOO.match(view.text, end)):
                    place, end = " ".join(state["place"].split()), state.end("place")
                yield Candidate("governing_law", place, match.start(), end, confidence)
    yield from _peoples(view)


def _peoples(view: View) -> Iterator[Candidate]:
    """A law named by its people, as in “subject to Spanish law”, but not as in “practises Spanish law”."""
    for match in view.search(PEOPLES_LAW):
        low = max(0, match.start() - 24)
        alone = BARE.search(view.text, low, match.start()) and view.text[match.end() : match.end() + 1] in {",", "."}
        if match["applies"] or alone or CHOSEN.search(view.text, low, match.start()):
            yield candidate("governing_law", PEOPLES[match["place"].lower()], match, 0.82)


def _place(text: str) -> str | None:
    said = re.split(r",? (?:without|excluding|and(?! [A-Z])|as|in|except)\b|[.;(]", " ".join(text.split()))[0]
    place = said.removeprefix("the ").strip(" .,")
    if not place or place.split()[0] in NO_PLACES or place in KINDS_OF_PLACES:
        return None
    return PEOPLES.get(place.lower(), place)
