"""A chain from ERP record to contract, as lines that a controller reads from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.actor import through

Json = Mapping[str, Any]
QUOTE_LENGTH = 300


def lines(chains: Sequence[Json]) -> Iterator[str]:
    """All chains, each from the record back to the words and forward again."""
    for number, chain in enumerate(chains):
        if number:
            yield ""
        yield from _chain(chain)


def _chain(chain: Json) -> Iterator[str]:
    action = chain["action"]
    record = action["record"]
    yield f"{_record(record)}  {action['state'].replace('_', ' ')}"
    yield f"  {action['intent']['summary']}"
    yield f"  action {action['id']}, version {action['version']}, {action['type']}, digest {action['digest'][:16]}…"
    yield from _part("Verified and executed", [_step(step) for step in chain["verification"]])
    yield from _part("Decided", [_decision(decision) for decision in action["decisions"]])
    yield from _part("Policy", _policy(action["verdict"]))
    yield from _part("Proposed", _proposal(action))
    yield from _part("Rests on", [line for quote in chain["quotes"] for line in _quote(quote)])
    yield from _part("The same documents also led to", [_resting(row) for row in chain["forward"]])


def _part(title: str, found: Sequence[str]) -> Iterator[str]:
    if found:
        yield f"  {title}"
        yield from (f"    {line}" for line in found)


def _record(record: Json | None) -> str:
    return f"{record['system']} {record['model']},{record['id']} {record['label']}" if record else "(nothing written)"


def _step(step: Json) -> str:
    said = step["facts"].get("problem") or ""
    return f"{_moment(step['at'])}  {step['event'].split('.', 1)[1].replace('_', ' ')} by {step['who']}" + (
        f": {said}" if said else ""
    )


def _decision(decision: Json) -> str:
    asked = f" on behalf of {decision['on_behalf_of_name']}" if decision.get("on_behalf_of") else ""
    reason = f": “{decision['reason']}”" if decision["reason"] else ""
    who = f"{decision['person_name']}{asked}"
    return f"{_moment(decision['decided_at'])}  {decision['verdict']} by {who} (step {decision['step'] + 1}){reason}"


def _policy(verdict: Json) -> list[str]:
    return [f"rules {', '.join(verdict['rules'])}; digest {verdict['digest'][:16]}…", *verdict["reasons"]]


def _proposal(action: Json) -> list[str]:
    how = through(action["agent_run"]) or "directly"
    finding = action["intent"]["finding"]
    reasons = [f"because: {reason}" for reason in action["intent"]["reasons"]]
    return [
        f"{_moment(action['created_at'])}  by {action['proposer_name']}, {how}",
        *([f"finding: {finding}"] if finding else []),
        *reasons,
    ]


def _quote(quote: Json) -> Iterator[str]:
    about = ", ".join(quote["fields"])
    yield f"{about}: {quote['document_name']}, page {quote['page']}  {quote['href']}"
    words = " ".join(quote["quote"].split())
    yield f"  “{words[:QUOTE_LENGTH]}{'…' if len(words) > QUOTE_LENGTH else ''}”"
    if quote["term"]:
        decided = f" by {quote['decided_by']}, {_moment(quote['decided_at'])}" if quote["decided_by"] else ""
        yield f"  term {quote['term'].replace('_', ' ')}: {quote['status']}{decided}"


def _resting(row: Json) -> str:
    return f"{_record(row['record'])}  {row['state'].replace('_', ' ')}: {row['summary']}"


def _moment(at: str) -> str:
    return at[:19].replace("T", " ")
