"""Guessing is slowed down, the owner is not kept out, and memory stays bounded."""

from __future__ import annotations

import pytest

from hub.web.access.attempts import (
    FORGOTTEN_SECONDS,
    FREE_OF_ADDRESS,
    FREE_OF_ALL,
    MOST_ADDRESSES,
    MOST_WAIT_OF_ADDRESS_SECONDS,
    MOST_WAIT_OF_ALL_SECONDS,
    Attempts,
)
from hub.web.refusal import RequestRefused


class Guesser:
    def __init__(self) -> None:
        self.now = 0.0
        self.attempts = Attempts(lambda: self.now)

    def waits(self, address: str) -> int:
        """Seconds until that address may try again; 0: it did just now."""
        try:
            self.attempts.begin(address)
        except RequestRefused as refused:
            return refused.retry_after_seconds if refused.code == "too-many-attempts" else -1
        return 0

    def fail(self, address: str, times: int) -> None:
        for _ in range(times):
            while wait := self.waits(address):
                self.now += wait


@pytest.fixture
def guesser():
    return Guesser()


def test_each_wrong_one_waits_twice_as_long_as_the_one_before(guesser):
    waited = []
    for _ in range(FREE_OF_ADDRESS + 14):
        wait = guesser.waits("192.168.1.9")
        waited.append(wait)
        guesser.now += wait
        if wait:
            assert guesser.waits("192.168.1.9") == 0
    assert waited[:FREE_OF_ADDRESS] == [0] * FREE_OF_ADDRESS
    assert waited[FREE_OF_ADDRESS : FREE_OF_ADDRESS + 5] == [1, 2, 4, 8, 16]
    assert waited[-1] == MOST_WAIT_OF_ADDRESS_SECONDS


def test_what_is_refused_does_not_count(guesser):
    guesser.fail("192.168.1.9", FREE_OF_ADDRESS)
    assert [guesser.waits("192.168.1.9") for _ in range(100)] == [1] * 100


def test_another_address_may_try(guesser):
    guesser.fail("192.168.1.9", FREE_OF_ADDRESS)
    assert guesser.waits("192.168.1.10") == 0


def test_strangers_together_wait_a_little_and_the_owner_does_not(guesser):
    guesser.attempts.begin("192.168.1.2")
    guesser.attempts.succeeded("192.168.1.2")
    for number in range(FREE_OF_ALL + 40):
        guesser.fail(f"10.0.{number}.1", 1)
    assert 0 < guesser.waits("10.9.9.9") <= MOST_WAIT_OF_ALL_SECONDS
    assert guesser.waits("192.168.1.2") == 0


def test_getting_it_right_begins_anew(guesser):
    guesser.fail("192.168.1.9", FREE_OF_ADDRESS - 1)
    guesser.attempts.begin("192.168.1.9")
    guesser.attempts.succeeded("192.168.1.9")
    guesser.fail("192.168.1.9", 1)
    assert guesser.now == 0


def test_an_hour_of_peace_is_forgiven(guesser):
    guesser.fail("192.168.1.9", FREE_OF_ADDRESS + 3)
    guesser.now += FORGOTTEN_SECONDS + 1
    before = guesser.now
    guesser.fail("192.168.1.9", FREE_OF_ADDRESS)
    assert guesser.now == before


def test_a_machine_with_many_ipv6_addresses_is_one(guesser):
    for number in range(FREE_OF_ADDRESS):
        guesser.attempts.begin(f"2001:db8::{number}")
    assert guesser.waits("2001:db8::ffff") == 1
    assert guesser.waits("2001:db8:0:1::1") == 0


def test_an_address_is_the_same_by_both_families(guesser):
    guesser.fail("::ffff:192.168.1.9", FREE_OF_ADDRESS)
    assert guesser.waits("192.168.1.9") == 1


def test_memory_is_bounded(guesser):
    for number in range(MOST_ADDRESSES * 2):
        guesser.now += MOST_WAIT_OF_ALL_SECONDS
        guesser.attempts.begin(f"10.{number >> 8}.{number & 255}.1")
    assert len(guesser.attempts._of) == MOST_ADDRESSES
