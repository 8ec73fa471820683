"""`countersign evals run agent [--set NAME…] [--first N] [--list] [--home DIR]`: the agent's answers, scored.

The same questions run against any configured model: `--model NAME --url URL` (its key by COUNTERSIGN_MODEL_KEY).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from agent.models import ModelSettings
from erp.demo import server
from erp.demo.cache import built_firm
from evals import truth as planted
from evals.agent.desk import Desk, desk
from evals.agent.records import Records, month_end, months_before
from evals.agent.scoring import Score, score
from evals.agent.truth import expect
from evals.stand import Stand, stand

FOLDER = Path(__file__).parent / "questions"


@dataclass(frozen=True)
class Case:
    """One conversation: what was said before, the question, and what its answer must call and contain."""

    ask: str
    tool: str
    args: dict[str, Any]
    truth: str
    before: tuple[str, ...]
    who: str


@dataclass
class Result:
    """What was counted; `wrong` says each question that was not answered rightly, and why."""

    right: int = 0
    wrong_figures: int = 0
    refusals: int = 0
    refusals_right: int = 0
    wrong: list[str] = field(default_factory=list[str])
    kinds: Counter[str] = field(default_factory=Counter[str])
    seconds: list[float] = field(default_factory=list[float])

    def take(self, case: Case, found: Score, seconds: float) -> None:
        """Count one answer."""
        self.right += found.right
        self.wrong_figures += found.wrong_figure
        self.kinds[case.tool] += 1
        self.seconds.append(seconds)
        if case.tool in ("ask", "refuse"):
            self.refusals += 1
            self.refusals_right += found.right
        if not found.right:
            said = " > ".join([*case.before, case.ask])
            self.wrong.append(f"{'FIGURE ' if found.wrong_figure else ''}{said}: {found.why}")


def run(argv: list[str]) -> dict[str, Any]:
    """Ask every question of a set (without --set, of all) and score the answers."""
    sets = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
    parser = argparse.ArgumentParser("countersign evals run agent", description=__doc__)
    parser.add_argument("--set", choices=sets, nargs="+", default=sets, help="sets of questions (all)")
    parser.add_argument("--first", type=int, default=10**6, help="so many questions, evenly picked (all)")
    parser.add_argument("--list", action="store_true", help="tell each question that was not answered rightly")
    parser.add_argument("--home", type=Path, help="a built demo firm (built where there is none)")
    parser.add_argument("--model", default="", help="name of a model (the built-in rules)")
    parser.add_argument("--url", default="", help="where the model is served")
    wanted = parser.parse_args(argv)
    key = SecretStr(os.environ.get("COUNTERSIGN_MODEL_KEY", ""))
    settings = ModelSettings(url=wanted.url, name=wanted.model, key=key)
    result = asyncio.run(_measure(wanted.home or _firm(), wanted, settings))
    ordered = sorted(result.seconds)
    return {
        "questions": len(ordered),
        "right": result.right,
        "wrong_figures": result.wrong_figures,
        "refusals": result.refusals,
        "refusals_right": result.refusals_right,
        "tools": len(result.kinds),
        "median_ms": round(1000 * ordered[len(ordered) // 2]),
        "p95_ms": round(1000 * ordered[int(0.95 * (len(ordered) - 1))]),
    }


def _firm() -> Path:
    print("Building the demo firm, unless it stands", file=sys.stderr)
    return built_firm(
        datetime.now(UTC).date(), progress=lambda text: print(f"  {text}", file=sys.stderr), whole_month=True
    )


def cases(today: datetime, names: tuple[str, ...]) -> Iterator[Case]:
    """The questions of these sets, with dates of the demo firm's calendar filled in."""
    dates = _dates(today)
    for name in names:
        for row in tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["case"]:
            args = {key: _filled(value, dates) for key, value in row.get("args", {}).items()}
            for ask in row["ask"]:
                yield Case(
                    _filled(ask, dates),
                    row["tool"],
                    args,
                    _filled(row.get("truth", "says"), dates),
                    tuple(_filled(said, dates) for said in row.get("before", ())),
                    row.get("as", "finn"),
                )


def _dates(today: datetime) -> dict[str, str]:
    """`{m0}` is this month as YYYY-MM, `{m1}` the one before, with `_name`, `_first`, `_last`; quarters as `{q1}`."""
    found: dict[str, str] = {
        "today": today.date().isoformat(),
        "yesterday": (today.date() - timedelta(days=1)).isoformat(),
    }
    for back in range(9):
        first = months_before(today.date(), back)
        found |= {
            f"m{back}": first.strftime("%Y-%m"),
            f"m{back}_name": first.strftime("%B"),
            f"m{back}_first": first.isoformat(),
            f"m{back}_last": month_end(first).isoformat(),
        }
    quarter = (today.month - 1) // 3
    for back in range(3):
        first = months_before(today.date().replace(month=3 * quarter + 1), 3 * back)
        last = month_end(months_before(first, -2))
        found |= {
            f"q{back}_first": first.isoformat(),
            f"q{back}_last": last.isoformat(),
            f"q{back}": f"Q{first.month // 3 + 1}",
        }
        found[f"q{back}_year"] = str(first.year)
    return found | {"year": str(today.year)}


def _filled(value: Any, dates: dict[str, str]) -> Any:
    if isinstance(value, str) and "{" in value:
        return value.format_map(dates)
    return value


async def _measure(home: Path, wanted: argparse.Namespace, settings: ModelSettings) -> Result:
    today = server.seeded_on(home)
    truths = {item.key: item for item in planted.documents(today)}
    asked = list(cases(datetime(today.year, today.month, today.day, tzinfo=UTC), tuple(wanted.set)))
    if wanted.first < len(asked):
        asked = asked[:: max(1, len(asked) // wanted.first)][: wanted.first]
    outside = server.outside_file(home).read_text("utf-8")
    async with stand(truths, home) as firm:
        known = _records(firm, today, outside, truths)
        at = await desk(firm, settings, today)
        result = Result()
        for case in asked:
            before = len(result.wrong)
            await _one(at, known, case, result)
            if wanted.list and len(result.wrong) > before:
                print(result.wrong[-1], file=sys.stderr, flush=True)
            if len(result.seconds) % 50 == 0:
                print(f"{len(result.seconds)} asked, {result.right} right", file=sys.stderr)
    return result


def _records(firm: Stand, today: date, outside: str, truths: dict[str, planted.DocumentTruth]) -> Records:
    problems, _ = planted.problems()
    numbers = {attached.name: contract.number for contract in firm.firm.contracts for attached in contract.attachments}
    held = {key: numbers[item.file] for key, item in truths.items() if item.file in numbers}
    return Records(firm.firm, today, outside, problems, tuple(truths.values()), held)


async def _one(at: Desk, known: Records, case: Case, result: Result) -> None:
    thread = await at.thread(case.who)
    for said in case.before:
        await at.ask(case.who, thread, said)
    began = time.monotonic()
    got = await at.ask(case.who, thread, case.ask)
    seconds = time.monotonic() - began
    args = {key: _named(known, key, value) for key, value in case.args.items()}
    result.take(case, score(got, case.tool, args, expect(known, case.truth)), seconds)


def _named(known: Records, key: str, value: Any) -> Any:
    """A customer in the questions' file is named; a tool is given its code."""
    return known.customer(value).code if key == "customer" and value else value
