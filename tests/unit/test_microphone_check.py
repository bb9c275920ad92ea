"""The verdict on a microphone, from rooms as they are."""

from __future__ import annotations

import pytest

from hub.microphone_check import MicrophoneCheck
from wire.level import Level


def verdict(*parts: tuple[int, Level]) -> str:
    """Blocks of 100 ms, so many of each."""
    check = MicrophoneCheck("kitchen")
    told = [check.take(level) for count, level in parts for _ in range(count)]
    assert {one.satellite for one in told} == {"kitchen"}
    return told[-1].verdict


QUIET_ROOM = Level(-70.0, -60.0, 0.3)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (((5, QUIET_ROOM),), "listening"),
        (((40, QUIET_ROOM),), "listening"),
        (((40, QUIET_ROOM), (15, Level(-28.0, -12.0, 0.1))), "ok"),
        (((50, QUIET_ROOM), (5, Level(-28.0, -12.0, 0.1)), (5, QUIET_ROOM)), "ok"),
        (((50, QUIET_ROOM), (3, Level(-28.0, -12.0, 0.1)), (5, QUIET_ROOM)), "listening"),
        (((40, QUIET_ROOM), (15, Level(-52.0, -40.0, 0.1))), "too-quiet"),
        (((40, QUIET_ROOM), (15, Level(-6.0, 0.0, 0.1))), "clipping"),
        (((40, QUIET_ROOM), (1, Level(-6.0, 0.0, 0.1)), (15, Level(-28.0, -12.0, 0.1))), "ok"),
        (((40, Level(-35.0, -25.0, 0.2)), (15, Level(-20.0, -10.0, 0.1))), "noisy"),
        (((40, Level(-45.0, -40.0, 0.9)), (15, Level(-20.0, -10.0, 0.1))), "hum"),
        (((40, Level(-75.0, -70.0, 0.95)), (15, Level(-28.0, -12.0, 0.1))), "ok"),
    ],
)
def test_verdicts(parts: tuple[tuple[int, Level], ...], expected: str) -> None:
    assert verdict(*parts) == expected


def test_what_is_long_past_does_not_count() -> None:
    clipped = Level(-3.0, 0.0, 0.1)
    assert verdict((10, clipped), (60, QUIET_ROOM)) == "listening"
