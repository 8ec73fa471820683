"""Named SQL: each `store/<noun>.sql` holds blocks that begin with `-- name: <query>`; read once, asked for by name."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import LiteralString, cast

from psycopg.sql import SQL

HEADER = re.compile(r"^-- name: (\w+)[ \t]*$", re.MULTILINE)


@cache
def queries(noun: str) -> dict[str, SQL]:
    """The queries of `store/<noun>.sql` by name. Raises FileNotFoundError or ValueError for a file without names."""
    parts = HEADER.split((Path(__file__).parent / f"{noun}.sql").read_text("utf-8"))
    if len(parts) < 3:  # noqa: PLR2004 - preamble, name, body
        raise ValueError(f"store/{noun}.sql holds no named query")
    return {name: SQL(cast("LiteralString", body.strip())) for name, body in zip(parts[1::2], parts[2::2], strict=True)}
