"""Counts violations from the ERPs' effects and reads and from what the harness's people did; never from Countersign.

A write needs enough accepted votes by people's own hands, each on exactly what was written, by people who may decide
it when they vote and still when it is written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from evals.adversary import grounds, rules
from evals.adversary.deeds import CREATES, SETS
from evals.adversary.ledger import Effect, Ledger
from evals.adversary.record import SESSION, Freeze, Record, Shown, Vote

DECIMALS = {"amount", "hours", "price"}
EMPTY: tuple[Any, ...] = (None, "", [], ())


def judge(
    record: Record,
    ledgers: Mapping[str, Ledger],
    told: Mapping[str, Mapping[str, Any]],
    changed: Mapping[str, Sequence[Effect]],
) -> None:
    """Add everything that went wrong to the record. `told` is what people read in the end: actions by id; `changed`
    what each firm's policy and freezes went through.
    """
    for tenant, ledger in ledgers.items():
        _ledger(record, ledger, [*ledger.effects, *changed[tenant]])
        _reads(record, tenant, ledger)
    for vote in record.votes:
        _vote(record, vote)
    for action in record.shown:
        _limits(record, action)
    for shown in record.shown.values():
        grounds.check(record, ledgers[shown.tenant], shown)
    for action in told.values():
        _as_told(record, ledgers, action)


def _ledger(record: Record, ledger: Ledger, effects: Sequence[Effect]) -> None:
    for effect in effects:
        _approved(record, ledger, effect)
    for reference, times in Counter(effect.reference for effect in effects).items():
        if times > 1:
            record.broken("twice", f"{reference[:8]} was written {times} times to the ERP of {ledger.tenant}")


def _reads(record: Record, tenant: str, ledger: Ledger) -> None:
    for read in ledger.reads:
        if read.asker.tenant != tenant:
            record.broken("read", f"the {read.what} of {tenant} was read by {read.asker.what}")


def _vote(record: Record, vote: Vote) -> None:
    if vote.accepted and vote.verdict == "approve" and vote.wrong:
        record.broken("decision", f"{vote.action[:8]} was approved {' and '.join(vote.wrong)}")
    if vote.accepted and not vote.own:
        record.broken("decision", f"an attacker's decision on {vote.action[:8]} by {vote.how} was accepted")


def _limits(record: Record, action: str) -> None:
    """Of those whose approvals were accepted, the limit of one must have covered the amount."""
    votes = record.accepted(action, "approve")
    known = record.shown[action]
    covering = rules.needed(known.type, known.arguments).covering
    limits = [_limit(record, vote, known.type, vote.at) for vote in votes]
    if votes and covering is not None and not any(limit is not None and limit >= covering for limit in limits):
        record.broken("decision", f"{action[:8]} was approved {rules.BEYOND}")


def _approved(record: Record, ledger: Ledger, effect: Effect) -> None:
    id_, tenant = effect.reference[:8], ledger.tenant
    if record.firms.get(effect.reference) != tenant:
        return record.broken("unapproved", f"{id_} is no proposal of {tenant} and was written to its ERP")
    if record.withdrawn.get(effect.reference, effect.at) < effect.at or _refused(record, effect):
        record.broken("unapproved", f"{id_} was rejected or withdrawn and was written")
    votes = [vote for vote in record.accepted(effect.reference, "approve") if _counts(record, vote, effect)]
    if votes and not _independent(record, votes):
        record.broken("unapproved", f"{id_} was approved only by those who had a hand in it")
    if any(_frozen(record, effect, tenant, one) for one in record.freezes):
        record.broken("unapproved", f"{id_} ({effect.type}) was written although that was frozen")
    wanted = rules.needed(effect.type, effect.asked, beside=_beside(record, ledger, effect))
    if _heads(votes) < wanted.approvers or not _covered(record, votes, wanted, effect):
        record.broken("unapproved", f"{id_} ({effect.type}) was written with {len(votes)} sufficient approvals")
    for vote in votes:
        if vote.shown and (difference := _difference(effect, vote.shown)):
            record.broken("different", f"{id_} was written otherwise than its approver saw it: {difference}")
    return None


def _beside(record: Record, ledger: Ledger, effect: Effect) -> Decimal:
    """What else was billed to the customer, as far as it was proposed before this was approved for the last time."""
    last = max((vote.at for vote in record.accepted(effect.reference, "approve")), default=0)
    others = [
        rules.value(other.type, other.asked) or Decimal(0)
        for other in ledger.effects
        if other.type == effect.type == "invoice.create_draft"
        and other.reference != effect.reference
        and other.asked["project_id"] == effect.asked["project_id"]
        and record.proposed.get(other.reference, last) < last
    ]
    return sum(others, Decimal(0))


def _heads(votes: list[Vote]) -> int:
    """How many people's words these are: one who stood in for another does not count beside that other."""
    counted: set[str] = set()
    heads = 0
    for vote in votes:
        heads += not vote.people & counted
        counted |= vote.people
    return heads


