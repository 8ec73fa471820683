"""No lie of a model about the demo firm's documents is shown as true."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from evals.reading.lying import measure


def test_no_lie_is_shown_as_true() -> None:
    found = cast("dict[str, Any]", measure(Path()))
    assert found["tried"] > 500
    assert found["shown"] == []
    assert found["kinds"]["invented"]["discarded"] == found["kinds"]["invented"]["tried"]
    assert found["kinds"]["off_by_one"]["conflicts"] == 0
