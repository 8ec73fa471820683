"""What an outside model's prose must hold to beside its figures: plain words, no deeds, each figure where it belongs.

A model may be wrong, steered, or lie. Its sentences are only an extra beside blocks that were rendered from records, so
the check is closed rather than clever: words that neither this trade's English (vocabulary.txt) nor this turn's results
have, anything that looks like markup or a link, a deed that no action's row shows, a figure beside a project whose
record does not hold it, "ready" where the record says blocked. Each withholds the whole prose.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from policies.grounding import COMMON, WORDING, Claims, claims, union
from policies.signals import INVISIBLE

# Letters, digits, spaces and the marks of plain sentences; two dots apart by letters are an address.
SIGNS = re.compile(r"[^\w\s.,;:!?'\"()/%&+\u2010-\u2015\u2018-\u201e\u20ac$\u00a3-]|_")
MARKUP = re.compile(r"//|\b[\w-]+\.(?=[a-z]{2,})[a-z]{2,}\b|&\w+;|\bdata:|\bjavascript\b|^[^\S\n]*+[-+] ", re.MULTILINE)
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
PARTS = re.compile(r"(?<!\d),\s+|[;:]\s+|(?<!\s)\s++(?:and|but|while|whereas)\s+")
CONTRACTIONS = (
    ("can't", "cannot"),
    ("won't", "will not"),
    ("n't", " not"),
    ("'ve", " have"),
    ("'ll", " will"),
    ("'s", " is"),
)
RULES: dict[str, Any] = WORDING["testimony"]
BAD_STATES = frozenset({"blocked", "cannot_determine"})
STATES = BAD_STATES | {"billable", "nothing_to_bill"}
DONE_BY = {  # what a deed needs an action's row to say
    "approv": frozenset({"approved", "executing", "executed", "verified", "compensated"}),
    "reject": frozenset({"rejected"}),
    "propos": frozenset({"awaiting_approval", "approved", "executing", "executed", "verified"}),
    "": frozenset({"executed", "verified", "compensated"}),
}
MOST_PARTS = 60


@dataclass(frozen=True)
class _Record:
    """One object of a result: the words that name it, and what it and its surroundings state."""

    names: frozenset[str]
    known: Claims
    states: frozenset[str]
    amounts: Mapping[str, Claims]  # by key, of the keys that a sentence can name


def doubts(prose: str, facts: Iterable[Any], expected: Iterable[str] = ()) -> tuple[str, ...]:
    """Why this prose of an outside model is not shown, as stable kinds; empty is good.

    `facts` are this turn's results; `expected` the codes that the person asked about, which a figure speaks of when
    its own sentence names nothing.
    """
    results = list(facts)
    text = unicodedata.normalize("NFKC", prose)
    if INVISIBLE.search(prose) or SIGNS.search(text) or MARKUP.search(text):
        return ("markup",)
    parts = [part for sentence in SENTENCES.split(text) for part in _parts(sentence)]
    if len(parts) > MOST_PARTS:
        return ("length",)
    unknown = _words(results, text)
    if unknown:
        return tuple(f"word {word}" for word in unknown[:5])
    found = _told(text.lower())
    records = [record for result in results for record in _records(result)]
    return (*found, *_deeds(text.lower(), records), *_moved(parts, records, tuple(expected)))


def _parts(sentence: str) -> list[tuple[str, str]]:
    """Parts of a sentence, each with the whole of it."""
    return [(part, sentence) for part in PARTS.split(sentence) if part.strip()]


@cache
def _vocabulary() -> frozenset[str]:
    lines = (Path(__file__).parent / "vocabulary.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _words(results: list[Any], text: str) -> list[str]:
    """The words of a text that neither the vocabulary nor the results have."""
    said = dict.fromkeys(word.replace("\u2019", "'").lower() for word in WORD.findall(_without_codes(text)))
    strange = [w for w in said if not _plain(w, _vocabulary()) and w not in COMMON]
    if not strange:
        return []
    known = frozenset(w.lower() for one in _scalars(results) for w in re.findall(r"[^\W\d_]+", one))
    return [word for word in strange if not _plain(word, known)]


def _without_codes(text: str) -> str:
    return re.sub(r"\S*\d\S*", " ", text)


def _plain(word: str, known: frozenset[str]) -> bool:
    bare = word.removesuffix("'s").removesuffix("'")
    return bare in known or ("-" in bare and all(part in known for part in bare.split("-")))


def _told(text: str) -> tuple[str, ...]:
    """Requests, words on policy, times that only a calendar could check, and the model's own person."""
    text = _expanded(text)
    found = [kind for kind in ("requests", "policy", "times") if _any(kind).search(text)]
    found += [
        "self"
        for sentence in SENTENCES.split(text)
        if re.search(RULES["self"], sentence) and not re.search(RULES["self_allowed"], sentence.strip())
    ]
    return tuple(dict.fromkeys(found))


@cache
def _any(kind: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(RULES[kind])})\b")


def _deeds(text: str, records: list[_Record]) -> tuple[str, ...]:
    """A deed is shown where an action's row has come so far, or where it is said not to be done."""
    states = frozenset(state for record in records for state in record.states)
    for sentence in SENTENCES.split(_expanded(text)):
        for match in _any("deeds").finditer(sentence):
            needed = next(rows for stem, rows in DONE_BY.items() if match.group().startswith(stem))
            before = sentence[: match.start()][-40:]
            if not re.search(rf"(?:{RULES['undone']})(?:\W+\w+){{0,2}}\W*$", before) and not needed & states:
                return ("claim that something was done",)
    return ()


