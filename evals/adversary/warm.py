"""Imported once by the process that forks the others: what takes seconds to import is there before they begin."""

from __future__ import annotations

from evals.adversary import service
from policies.guardrails import Guardrails

GUARDRAILS = Guardrails.load()
SERVICE = service
