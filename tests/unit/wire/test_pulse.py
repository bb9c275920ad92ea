"""When silence means that a peer is gone, and when it is the peer's right or our own fault."""

from __future__ import annotations

import pytest

from wire.pulse import Pulse

SILENT, INTERVAL = 5.0, 2.0


class Time:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pulse(time: Time) -> Pulse:
    return Pulse(time, SILENT, INTERVAL)


def test_an_idle_peer_that_is_not_pinged_may_be_silent_for_ever(pulse: Pulse, time: Time) -> None:
    time.seconds += 10_000
    assert pulse.deadline_seconds is None
    assert pulse.heard_seconds_ago == 10_000


def test_silence_inside_a_frame_has_an_end_that_each_byte_moves(pulse: Pulse, time: Time) -> None:
    pulse.frame_begins()
    assert pulse.deadline_seconds == 105
    time.seconds = 104
    pulse.heard()
    assert pulse.deadline_seconds == 109
    pulse.frame_ends()
    assert pulse.deadline_seconds is None


def test_a_ping_without_an_answer_counts_from_the_last_byte(pulse: Pulse, time: Time) -> None:
    time.seconds = 102
    pulse.pinged()
    assert pulse.deadline_seconds == 105
    time.seconds = 104
    pulse.heard()
    assert pulse.deadline_seconds == 109
    pulse.got_pong()
    assert pulse.deadline_seconds is None


def test_a_ping_sent_late_leaves_as_long_to_answer_as_one_sent_in_time(pulse: Pulse, time: Time) -> None:
    """A machine that slept for a minute does not wake up to find all its peers dead."""
    time.seconds = 160
    pulse.pinged()
    assert pulse.deadline_seconds == 163


def test_the_silence_of_a_peer_that_we_keep_waiting_is_our_fault(pulse: Pulse, time: Time) -> None:
    pulse.frame_begins()
    pulse.pinged()
    pulse.reading_stops()
    time.seconds = 200
    assert pulse.deadline_seconds is None
    assert pulse.heard_seconds_ago == 0
    pulse.reading_goes_on()
    assert pulse.deadline_seconds == 205


def test_a_peer_that_speaks_but_knows_no_pings_is_not_judged_by_them(pulse: Pulse, time: Time) -> None:
    """Wyoming had no ping before 1.5, and wyoming-satellite 1.0 is from then."""
    pulse.frame_begins()
    pulse.frame_ends()
    time.seconds = 102
    pulse.pinged()
    assert pulse.deadline_seconds is None


@pytest.mark.parametrize("proof", [Pulse.got_ping, Pulse.got_pong])
def test_a_peer_that_has_pinged_or_ponged_is_judged_by_its_pongs(pulse: Pulse, time: Time, proof: object) -> None:
    pulse.frame_begins()
    pulse.frame_ends()
    proof(pulse)  # type: ignore[operator]
    time.seconds = 102
    pulse.pinged()
    assert pulse.deadline_seconds == 105