def _moved(parts: list[tuple[str, str]], records: list[_Record], expected: tuple[str, ...]) -> tuple[str, ...]:
    """Figures, dates and verdicts that the record they are said of does not hold."""
    carried: tuple[str, ...] = ()
    found: list[str] = []
    for part, sentence in parts:
        subjects = _subjects(part) or carried or _subjects(sentence)
        carried = _subjects(part) or carried
        about = [_about(records, subject) for subject in subjects]
        if not about and expected:  # any of those that were asked about
            about = [[record for code in expected for record in _about(records, code.lower())]]
        said = claims(part)
        for these in about or [records]:
            if not _holds(said, union(record.known for record in these)) or _mislabelled(part, these):
                found.append("figure of another record")
            found += _verdicts(part.lower(), these)
    return tuple(dict.fromkeys(found))


def _subjects(text: str) -> tuple[str, ...]:
    said = claims(text)
    return tuple(sorted({*(code.lower() for code in said.codes), *(said.names - COMMON)}))


def _about(records: list[_Record], subject: str) -> list[_Record]:
    return [r for r in records if subject in r.names or subject.removesuffix("'s") in r.names]


def _holds(said: Claims, known: Claims) -> bool:
    figures = {abs(figure) for figure in known.figures}
    dates = all(
        any(
            other == date or other.startswith(f"{date}-") or (date.startswith("--") and date[2:] in other[4:])
            for other in known.dates
        )
        for date in said.dates
    )
    return dates and all(abs(figure) in figures for figure in said.figures)


def _verdicts(text: str, records: list[_Record]) -> Iterator[str]:
    """Good and bad words on billing against the records' own status; nothing good is believed where there is none."""
    text = _expanded(text)
    status = frozenset(state for record in records for state in record.states) & STATES
    for kind in ("good", "bad"):
        for match in _any(kind).finditer(text):
            if _none_of_it(match.group(), text, records):
                continue
            good = (kind == "good") != bool(re.search(RULES["turned"], text[: match.start()][-40:]))
            if good and status != frozenset({"billable"}):
                yield "verdict that no record states"
            if not good and status and not status & BAD_STATES:
                yield "verdict that no record states"


def _none_of_it(word: str, text: str, records: list[_Record]) -> bool:
    """Whether the word only says of what there is nothing: "EUR 0.00 is held back" is no word against billing."""
    if {abs(figure) for figure in claims(text).figures} != {Decimal(0)}:
        return False
    labels = [name for name, wording in RULES["labels"].items() if re.fullmatch("|".join(wording), word)]
    return any(
        Decimal(0) in record.amounts[name].figures for name in labels for record in records if name in record.amounts
    )


def _mislabelled(text: str, records: list[_Record]) -> bool:
    """An amount that is said to be held back, ready or unbilled and stands only under another of these keys."""
    said = claims(text).figures & {n for r in records for one in r.amounts.values() for n in one.figures}
    for label, wording in RULES["labels"].items():
        held = [record.amounts[label] for record in records if label in record.amounts]
        if held and re.search(rf"\b(?:{'|'.join(wording)})\b", text.lower()):
            return any(figure not in one.figures for figure in said for one in [union(held)])
    return False


def _amounts(value: Mapping[Any, Any]) -> dict[str, Claims]:
    """What stands under each key that a sentence can name; what findings hold is held back, too."""
    found = {key: union(map(claims, _scalars(value[key]))) for key in RULES["labels"] if key in value}
    if "held_back" in found:
        found["held_back"] = union([found["held_back"], *map(claims, _scalars(value.get("findings")))])
    return found


def _expanded(text: str) -> str:
    text = text.replace("\u2019", "'")
    for short, long in CONTRACTIONS:
        text = text.replace(short, long)
    return text


def _records(value: Any, around: Claims | None = None) -> Iterator[_Record]:
    """Every object of a result, with what it states in itself, below itself, and in the objects around it."""
    around = around or Claims()
    if isinstance(value, list | tuple):
        for item in value:
            yield from _records(item, around)
    if not isinstance(value, Mapping):
        return
    own = [(str(key), item) for key, item in value.items()]
    direct = [str(item) for _, item in own if _is_scalar(item)]
    direct += [str(one) for _, item in own if isinstance(item, list | tuple) for one in item if _is_scalar(one)]
    below = union([around, *map(claims, _scalars(value))])
    here = union([around, *map(claims, direct)])
    names = frozenset(word.lower() for text in direct for word in re.findall(r"[\w'\u2019&-]+", text))
    names |= {code.lower() for text in direct for code in claims(text).codes}
    states = frozenset(item for key, item in own if key in {"state", "status"} and isinstance(item, str))
    yield _Record(names, below, states, _amounts(value))
    for key, item in own:
        named = {"": key} | dict(item) if isinstance(item, Mapping) else item  # keyed by a code: its name
        yield from _records(named, here)


def _is_scalar(value: Any) -> bool:
    return value is not None and not isinstance(value, bool | Mapping | list | tuple)


def _scalars(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _scalars(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _scalars(item)
    elif _is_scalar(value):
        yield str(value)
