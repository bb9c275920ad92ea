"""Names are one line of visible characters, and a room is guessed from one only where it stands in it."""

import json

import pytest

from hub.house.naming import clean, slug, spoken, suggested_room
from hub.stages import Area

ROOMS = [
    *(Area("Kitchen", aliases=("Galley",)), Area("Room"), Area("Living Room"), Area("Hall"), Area("Wohnzimmer")),
    *(Area("Küche"), Area("Salle de bain")),
]


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("Kitchen Lamp", "Kitchen"),
        ("kitchen lamp", "Kitchen"),
        ("Lamp in the galley", "Kitchen"),
        ("Living Room TV", "Living Room"),
        ("Kitchen", "Kitchen"),
        ("Lampe salle de bain", "Salle de bain"),
        ("Wohnzimmerlampe", "Wohnzimmer"),
        ("Ku\u0308che Lampe", "Küche"),
        ("Halloween Lights", None),
        ("Mushroom", None),
        ("Lamp", None),
        ("", None),
    ],
)
def test_a_room_in_a_name(name, room):
    assert suggested_room(name, ROOMS) == room


def test_names_in_topics_as_people_say_them():
    assert spoken("kitchen/ceiling_lamp") == "kitchen ceiling lamp"
    assert spoken("__") == ""


def test_slugs_and_clean_names():
    assert (slug("Kitchen  Lamp!"), slug("客厅")) == ("kitchen_lamp", "")
    assert clean("a\nb\x00c  d" + "x" * 200) == ("a b c d" + "x" * 200)[:100]


def announced(name, area=None):
    return json.dumps({"name": name, "command_topic": "c", "device": {"suggested_area": area}})
