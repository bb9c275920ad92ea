"""How long a device gets is learned from how long it takes, within bounds."""

from __future__ import annotations

import pytest

from hub.house.deadlines import Deadlines


def learned(*after_ms, default=2.0):
    deadlines = Deadlines(default)
    for took_ms in after_ms:
        deadlines.note("light.a", took_ms)
    return deadlines.seconds("light.a")


@pytest.mark.parametrize("after_ms", [(), (50,), (50, 60, 40, 50), (0,) * 30, (-5,) * 30])
def test_until_it_is_known_a_device_gets_the_default(after_ms):
    assert learned(*after_ms) == 2.0


def test_a_known_device_gets_three_times_what_its_proofs_take():
    assert learned(*[400] * 5) == pytest.approx(1.2)


def test_one_late_proof_of_twenty_changes_nothing():
    assert learned(*[400] * 19, 1900) == pytest.approx(1.2)
    assert learned(*[400] * 18, 1900, 1900) == pytest.approx(5.7)


@pytest.mark.parametrize(("after_ms", "seconds"), [(10, 0.5), (60_000, 8.0)])
def test_bounds(after_ms, seconds):
    assert learned(*[after_ms] * 20) == seconds


def test_who_was_seen_late_once_is_believed_the_next_time():
    assert learned(2500) == 7.5
    assert learned(6000) == 8.0


def test_what_it_did_long_ago_is_forgotten():
    assert learned(*[6000] * 20, *[100] * 20) == 0.5


def test_devices_are_learned_apart():
    deadlines = Deadlines(2.0)
    for _ in range(5):
        deadlines.note("light.a", 100)
    assert deadlines.seconds("light.b") == 2.0


def test_the_devices_not_heard_for_longest_are_forgotten_first():
    deadlines = Deadlines(2.0)
    for _ in range(5):
        deadlines.note("light.a", 100)
        deadlines.note("light.b", 100)
    for number in range(9_999):
        deadlines.note(f"light.{number}", 100)
    assert (deadlines.seconds("light.a"), deadlines.seconds("light.b")) == (2.0, 0.5)
