"""The grammar's own words, so that a typing error in one of them is read as meant."""

from __future__ import annotations

from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

WORDS = frozenset(
    "accept acceptance accepted action actions advance allow allowed amount amounts and answer approval approvals "
    "approve approved approver approves ask bill billable billed billing blocked blocker blockers blocking blocks "
    "breakdown budget cannot capped change changed changes charge choose clause client clients code codes come "
    "commercial contract contracts could country create currency customer customers deadline decide decided decision "
    "delivered department details dispute document done draft due employee entries everything expense expenses expired "
    "explain fees figure find fine first fix fixed give group help hold holds hours how invoice invoiced invoices "
    "invoicing issue issues keep know language last late law list long look make many matter milestone milestones "
    "missing month months more most much must need needed needs next not number numbers on only open order orders other "
    "outstanding over overdue overview owe pay payment payments pending people permission please point policies policy "
    "practice practices prepare previous price problem problems project projects proposal proposals propose proposed "
    "purchase question rate rates ready readiness reason reasons region regions reimbursed reject rejected remedy "
    "renew renewal repair report resolve retainer review role same say says schedule send services set should show "
    "signed solve someone something sort statement status stopping stuck submit sum summary suppose tax team tell term "
    "terminate termination terms thanks that the their them then there these they thing this time timesheet timesheets "
    "total travel unapproved unbilled under uninvoiced until value waiting was wait warning warnings were what when "
    "where which while who whom why will with withdraw without work worked would write wrong yes".split()
)
SHORTEST = 4
# Words of ordinary speech that stand one slip away from a word above and mean something else.
KEPT = frozenset(
    "bull ball ready bell reach read real then than them thin they ever even want went wise wild form from fix".split()
)


@cache
def corrected(word: str) -> str:
    """The grammar's word that this one is a slip away from (two in long words), or the word itself."""
    if word in WORDS or word in KEPT or len(word) < SHORTEST or not word.isalpha():
        return word
    slips = 1 if len(word) < 7 else 2  # noqa: PLR2004 - a long word takes two slips and is still itself
    found = process.extractOne(word, WORDS, scorer=OSA.distance, score_cutoff=slips)
    return found[0] if found else word
