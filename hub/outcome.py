"""What became of a turn, in one word, for whoever looks back on many. Pure."""

from __future__ import annotations

from typing import Literal, get_args

from hub.trace import Trace

Outcome = Literal["done", "answered", "asked", "refused", "not-understood", "silent", "stopped", "failed"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

_BY_ERROR: dict[str, Outcome] = {
    "no-speech": "silent",
    "turn-interrupted": "stopped",
    "action-refused": "refused",
    "not-understood": "not-understood",
    "not-supported": "not-understood",
    "speech-not-recognised": "not-understood",
    "device-unknown": "not-understood",
    "device-ambiguous": "asked",
    "speech-alike": "asked",
    "sentence-near": "asked",
    "action-unconfirmed": "asked",
    "llm-unsure": "asked",
}


def outcome(trace: Trace) -> Outcome:
    """``done``: a device was told something; ``asked``: the answer was a question; ``silent``: nobody spoke."""
    if trace.error:
        return _BY_ERROR.get(trace.error.code, "failed")
    return "done" if trace.actions else "answered"
