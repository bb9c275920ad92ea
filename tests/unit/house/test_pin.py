"""Guesses are bounded, in a room and in all; the PIN itself is nowhere to be read."""

from __future__ import annotations

import logging
import re

import pytest

from hub.config import PolicySection
from hub.house.attempts import Attempts
from hub.house.pin import Pin, read_pins
from wire.errors import ConfigError


class Household:
    """Somebody who types digits, at a time."""

    def __init__(self, secret="2580", attempts=3, **people):
        self.now = 1000.0
        self.pin = Pin(
            {"": secret, **people},
            attempts=Attempts(attempts, 15, lambda: self.now),
            digits=lambda said: "".join(re.findall(r"\d", said)),
        )

    def say(self, said, satellite="hall"):
        return self.pin.check(said, satellite)[0]

    def wait(self, minutes):
        self.now += minutes * 60


def test_the_pin_is_right_and_nothing_else():
    home = Household(attempts=20)
    assert home.say("it is 2580") == "right"
    for said in ("2581", "258", "25800", "12580", "0258", "2580 2580"):
        assert home.say(said) == "wrong"


def test_the_third_wrong_one_locks_the_room_even_for_the_right_one():
    home = Household()
    assert [home.say("1111") for _ in range(3)] == ["wrong", "wrong", "locked"]
    assert home.say("2580") == "locked"
    home.wait(14.9)
    assert home.say("2580") == "locked"
    home.wait(0.2)
    assert home.say("2580") == "right"


def test_while_it_is_locked_nothing_is_counted():
    home = Household()
    for _ in range(50):
        home.say("1111")
        home.wait(0.1)
    home.wait(15 - 5 + 0.3)
    assert home.say("2580") == "right"


def test_a_right_one_clears_the_wrong_ones_of_its_room_alone():
    home = Household()
    home.say("1111", "kitchen")
    home.say("1111", "kitchen")
    assert [home.say("1111"), home.say("1111"), home.say("2580")] == ["wrong", "wrong", "right"]
    assert [home.say("1111"), home.say("1111")] == ["wrong", "wrong"]
    assert home.say("1111", "kitchen") == "locked"


def test_who_goes_from_room_to_room_has_no_more_than_twice_as_many():
    home = Household()
    for room in range(5):
        assert home.say("1111", f"room {room}") == "wrong"
    assert home.say("1111", "room 5") == "locked"
    assert home.say("2580", "a room of its own") == "locked"
    home.wait(15)
    assert home.say("2580") == "right"


def test_the_other_rooms_may_go_on_while_one_is_locked():
    home = Household()
    for _ in range(3):
        home.say("1111")
    assert home.say("2580", "kitchen") == "right"


def test_what_has_no_digits_is_no_attempt():
    home = Household()
    assert [home.say("never mind") for _ in range(20)] == ["wrong"] * 20
    assert home.say("2580") == "right"


def test_it_is_in_no_log_and_no_representation(caplog):
    home = Household()
    with caplog.at_level(logging.DEBUG):
        home.say("2580")
        home.say("1111")
    assert "2580" not in caplog.text + repr(home.pin)


def test_a_persons_own_pin_tells_who_said_it():
    home = Household(Anna="1111", Ben="2222")
    assert home.pin.check("1111", "hall") == ("right", "Anna")
    assert home.pin.check("2222", "hall") == ("right", "Ben")
    assert home.pin.check("2580", "hall") == ("right", "")
    assert home.pin.check("3333", "hall") == ("wrong", "")


class TestFile:
    def keep(self, tmp_path, text, mode=0o600):
        path = tmp_path / "pin"
        path.write_text(text)
        path.chmod(mode)
        return PolicySection(pin_file=str(path))

    @pytest.mark.parametrize("secret", ["0000", "2580", "123456789012"])
    def test_digits_in_a_file_of_ones_own(self, tmp_path, secret):
        assert read_pins(self.keep(tmp_path, f"{secret}\n")) == {"": secret}

    def test_no_file_is_no_pin(self):
        assert read_pins(PolicySection()) == {}

    @pytest.mark.parametrize("text", ["123", "1234567890123", "12 34", "abcd", "1234x", "", "1234\n5678", "١٢٣٤"])
    def test_anything_else_is_refused_without_telling_it(self, tmp_path, text):
        section = self.keep(tmp_path, text)
        with pytest.raises(ConfigError) as refused:
            read_pins(section)
        assert refused.value.code == "policy-pin-file"
        assert section.pin_file in refused.value.message
        assert not text or text not in refused.value.message

    def test_a_file_that_others_can_read_is_refused(self, tmp_path):
        with pytest.raises(ConfigError, match="chmod 600"):
            read_pins(self.keep(tmp_path, "2580", 0o644))

    def test_two_people_cannot_have_one_pin(self, tmp_path):
        section = self.keep(tmp_path, "2580")
        with pytest.raises(ConfigError, match="same PIN") as refused:
            read_pins(PolicySection(pins={"Anna": section.pin_file, "Ben": section.pin_file}))
        assert "2580" not in refused.value.message
