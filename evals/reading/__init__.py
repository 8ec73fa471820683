"""Reading, measured: what `sow` gets right of documents that it was not written for.

`countersign evals run reading --data DIR [--only PART…] [--list]`: each part measures one promise on its own folder of
DIR and is skipped, saying so, where that folder is not there. The last line is one JSON object: each part's figures,
and of the labelled texts `precision`, `recall`, `f1` and `ungrounded`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

# Every part is a module with `measure(data: Path) -> dict[str, object]`, loaded when its turn comes.
PARTS: dict[str, str] = {
    "labels": "evals.reading.labels",
    "cuad": "evals.reading.cuad",
    "grants": "evals.reading.grants",
    "firm": "evals.reading.firm",
    "calibration": "evals.reading.calibration",
    "injections": "evals.reading.injections",
    "dirty": "evals.reading.dirty",
    "speed": "evals.reading.speed",
    "styles": "evals.reading.styles",
    "lying": "evals.reading.lying",
    "questions": "evals.reading.questions",
}
SUMMARY = ("precision", "recall", "f1", "ungrounded")


def main(argv: list[str]) -> dict[str, Any]:
    """Measure the parts that were asked for, telling on standard error what is done."""
    parser = argparse.ArgumentParser("countersign evals run reading", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of documents and answers")
    parser.add_argument("--only", nargs="+", choices=sorted(PARTS), default=list(PARTS), help="measure these parts")
    parser.add_argument("--fit", type=Path, metavar="FILE", help="write what calibration counts (sow/calibration.toml)")
    asked = parser.parse_args(argv)
    result: dict[str, Any] = {"eval": "reading"}
    for part in asked.only:
        result[part] = _measured(part, asked.data.resolve())
    if asked.fit:
        import_module(PARTS["calibration"]).fit(asked.data.resolve(), asked.fit)
    texts: dict[str, Any] = result.get("labels", {}).get("texts", {})
    return result | {name: texts[name] for name in SUMMARY if name in texts}


def _measured(part: str, data: Path) -> dict[str, Any]:
    began = time.monotonic()
    print(f"reading: {part}", file=sys.stderr)
    measure: Callable[[Path], dict[str, Any]] = import_module(PARTS[part]).measure
    return measure(data) | {"seconds": round(time.monotonic() - began, 1)}
