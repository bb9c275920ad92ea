"""The hub's errors, by what the catcher does. Codes are listed with their meaning in docs/errors.md."""

from __future__ import annotations

from wire.errors import EarshotError


class StageFailed(EarshotError):
    """A stage cannot finish this turn: end the turn, speak a short apology, keep listening."""


class WakeFailed(StageFailed): ...


class VadFailed(StageFailed): ...


class SttFailed(StageFailed): ...


class IntentFailed(StageFailed): ...


class ActionFailed(StageFailed): ...


class TtsFailed(StageFailed): ...


class LlmFailed(StageFailed): ...


class DependencyLost(EarshotError):
    """Something beside the turn is gone: degrade, retry with jitter, health goes yellow."""


class BrokerLost(DependencyLost): ...


class StoreLost(DependencyLost): ...


class EngineLost(DependencyLost): ...


class CalendarLost(DependencyLost): ...


class NotThere(EarshotError):
    """What was asked for by its name is none that the hub knows."""