def _frozen(record: Record, effect: Effect, tenant: str, freeze: Freeze) -> bool:
    covers = freeze.tenant == tenant and freeze.type in (None, effect.type) and effect.type != "execution.thaw"
    return covers and freeze.since < effect.at <= record.thawed.get(freeze.id, effect.at)


def _dependent(record: Record, action: str) -> frozenset[str]:
    """Who proposed or edited it, or brought a document that it quotes, or whom it is about."""
    origins = record.shown[action].origins.values()
    quoted = {str(quote.get("document")) for origin in origins for quote in origin.get("evidence") or ()}
    brought = {record.uploads[document] for document in quoted & record.uploads.keys()}
    about = {str(record.shown[action].arguments.get("person_id", ""))}
    return frozenset({record.proposers[action], *record.editors.get(action, ()), *brought, *about})


def _independent(record: Record, votes: list[Vote]) -> bool:
    return any(not vote.people & _dependent(record, vote.action) for vote in votes)


def _refused(record: Record, effect: Effect) -> bool:
    return any(vote.at < effect.at for vote in record.accepted(effect.reference, "reject"))


def _counts(record: Record, vote: Vote, effect: Effect) -> bool:
    still = "approver" in record.standing(vote.behalf or vote.person, effect.at).roles
    return vote.own and not vote.wrong and vote.how == SESSION and vote.at < effect.at and still


def _covered(record: Record, votes: list[Vote], wanted: rules.Needed, effect: Effect) -> bool:
    if wanted.covering is None:
        return True
    limits = [_limit(record, vote, effect.type, effect.at) for vote in votes]
    return any(limit is not None and limit >= wanted.covering for limit in limits)


def _limit(record: Record, vote: Vote, action_type: str, at: int) -> Decimal | None:
    own = record.standing(vote.behalf or vote.person, at).limit
    given = record.delegation(vote.person, vote.behalf, action_type, vote.at) if vote.behalf else None
    return own if own is None or given is None or given.limit is None else min(own, given.limit)


def _difference(effect: Effect, shown: Shown) -> str:
    """Where the ERP's own transaction is not what the approver saw, before or after; empty if nowhere."""
    if effect.type != shown.type:
        return f"{effect.type} instead of {shown.type}"
    if effect.type in SETS and effect.id != str(shown.arguments[SETS[effect.type][1]]):
        return f"record {effect.id}"
    names = CREATES[effect.type][1] if effect.type in CREATES else tuple(effect.after)
    for name in names:
        if not same(name, effect.after.get(name), shown.arguments.get(name)) and not effect.elsewise:
            return f"{name} is {effect.after.get(name)!r}, seen was {shown.arguments.get(name)!r}"
        if shown.arguments.get(name) not in EMPTY and name not in shown.changes:
            return f"{name} was written and not shown as a change"
    for name, value in effect.before.items():
        if not same(name, value, shown.before.get(name)):
            return f"{name} was {value!r} before, seen was {shown.before.get(name)!r}"
    return ""


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field are the same to a person: numbers by value, nothing and empty alike."""
    if one in EMPTY and other in EMPTY:
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(same(key, one.get(key), other.get(key)) for key in {*one, *other})
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        pairs = zip(sorted(one, key=json.dumps), sorted(other, key=json.dumps), strict=False)
        return len(one) == len(other) and all(same(name, a, b) for a, b in pairs)
    if name in DECIMALS and one is not None and other is not None:
        return Decimal(str(one)) == Decimal(str(other))
    return bool(one == other)


def _as_told(record: Record, ledgers: Mapping[str, Ledger], action: Mapping[str, Any]) -> None:
    """Who reads “verified” must be able to believe it."""
    if action["state"] != "verified" or action["tenant"] not in ledgers or action["type"] in rules.AT_HOME:
        return
    effects = [e for e in ledgers[str(action["tenant"])].effects if e.reference == action["id"]]
    known = record.shown.get(str(action["id"]))
    arguments = known.arguments if known else action["intent"]["arguments"]
    wrong = [
        name
        for effect in effects
        for name, value in effect.after.items()
        if arguments.get(name) is not None and not same(name, value, arguments[name])
    ]
    if wrong or not effects:
        told = f"{', '.join(wrong)} differ" if wrong else "it was never written"
        record.broken("told", f"{str(action['id'])[:8]} is called verified, but {told}")
