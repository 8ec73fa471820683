"""The terms of a document and its amendments on a day, and what changed each, from when, by which clause.

Amendments apply in the order in which they hold. What cannot be settled from the texts alone (a difference to something
unknown, a former value that is not what was in force) is a conflict for a person, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from domain.amendments import Effect
from domain.terms import FIELDS, SEVERAL, TermStatus
from sow.difference import later, plus
from sow.families import Family, Paper
from sow.held import Change, Held, InForce
from store.amendments import Place
from store.documents import TermRow

OWN = frozenset({"client", "provider", "document_number", "master_agreement", "effective_date", "signed"})
DECIDED = frozenset({TermStatus.CONFIRMED, TermStatus.CORRECTED})
Key = tuple[str, str]


@dataclass
class _State:
    """What holds so far, while amendments are applied one after the other."""

    on: str
    places: Mapping[str, tuple[Place, ...]]
    held: dict[Key, Held] = field(default_factory=dict[Key, Held])
    changes: list[Change] = field(default_factory=list[Change])

    def clause_of(self, document: str, at: int) -> str:
        """The number of the clause that holds this character."""
        found = [place.number for place in self.places.get(document, ()) if place.start_at <= at and place.number]
        return found[-1] if found else ""


@dataclass(frozen=True)
class _Told:
    """All that one amendment says of one term; `term` is what was read there, with a person's word on it."""

    paper: Paper
    key: Key
    effects: tuple[Effect, ...] = ()
    term: TermRow | None = None
    scope: Effect | None = None


def in_force(family: Family, on: date, places: Mapping[str, tuple[Place, ...]]) -> InForce:
    """The family's terms on a day; `places` holds the clauses of its documents."""
    state = _State(on.isoformat(), places)
    for term in family.root.terms:
        if term.status is not TermStatus.REJECTED:
            state.held[_key(term.field, term.value)] = Held(term, state.clause_of(term.document, _at(term)))
    pending: list[tuple[str, str, str]] = []
    for paper in family.amendments:
        if paper.begins > state.on:
            pending.append((paper.row.id, paper.row.name, paper.begins))
            continue
        _apply(state, paper)
    held = sorted(state.held.values(), key=lambda one: (FIELDS.index(one.term.field), one.term.position))
    return InForce(on, family.root.row.id, tuple(held), tuple(state.changes), tuple(pending))


def _at(term: TermRow) -> int:
    return term.evidence[0].start if term.evidence else -1


def _key(name: str, value: Any) -> Key:
    """What makes two values the same term: the role of a rate, the name of a milestone, the word of a list."""
    if name not in SEVERAL:
        return name, ""
    said = (value.get("role") or value.get("name") or "") if isinstance(value, dict) else value
    return name, " ".join(str(said).casefold().split())


def _apply(state: _State, paper: Paper) -> None:
    told = _all_told(paper)
    for one in told:
        _settle(state, one)
    for effect in paper.amendment.effects if paper.amendment else ():
        if effect.field is None and effect.clause and _since(paper, effect) <= state.on:
            _clause(state, paper, effect, {one.key for one in told})
        elif effect.field == "rates" and not effect.entry and effect.delta:
            _raise_all(state, paper, effect)


def _all_told(paper: Paper) -> list[_Told]:
    """What the amendment says of each term, by effects and by terms that were read in it."""
    effects = paper.amendment.effects if paper.amendment else ()
    found: dict[Key, _Told] = {}
    for term in paper.terms:
        key = _key(term.field, term.value)
        if term.field not in OWN and term.status is not TermStatus.REJECTED:
            scope = next((e for e in effects if e.field is None and e.start <= _at(term) < e.end), None)
            found[key] = _Told(paper, key, (), term, scope)
    rejected = {_key(t.field, t.value) for t in paper.terms if t.status is TermStatus.REJECTED} - found.keys()
    for effect in effects:
        if effect.field is None or (effect.field == "rates" and not effect.entry):
            continue
        key = (effect.field, " ".join(effect.entry.casefold().split()))
        if key not in rejected:
            known = found.get(key, _Told(paper, key))
            found[key] = replace(known, effects=(*known.effects, effect))
    return list(found.values())


def _since(paper: Paper, effect: Effect | None) -> str:
    return (effect.since if effect else None) or paper.begins


def _settle(state: _State, told: _Told) -> None:
    """Put one term in force as the amendment says, or as a conflict with what stands against it."""
    dated = next((effect for effect in told.effects if effect.since), told.effects[0] if told.effects else None)
    since = _since(told.paper, dated)
    current = state.held.get(told.key)
    if since > state.on or (current and told.term and not told.effects and _same(current.term, told.term)):
        return
    after, why = _after(told, current.term if current else None)
    change = _change(state, told, current, after, why, since)
    if change.before == change.after and not why:
        return
    state.changes.append(change)
    state.held[told.key] = Held(_term(told, current, after, why), change.by, change)


def _same(current: TermRow, told: TermRow) -> bool:
    return current.value == told.value and told.status is not TermStatus.CONFLICT


