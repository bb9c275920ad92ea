"""How loud a satellite plays: by voice, over MQTT, after a restart; and what that does to the sound."""

from __future__ import annotations

import numpy as np
import pytest

from hub.health import SatelliteStatus
from hub.stages import Intent
from hub.volumes import MOST_SATELLITES, VolumeActor, Volumes
from wire.pcm import Pcm

LOUD = Pcm(16_000, 2, 1, np.array([32767, -32768, 1000], "<i2").tobytes())
ROOMS = [
    SatelliteStatus("kitchen", "Kitchen", "tcp://k:1", "idle"),
    SatelliteStatus("hall", "Hall", "tcp://h:1", "idle"),
    SatelliteStatus("hall 2", "Hall", "tcp://h:2", "idle"),
]


def actor():
    volumes = Volumes(None)
    return volumes, VolumeActor(volumes, lambda: ROOMS)


def intent(intent_name, /, **slots):
    return Intent(intent_name, slots, "default", "en", "")


def test_what_nobody_changed_is_played_as_it_is():
    assert Volumes(None).played("hall", LOUD) is LOUD


@pytest.mark.parametrize(("percent", "part"), [(50, 0.25), (0, 0.0), (10, 0.01)])
def test_half_as_loud_is_a_quarter_of_the_sound(percent, part):
    volumes = Volumes(None)
    volumes.put("hall", percent)
    played = np.frombuffer(volumes.played("hall", LOUD).data, "<i2")
    assert np.allclose(played, np.array([32767, -32768, 1000]) * part, atol=1)
    assert volumes.played("kitchen", LOUD) is LOUD


@pytest.mark.parametrize(("asked", "kept"), [(-5, 0), (150, 100), (33, 33)])
def test_volumes_stay_within_bounds(asked, kept):
    volumes = Volumes(None)
    volumes.put("hall", asked)
    assert volumes.of("hall") == kept


def test_names_that_peers_make_up_are_bounded():
    volumes = Volumes(None)
    for number in range(MOST_SATELLITES + 5):
        volumes.put(str(number), 1)
    assert volumes.of(str(MOST_SATELLITES + 1)) == 100


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (intent("HassSetVolume", volume_level=40), {"kitchen": 40, "hall": 100}),
        (intent("HassSetVolume", volume_level=40, area="Hall"), {"kitchen": 100, "hall": 40, "hall 2": 40}),
        (intent("HassSetVolumeRelative", volume_step="down"), {"kitchen": 90}),
        (intent("HassSetVolumeRelative", volume_step="up"), {"kitchen": 100}),
        (intent("HassSetVolumeRelative", volume_step=-30), {"kitchen": 70}),
    ],
)
async def test_a_room_is_made_louder_or_quieter_by_voice(said, expected):
    volumes, acting = actor()
    result = await acting.carry_out(said, area="Kitchen", satellite="kitchen")
    assert result.told[0].key == "volume_set"
    assert {name: volumes.of(name) for name in expected} == expected


async def test_the_volume_of_a_media_player_or_of_no_room_is_not_ours():
    volumes, acting = actor()
    for said, room in ((intent("HassSetVolume", volume_level=5, name="TV"), "kitchen"), (intent("HassSetVolume"), "x")):
        assert (await acting.carry_out(said, area=None, satellite=room)).kind == "unsupported"
    assert volumes.of("kitchen") == 100
