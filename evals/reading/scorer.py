"""The collection's own scorer (`score_terms.py`, beside the data): its rules decide what is the same value."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from evals.reading.papers import Read

Labels = Mapping[str, Mapping[str, Any]]


def script(data: Path) -> Path:
    """Where the scorer stands for a data folder."""
    return data.parent / "score" / "score_terms.py"


@cache
def rules(path: Path) -> ModuleType:
    """The scorer as a module, for what it does not print: which single values are right."""
    spec = importlib.util.spec_from_file_location("score_terms", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scored(data: Path, reads: Sequence[Read], labels: Labels) -> dict[str, Any]:
    """What the scorer says of these readings, with their own texts for the quotes."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ids = {read.id for read in reads}
        for read in reads:
            (folder / f"{read.id}.txt").write_text(read.text)
        (folder / "read.jsonl").write_text("".join(json.dumps(read.json()) + "\n" for read in reads))
        rows = ({"id": key, "fields": fields} for key, fields in labels.items() if key in ids)
        (folder / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        command = [sys.executable, script(data), "read.jsonl", "labels.jsonl", "--text", ".", "--json"]
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603
    return json.loads(done.stdout)


def figures(found: Mapping[str, Any]) -> dict[str, Any]:
    """The scorer's micro figures, rounded."""
    micro = found["micro"]
    return {
        "documents": found["documents"],
        "precision": round(micro["p"], 3),
        "recall": round(micro["r"], 3),
        "f1": round(micro["f1"], 3),
        "ungrounded": found["ungrounded"],
        "invented": found["invented"],
    }