def _after(told: _Told, current: TermRow | None) -> tuple[Any, str]:
    """The value afterwards, and what stands against it; a person's word on the amendment's term settles it."""
    if told.term is not None and told.term.status in DECIDED:
        return told.term.value, ""
    stated = [e.value for e in told.effects if e.value is not None] or ([told.term.value] if told.term else [])
    before = [e.before for e in told.effects if e.before is not None]
    deltas = [e.delta for e in told.effects if e.delta]
    value = stated[0] if stated else None
    known = current is not None and current.status is not TermStatus.CONFLICT
    possible = plus(told.key[0], current.value, deltas[0]) if current and known and deltas else ()
    if value is None:
        value = possible[0] if len(possible) == 1 else None
        if value is None:
            return None, _unsettled(deltas, possible, known=known)
    return value, _against(told, current if known else None, value, before, possible if deltas else None)


def _unsettled(deltas: list[str], possible: tuple[Any, ...], *, known: bool) -> str:
    if possible:
        return "It can mean two days: " + " or ".join(possible) + "."
    if deltas and not known:
        return "It only says by how much, and what held before is not certain."
    return "It does not say what holds from then on."


def _against(
    told: _Told, current: TermRow | None, value: Any, before: list[Any], possible: tuple[Any, ...] | None
) -> str:
    if any(e.value not in (None, value) for e in told.effects):
        return "It states two different values."
    if told.term is not None and told.term.status is TermStatus.CONFLICT and not told.effects:
        return "What it states is not certain."
    if current is not None and before and current.value not in before:
        return "What it says held before is not what was in force: another amendment may be missing."
    if current is not None and possible and value not in possible:
        return "The stated difference does not lead to the stated value."
    return ""


def _change(state: _State, told: _Told, current: Held | None, after: Any, why: str, since: str) -> Change:
    evidence = told.term.evidence if told.term else ()
    quoted = tuple(dict.fromkeys([*(effect.evidence for effect in told.effects), *evidence]))
    scope = told.scope or (told.effects[0] if told.effects else None)
    by = scope.by if scope else state.clause_of(told.paper.row.id, quoted[0].start if quoted else -1)
    clause = (told.scope.clause if told.scope else "") or (current.clause if current and not current.change else "")
    operation = scope.operation if scope else ("replaces" if current else "adds")
    before = current.term.value if current else None
    named = _entry(told)
    paper = told.paper.row
    return Change(told.key[0], named, before, after, since, paper.id, paper.name, by, clause, operation, quoted, why)


def _entry(told: _Told) -> str:
    value = told.term.value if told.term else None
    said = (value.get("role") or value.get("name") or "") if isinstance(value, dict) else ""
    return str(said) or next((effect.entry for effect in told.effects), "")


def _term(told: _Told, current: Held | None, after: Any, why: str) -> TermRow:
    """The term in force: the amendment's own row where one was read there, else the former one with the new value."""
    mine = told.term or (current.term if current else None) or _unread(told)
    quotes = tuple(dict.fromkeys([*(effect.evidence for effect in told.effects), *mine.evidence]))
    before = current.term.value if current else None
    value = before if after is None else after
    if not why:
        return replace(mine, value=value, evidence=quotes)
    others = tuple(v for v in (before, after, *mine.alternatives) if v is not None and v != value)
    return replace(mine, value=value, evidence=quotes, status=TermStatus.CONFLICT, alternatives=others)


def _unread(told: _Told) -> TermRow:
    """A term that stands in an effect alone: nobody has a row of it to decide on."""
    document = told.paper.row.id
    status, method = TermStatus.PROPOSED, "rules"
    return TermRow("", document, 0, told.key[0], None, None, 0.8, method, status, (), (), None, None, "")


def _clause(state: _State, paper: Paper, effect: Effect, told: set[Key]) -> None:
    """What the named clause stated is gone; where it was replaced and says nothing of a term now, a person looks."""
    touched = [(key, held) for key, held in state.held.items() if _stands_in(held, effect.clause) and key not in told]
    for key, held in touched:
        why = "" if effect.operation == "deletes" else "Its clause was replaced, and the new text does not state it."
        if effect.operation == "adds":
            continue
        change = Change(
            *(key[0], key[1], held.term.value, None, _since(paper, effect), paper.row.id, paper.row.name),
            *(effect.by, effect.clause, effect.operation, (effect.evidence,), why),
        )
        state.changes.append(change)
        if why:
            state.held[key] = replace(held, term=replace(held.term, status=TermStatus.CONFLICT), change=change)
        else:
            del state.held[key]


def _stands_in(held: Held, clause: str) -> bool:
    """Whether the original document's word stands in that clause, or in one below it."""
    return held.change is None and (held.clause == clause or held.clause.startswith(f"{clause}."))


def _raise_all(state: _State, paper: Paper, effect: Effect) -> None:
    """A share by which all rates change."""
    since = _since(paper, effect)
    for key, held in list(state.held.items()):
        if key[0] != "rates" or since > state.on:
            continue
        raised = later(held.term.value, effect.delta or "")
        why = "" if held.term.status is not TermStatus.CONFLICT else "The rate before is not certain."
        change = Change(
            *("rates", str(held.term.value.get("role") or ""), held.term.value, raised, since),
            *(paper.row.id, paper.row.name, effect.by, held.clause, effect.operation, (effect.evidence,), why),
        )
        state.changes.append(change)
        term = replace(held.term, value=raised, evidence=(effect.evidence, *held.term.evidence))
        state.held[key] = Held(term, effect.by, change)
