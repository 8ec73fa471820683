"""The rules' own sentences about tool results: short, and made of the results' values only."""

from __future__ import annotations

from typing import Any


def speak(name: str, facts: dict[str, Any]) -> str:
    """One or two sentences on what a result means; empty where the rendered blocks say it all."""
    return ""
