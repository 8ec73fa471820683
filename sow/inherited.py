"""What a statement of work takes from its master agreement, and whose word stands where both speak.

What the work document does not state comes from the master as it stands that day. Where both state a field, the work
document's word stands, since it was made for this work, unless a text says otherwise: a master that claims to prevail,
or texts that contradict each other, leave it to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from domain.canonical import canonical, plain
from domain.masters import Rank
from domain.source import Evidence
from domain.terms import FIELDS, TermStatus
from sow.families import Family
from sow.held import Difference, Held, InForce, Said, Under
from sow.inforce import DECIDED

# The ways of working together, which a master settles for all work under it. A document's parties, number, dates and
# duration, its prices, totals, caps, currency, milestones, purchase order and signature are its own; its rates, too,
# unless it leaves them to the master.
SHARED = frozenset(
    {
        "payment_terms_days",
        "payment_terms_basis",
        "invoice_frequency",
        "po_required",
        "expenses",
        "late_interest",
        "invoice_dispute_days",
        "acceptance_days",
        "termination_convenience_days",
        "governing_law",
        "taxes",
        "change_order_required",
        "rate_escalation",
        "invoice_delivery",
        "retainage",
    }
)
MONEYS = "The master agreement's rates are in {theirs}, this document's amounts in {ours}."
STRUCK = "An amendment struck this document's own word; whether the master's holds instead is not said."
UNREAD = "{name} was read before words on precedence were kept: look there which of the two prevails."
CONTRADICTED = "The texts contradict each other on which of the two prevails."
CLAIMED = "By the text the master agreement prevails."
EXCEPTED = "Which of the two prevails depends on an exception that the text makes."


@dataclass(frozen=True)
class Side:
    """A document with its amendments, and what holds there."""

    family: Family
    found: InForce


def inherit(mine: Side, master: Side, confirmed_at: datetime | None) -> InForce:
    """The document's terms with those of its master; `confirmed_at` is None for a link that is only proposed.

    A master that begins later gives nothing yet.
    """
    own, confirmed, begins = mine.found, confirmed_at is not None, master.family.root.begins
    row = master.family.root.row
    if begins > own.on.isoformat():
        under = Under(row.id, row.name, confirmed, note=f"It holds from {begins} and gives nothing before that day.")
        return replace(own, under=under)
    taken, differences = tuple(_taken(mine, master)), tuple(_differences(mine, master, confirmed_at))
    under = Under(row.id, row.name, confirmed, taken, differences, _note(master.found, own.on))
    if not confirmed:
        return replace(own, under=under)
    held = sorted((*_marked(own, differences), *taken), key=lambda one: FIELDS.index(one.term.field))
    return replace(own, held=tuple(held), under=under)


def _taken(mine: Side, master: Side) -> Iterator[Held]:
    """What only the master states; rates where the document says that they are the master's."""
    own, left = mine.found, _left(mine.family)
    stated = {held.term.field for held in own.held}
    if left and "rates" not in stated:
        yield from _their_rates(own, master, left)
    struck = {change.field for change in own.changes if change.after is None and not change.why} - stated
    for held in master.found.held:
        if held.term.field in SHARED - stated:
            name = held.master or master.family.root.row.name
            one = replace(held, master=name)
            yield _open(one, STRUCK) if held.term.field in struck else one


def _left(family: Family) -> Evidence | None:
    """Where a document or an amendment of it says that the rates of its master agreement apply."""
    papers = (family.root, *family.amendments)
    return next((paper.bearing.rates[0] for paper in papers if paper.bearing and paper.bearing.rates), None)


def _their_rates(own: InForce, master: Side, left: Evidence) -> Iterator[Held]:
    """The master's rates, each with the words that leave them to it; a person's to look at in another currency."""
    ours, theirs = _currency(own), _currency(master.found)
    for held in master.found.held:
        if held.term.field == "rates":
            term = replace(held.term, evidence=(*held.term.evidence, left))
            one = replace(held, term=term, master=held.master or master.family.root.row.name)
            same = ours == theirs or not (ours and theirs)
            yield one if same else _open(one, MONEYS.format(theirs=theirs, ours=ours))


def _currency(found: InForce) -> str:
    return next((str(held.term.value) for held in found.held if held.term.field == "currency"), "")


def _open(held: Held, why: str, *others: Held) -> Held:
    alternatives = (*held.term.alternatives, *(one.term.value for one in others))
    quotes = (*held.term.evidence, *(quote for one in others for quote in one.term.evidence))
    term = replace(
        held.term, status=TermStatus.CONFLICT, alternatives=alternatives, evidence=tuple(dict.fromkeys(quotes))
    )
    return replace(held, term=term, why=why)


def _differences(mine: Side, master: Side, confirmed_at: datetime | None) -> Iterator[Difference]:
    why, said = _prevails(mine.family, master.family)
    for field in FIELDS:
        ours = tuple(held for held in mine.found.held if held.term.field == field)
        theirs = tuple(held for held in master.found.held if held.term.field == field)
        if field in SHARED and ours and theirs and _values(ours) != _values(theirs):
            settled = confirmed_at is not None and all(_settled(held, confirmed_at) for held in ours)
            yield Difference(field, ours, theirs, "" if settled else why, said)


def _values(held: Sequence[Held]) -> set[bytes]:
    return {canonical(plain(one.term.value)) for one in held}


def _settled(held: Held, since: datetime) -> bool:
    """Whether a person decided on the term after the link was confirmed, with both words before them."""
    term = held.term
    return term.status in DECIDED and term.decided_at is not None and term.decided_at > since


def _prevails(mine: Family, master: Family) -> tuple[str, tuple[Said, ...]]:
    """What stands against the document's own word (empty: nothing), and all that the texts say of it."""
    ranks = [(rank, _side(rank, own="work")) for rank in _ranks(mine)]
    ranks += [(rank, _side(rank, own="master")) for rank in _ranks(master)]
    names = {paper.row.id: paper.row.name for family in (mine, master) for paper in (family.root, *family.amendments)}
    said = tuple(Said(names[rank.evidence.document], rank.evidence) for rank, _ in ranks)
    unread = next((paper.row.name for paper in (mine.root, master.root) if paper.bearing is None), "")
    sides = {side for _, side in ranks}
    if len(sides) > 1:
        return CONTRADICTED, said
    if any(rank.exception for rank, _ in ranks):
        return EXCEPTED, said
    if sides == {"master"}:
        return CLAIMED, said
    return (UNREAD.format(name=unread) if unread else ""), said


def _ranks(family: Family) -> list[Rank]:
    papers = (family.root, *family.amendments)
    return [rank for paper in papers if paper.bearing for rank in paper.bearing.ranks]


def _side(rank: Rank, own: str) -> str:
    return own if rank.winner == "own" else rank.winner


def _marked(own: InForce, differences: Sequence[Difference]) -> Iterator[Held]:
    """The document's own terms; those that a person has to settle as conflicts with the master's word beside them."""
    open_ = {one.field: one for one in differences if one.why}
    for held in own.held:
        found = open_.get(held.term.field)
        yield _open(held, found.why, *found.theirs) if found else held


def _note(master: InForce, on: date) -> str:
    ends = next((str(held.term.value) for held in master.held if held.term.field == "end_date"), "")
    return f"It states that it ended on {ends}." if ends and ends < on.isoformat() else ""
