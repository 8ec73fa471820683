"""Labelled services contracts, from their texts and from their PDFs: by the collection's own scorer."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from evals.reading.halves import HALVES, ids
from evals.reading.papers import Paper, Read, read_all
from evals.reading.scorer import Labels, figures, scored, script


def measure(data: Path) -> dict[str, Any]:
    """Micro precision, recall and F1; `gap` is what the PDFs lose against the texts of the same documents."""
    if not (data / "labels").is_dir() or not script(data).is_file():
        return {"skipped": "no labels, or no scorer beside the data"}
    labels = answers(data)
    texts, pdfs = from_texts(data), from_pdfs(data)
    whole, drawn = scored(data, texts, labels), scored(data, pdfs, labels)
    same = scored(data, [read for read in texts if read.id in {pdf.id for pdf in pdfs}], labels)
    return {
        "texts": figures(whole) | {half: _half(data, texts, half) for half in HALVES},
        "pdfs": figures(drawn),
        "gap": round(same["micro"]["f1"] - drawn["micro"]["f1"], 3),
        "gap_to_all_texts": round(whole["micro"]["f1"] - drawn["micro"]["f1"], 3),
        "fields": {name: round(row["f1"], 2) for name, row in whole["fields"].items() if row["gold"]},
    }


def _half(data: Path, reads: tuple[Read, ...], half: str) -> dict[str, Any]:
    keys = ids((read.id for read in reads), half)
    return figures(scored(data, [r for r in reads if r.id in keys], {k: answers(data)[k] for k in keys}))


@cache
def answers(data: Path) -> Labels:
    """The labelled fields by document."""
    lines = (data / "labels" / "billing_terms_dev.jsonl").read_text("utf-8").splitlines()
    return {row["id"]: row["fields"] for row in map(json.loads, lines)}


@cache
def from_texts(data: Path) -> tuple[Read, ...]:
    """The labelled documents, read from their texts."""
    paths = ((key, data / "labels" / "text" / f"{key}.txt") for key in sorted(answers(data)))
    return read_all([Paper(key, path.name, path.read_bytes()) for key, path in paths])


@cache
def from_pdfs(data: Path) -> tuple[Read, ...]:
    """Those of them that there is a PDF of, read from it."""
    paths = ((key, data / "cuad" / "pdf" / f"{key}.pdf") for key in sorted(answers(data)))
    return read_all([Paper(key, path.name, path.read_bytes()) for key, path in paths if path.is_file()])
