"""Rooms are guessed from names, and only where there is a reason."""

from __future__ import annotations

import pytest

from hub.house.suggestions import suggestions
from hub.stages import Area, Entity


class House:
    names_version = 1

    def __init__(self, *names, area=None, rooms=()):
        self._areas = list(rooms)
        self._entities = [Entity(f"light.l{n}", "light", name, area) for n, name in enumerate(names)]

    def areas(self):
        return self._areas

    def entities(self):
        return self._entities


ROOMS = (Area("Kitchen", aliases=("cookery",)), Area("Anna's Room"), Area("Küche"), Area("Den"))


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("Kitchen Lamp", "Kitchen"),
        ("kitchen_lamp", "Kitchen"),
        ("lamp, cookery", "Kitchen"),
        ("Anna's room lamp", "Anna's Room"),
        ("Küchenlampe", "Küche"),
        ("Living Room Lamp", "Living Room"),
        ("Garden Lights", "Garden"),
        ("Dental Lamp", None),
        ("Lamp", None),
        ("", None),
    ],
)
def test_a_room_in_a_name(name, room):
    assert [one.room for one in suggestions(House(name, rooms=ROOMS))] == ([room] if room else [])


def test_devices_that_have_a_room_are_left_alone():
    assert suggestions(House("Kitchen Lamp", area="Hall", rooms=ROOMS)) == []


def test_the_rooms_of_the_house_come_first():
    found = suggestions(House("Garden Lights", "Kitchen Lamp", rooms=ROOMS))
    assert [(one.room, one.known) for one in found] == [("Kitchen", True), ("Garden", False)]
