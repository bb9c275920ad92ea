"""A house file is checked whole, and what is wrong in it is named."""

import pytest

from hub.house.file import Device, HouseFile, Room, load_house
from hub.house.simulated import load_simulated_house
from hub.stages import Area, Entity
from wire.errors import ConfigError


def test_rooms_that_only_a_device_names_are_rooms_too():
    house = HouseFile(room=(Room(name="Hall", floor="Ground"),), device=(Device(id="light.a", room="Attic"),))
    assert house.areas() == (Area("Hall", "Ground"), Area("Attic"))


def test_a_device_as_an_entity():
    lamp = Device(
        id="light.a", name="A", room="Hall", state="ON", attributes={"brightness": 5}, fault="offline"
    ).entity()
    assert lamp == Entity("light.a", "light", "A", "Hall", state="on", attributes={"brightness": 5}, available=False)


def test_a_device_without_name_is_called_by_its_id():
    assert Device(id="light.bed_light").entity().name == "bed light"


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ('[[device]]\nid = "light.a"\ncolour = 1', "config-value", "colour"),
        ('[[device]]\nid = "toaster.a"', "config-value", "id"),
        ('[[device]]\nid = "light.A b"', "config-value", "id"),
        ('[[device]]\nid = "light.a"\nfault = "lazy"', "config-value", "fault"),
        ('[[device]]\nid = "light.a"\ndelay_ms = -1', "config-value", "delay_ms"),
        ("[[room]]\nfloor = 'x'", "config-value", "name"),
        ('[[device]]\nid = "light.a"\n[[device]]\nid = "light.a"', "house-duplicate", "light.a"),
        ('[[room]]\nname = "A"\n[[room]]\nname = "A"', "house-duplicate", "A"),
        ("[[device]]\nid =\n", "config-syntax", "line 2"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, code, named):
    path = tmp_path / "house.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_house(path)
    assert refused.value.code == code
    assert str(path) in refused.value.message
    assert named in refused.value.message.removeprefix(str(path))


def test_a_missing_file_is_an_empty_house(tmp_path):
    assert load_house(tmp_path / "none.toml") == HouseFile()


@pytest.mark.parametrize(("text", "code"), [("", "house-empty"), ('[[device]]\nid = "light.a"', "house-unnamed")])
def test_a_simulated_house_needs_named_devices(tmp_path, text, code):
    path = tmp_path / "house.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_simulated_house(path)
    assert refused.value.code == code
