"""What goes to a model and what comes from one is checked by guardrails-ai validators of our own.

The library takes seconds to import and phones home unless told not to: `Guardrails.load` does both things right and
belongs in a thread at start, never in a request.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from domain.errors import InvalidInput
from policies.privacy import mask

MESSAGE_LIMIT = 4_000
PROSE_LIMIT = 4_000  # beside tables and findings nobody reads more, and checking takes longer than the text is long


class MessageEmpty(InvalidInput):
    """Write a question first."""

    code = "message_empty"


class MessageTooLong(InvalidInput):
    """The message is too long; 4,000 characters are enough for a question."""

    code = "message_too_long"
    status = 413


@dataclass(frozen=True)
class Incoming:
    """A person's message as a model may see it, with the injection signals and the kinds of data masked in it."""

    text: str
    signals: tuple[str, ...]
    masked: tuple[str, ...]


class Guardrails:
    """The guards of a process; the library behind them is imported on first use, or before it by `warm`."""

    def __init__(self, *, limit: int = MESSAGE_LIMIT) -> None:
        self._limit = limit

    @classmethod
    def load(cls) -> Guardrails:
        """Guards that are ready for use."""
        found = cls()
        found.warm()
        return found

    def warm(self) -> None:
        """Import the library, with its telemetry off. Takes seconds: for a thread beside the start of a process."""
        _ = self._checks

    def incoming(self, text: str) -> Incoming:
        """Check a person's message. Raises MessageEmpty or MessageTooLong."""
        if len(text) > self._limit:
            raise MessageTooLong
        failed = self._checks.failures(self._checks.incoming, text, {"limit": self._limit})
        if "Length" in failed:
            raise MessageEmpty
        masked = mask(text)[0] if "Privacy" in failed else text
        return Incoming(masked, failed.get("Injection", ()), failed.get("Privacy", ()))

    def outgoing(self, prose: str, facts: Iterable[Any], *, expected: Iterable[str] | None = None) -> tuple[str, ...]:
        """What the prose states that this turn's facts do not; empty means that it may be shown.

        `expected` are the codes that the person asked about, for prose of an outside model, which is held to more
        (testimony.py); None for the built-in rules, whose sentences are made of the facts.
        """
        if len(prose) > PROSE_LIMIT:
            return ("length",)
        given = {"facts": list(facts), "expected": None if expected is None else list(expected)}
        return self._checks.failures(self._checks.outgoing, prose, given).get("Grounded", ())

    @cached_property
    def _checks(self) -> _Checks:
        _silence()
        from policies import validators  # noqa: PLC0415 - only after telemetry is off

        return _Checks(validators.failures, validators.incoming(), validators.outgoing())


@dataclass(frozen=True)
class _Checks:
    """The library's validators, and our reading of what they say."""

    failures: Callable[..., dict[str, tuple[str, ...]]]
    incoming: Any
    outgoing: Any


def _silence() -> None:
    """Turn telemetry off before any validator exists. The library reads a file in the home folder for each of them,
    and only that file's setting counts; so the reading itself is replaced.
    """
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    from guardrails.classes.rc import RC  # noqa: PLC0415 - see the module's docstring
    from guardrails.settings import settings  # noqa: PLC0415
    from guardrails.utils.hub_telemetry_utils import HubTelemetry  # noqa: PLC0415

    quiet = RC.from_dict({"enable_metrics": False, "use_remote_inferencing": False})

    def load(_cls: type[RC], _logger: object = None) -> RC:
        return quiet

    def no_tracer(self: HubTelemetry, *_: object, **__: object) -> None:
        vars(self).update(_enabled=False, _tracer=None, _prop=None, _carrier={})

    setattr(HubTelemetry, "initialize_tracer", no_tracer)  # noqa: B010 - even switched off, it would start an exporter
    setattr(RC, "load", classmethod(load))  # noqa: B010 - replacing a library's method is meant, and said so
    settings.rc = quiet
    settings.disable_tracing = True  # spans would carry the text
