"""Outcomes that are no success, as the trace names them (codes: docs/errors.md). Values: the turn goes on."""

from __future__ import annotations

from hub.stages import Intent, NotUnderstood, Result
from hub.trace import ErrorTrace


def problem(understood: Intent | NotUnderstood, result: Result | None) -> ErrorTrace | None:  # noqa: PLR0911 one an outcome
    """What kept this turn from doing what was asked; None if nothing did."""
    if isinstance(understood, NotUnderstood):
        return _not_understood(understood)
    if result is None or result.kind == "answered":
        return None
    match result.kind:
        case "unknown_target":
            return ErrorTrace("device-unknown", "no device fits what was said")
        case "ambiguous":
            return ErrorTrace("device-ambiguous", f"which one: {', '.join(result.choices)}?")
        case "unsure":
            return _unsure(result)
        case "unconfirmed":
            return _unconfirmed(result)
        case "refused":
            return ErrorTrace("action-refused", result.problem or "not allowed by voice")
        case "unsupported":
            return ErrorTrace("not-supported", f"{understood.name} cannot be carried out yet")
    silent = [action.name for action in result.actions if action.outcome == "failed"]
    if silent:
        return ErrorTrace("device-silent", f"no proof from {', '.join(silent)}; check that it has power and network")
    return None


def _not_understood(understood: NotUnderstood) -> ErrorTrace:
    if understood.unknown_name:
        return ErrorTrace("device-unknown", f"no device called {understood.unknown_name!r}")
    return ErrorTrace("not-understood", "no sentence fits; see docs/understanding.md for what can be said")


def _unconfirmed(result: Result) -> ErrorTrace:
    what = {"needs-pin": "the PIN", "needs-code": "its code"}.get(result.problem or "", "a yes")
    return ErrorTrace("action-unconfirmed", f"{', '.join(result.choices)} needs {what} first; nothing was done")


def _unsure(result: Result) -> ErrorTrace:
    if result.problem == "not-said":
        return ErrorTrace("llm-unsure", "the language model meant a device that was not named; say its name")
    if result.problem == "near":
        return ErrorTrace("sentence-near", "no sentence fits whole; the nearest was asked back, and nothing was done")
    return ErrorTrace("speech-alike", "two commands sound alike and either may have been said; say it again")
