"""Who hears something: by satellite, by room, or everybody."""

import numpy as np
import pytest

from hub.audience import EVERYBODY, Audience
from hub.chime import bell, chime
from hub.stages import Area


def test_nobody_named_is_everybody():
    assert EVERYBODY.has("kitchen", None)


def test_a_room_is_meant_whatever_its_capitals_and_others_are_not():
    audience = Audience(("hall",), ("Living Room",))
    assert audience.has("any", "living room")
    assert audience.has("hall", None)
    assert not audience.has("kitchen", "Kitchen")


def test_a_floor_is_its_rooms_and_an_alias_its_room():
    areas = (Area("Bedroom", "Upstairs"), Area("Office", "Upstairs"), Area("Living Room", None, ("lounge",)))
    audience = Audience(rooms=("upstairs", "Lounge", "Shed")).in_house(areas)
    assert audience.rooms == ("Bedroom", "Office", "Living Room", "Shed")
    assert EVERYBODY.in_house(areas) == EVERYBODY


@pytest.mark.parametrize("rate_hz", [16_000, 22_050])
@pytest.mark.parametrize("sound", [chime, bell])
def test_sounds_begin_and_end_in_silence_and_clip_nowhere(sound, rate_hz):
    pcm = sound(rate_hz)
    samples = np.frombuffer(pcm.data, np.int16)
    assert (pcm.rate_hz, abs(samples[0]), abs(samples[-1])) == (rate_hz, 0, 0)
    assert 8_000 < np.abs(samples).max() < 20_000
