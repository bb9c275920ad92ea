"""Names of a house: found in a sentence, near to what was misheard, and quick with thousands of devices."""

from __future__ import annotations

from hassil.intents import TextSlotList

from hub.intent.names import HouseNames
from hub.stages import Area, Entity


def names(*entities: Entity, areas: tuple[Area, ...] = ()) -> HouseNames:
    return HouseNames(entities, areas, "en")


def values(house: HouseNames, text: str, slot: str = "name") -> list[tuple[str, object]]:
    found = house.lists_for(text)[slot]
    assert isinstance(found, TextSlotList)
    return [(value.text_in.text, value.value_out) for value in found.values]  # type: ignore[attr-defined]


LIGHT = Entity("light.bed", "light", "Bed Light", aliases=("night lamp",))
LAMP = Entity("light.hall", "light", "Hall Lamp 2")


def test_only_names_of_the_sentence_are_offered() -> None:
    assert values(names(LIGHT, LAMP), "turn on the BED light") == [("Bed Light", "Bed Light")]


def test_an_alias_stands_for_the_written_name() -> None:
    assert values(names(LIGHT), "turn on the night lamp") == [("night lamp", "Bed Light")]


def test_numbers_are_found_as_digits_and_as_words() -> None:
    assert values(names(LAMP), "turn on hall lamp two") == [("hall lamp two", "Hall Lamp 2")]
    assert values(names(LAMP), "turn on hall lamp 2") == [("Hall Lamp 2", "Hall Lamp 2")]


def test_hyphens_and_spaces_hide_no_name() -> None:
    assert values(names(Entity("light.x", "light", "Living-Room Lamp")), "the living room lamp") != []


def test_hidden_devices_have_no_name() -> None:
    hidden = Entity("light.x", "light", "Secret Lamp", exposed=False)
    assert values(names(hidden), "turn on the secret lamp") == []
    assert names(hidden).nearest("secret lamp") == ()


def test_context_tells_domain_and_class() -> None:
    found = names(Entity("cover.w", "cover", "Window", device_class="window")).lists_for("open the window")["name"]
    assert isinstance(found, TextSlotList)
    assert [value.context for value in found.values] == [{"domain": "cover", "device_class": "window"}]


def test_a_button_is_pressed_and_run() -> None:
    found = names(Entity("button.p", "button", "Party Time")).lists_for("run party time")["name"]
    assert isinstance(found, TextSlotList)
    assert [value.context for value in found.values] == [{"domain": "button"}, {"domain": "script"}]


def test_rooms_and_floors_are_found() -> None:
    house = names(areas=(Area("Living Room", "Upstairs", ("lounge",)),))
    assert values(house, "lights in the lounge", "area") == [("lounge", "Living Room")]
    assert values(house, "lights upstairs", "floor") == [("Upstairs", "Upstairs")]


def test_near_names_share_letters_or_a_word() -> None:
    house = names(LIGHT, LAMP, Entity("vacuum.r", "vacuum", "Rover"), areas=(Area("Bedroom"),))
    assert house.nearest("bad light") == ("Bed Light",)
    assert "Bed Light" in house.nearest("bed lamp")
    assert house.nearest("bathroom") == ("Bedroom",)
    assert house.nearest("overhead") == ()


def test_a_nameless_device_is_no_empty_word() -> None:
    """An empty list value would match everywhere (hassil#117 and its kin)."""
    assert values(names(Entity("light.x", "light", "***")), "turn on the light") == []


def test_five_thousand_devices_leave_a_handful() -> None:
    house = names(*(Entity(f"light.l{number}", "light", f"Lamp {number}") for number in range(5000)))
    assert len(values(house, "turn on lamp 4711")) < 20
