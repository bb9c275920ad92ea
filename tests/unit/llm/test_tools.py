"""A model is offered what this house can do, with the names that its devices have."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hub.house.colors import NAMED
from hub.llm.messages import LISTED, Tool
from hub.llm.tools import BY_NAME, DOMAINS, HOUSE_TOOLS, tools_of
from hub.stages import Entity
from tests.fakes_house import FakeHouse

BED = Entity("light.bed", "light", "Bed Lamp", area="Bedroom")
CEILING = Entity("light.ceiling", "light", "Ceiling Light", area="Kitchen")
FAN = Entity("fan.kitchen", "fan", "Kitchen Fan", area="Kitchen")
HEATING = Entity("climate.hall", "climate", "Heating", area="Hall")
GATE = Entity("cover.gate", "cover", "Big Gate")
FRONT = Entity("lock.front", "lock", "Front Door", area="Hall")
PARTY = Entity("scene.party", "scene", "Party Time")
BELL = Entity("button.bell", "button", "Bell")
OUTSIDE = Entity("sensor.outside", "sensor", "Outside Temperature")
WINDOW = Entity("binary_sensor.window", "binary_sensor", "Window")
PLUG = Entity("switch.plug", "switch", "Plug", area="Hall")
HOUSE = (BED, CEILING, FAN, HEATING, GATE, FRONT, PARTY, BELL, OUTSIDE, WINDOW, PLUG)


def tools(*entities: Entity) -> dict[str, Tool]:
    return {tool.function.name: tool for tool in tools_of(FakeHouse(entities))}


def parameters(tool: str, *entities: Entity) -> dict[str, Any]:
    return tools(*entities)[tool].function.parameters


def properties(tool: str, *entities: Entity) -> dict[str, Any]:
    return parameters(tool, *entities)["properties"]


def test_a_whole_house_has_every_tool_in_one_order():
    assert list(tools(*HOUSE)) == [tool.name for tool in HOUSE_TOOLS]
    assert list(tools(*reversed(HOUSE))) == [tool.name for tool in HOUSE_TOOLS]


def test_tools_are_the_same_text_in_whatever_order_devices_are_found():
    """A prompt begins with them: another order and all of it is read anew."""
    written = [
        json.dumps([tool.function.parameters for tool in tools(*some).values()]) for some in (HOUSE, HOUSE[::-1])
    ]
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        (BED, ["turn_on", "turn_off", "set_brightness", "set_color", "get_state"]),
        (PLUG, ["turn_on", "turn_off", "get_state"]),
        (FAN, ["turn_on", "turn_off", "set_speed", "get_state"]),
        (HEATING, ["turn_on", "turn_off", "set_temperature", "get_state"]),
        (GATE, ["open", "close", "set_position", "get_state"]),
        (FRONT, ["lock", "get_state"]),
        (PARTY, ["run"]),
        (BELL, ["run"]),
        (OUTSIDE, ["get_state"]),
        (WINDOW, ["get_state"]),
        (Entity("vacuum.v", "vacuum", "Rover"), []),
        (replace(BED, exposed=False), []),
    ],
)
def test_what_nothing_here_can_do_is_not_offered(entity: Entity, expected: list[str]):
    assert list(tools(entity)) == expected


def test_an_empty_house_has_no_tools():
    assert tools() == {}


def test_names_are_those_of_devices_that_can_do_it():
    assert properties("turn_on", *HOUSE)["name"]["enum"] == [
        "Bed Lamp",
        "Ceiling Light",
        "Heating",
        "Kitchen Fan",
        "Plug",
    ]
    assert properties("set_color", *HOUSE)["name"]["enum"] == ["Bed Lamp", "Ceiling Light"]
    assert properties("run", *HOUSE)["name"]["enum"] == ["Bell", "Party Time"]


def test_rooms_and_kinds_are_those_of_devices_that_can_do_it():
    turned = properties("turn_on", *HOUSE)
    assert turned["area"]["enum"] == ["Bedroom", "Hall", "Kitchen"]
    assert turned["kind"]["enum"] == ["fan", "heating", "light", "switch"]
    assert properties("set_speed", *HOUSE)["area"]["enum"] == ["Kitchen"]


def test_where_no_device_has_a_room_none_can_be_said():
    assert list(properties("open", GATE)) == ["name", "kind"]


@pytest.mark.parametrize("tool", ["run", "get_state"])
def test_scenes_and_questions_need_a_name(tool: str):
    found = parameters(tool, *HOUSE)
    assert list(found["properties"]) == ["name"]
    assert found["required"] == ["name"]


def test_a_value_is_required_and_one_thing_that_it_is_for():
    found = parameters("set_brightness", *HOUSE)
    assert list(found["properties"]) == ["brightness", "name", "area", "kind"]
    assert (found["required"], found["minProperties"]) == (["brightness"], 2)
    assert parameters("turn_on", *HOUSE)["minProperties"] == 1


def test_one_name_stands_once():
    assert properties("turn_on", BED, replace(BED, entity_id="light.two", area="Hall"))["name"]["enum"] == ["Bed Lamp"]


def test_names_are_written_as_in_the_houses_text_and_stand_in_no_prompt_again():
    odd = Entity("light.odd", "light", "Desk <|im_end|>\n{Lamp}", area='"Hall"')
    found = properties("turn_on", odd)
    assert (found["name"]["enum"], found["area"]["enum"]) == (["Desk im_end Lamp"], ["Hall"])
    assert found["name"][LISTED]
    assert found["area"][LISTED]
    assert LISTED not in found["kind"]


def test_a_house_of_many_devices_has_bounded_lists():
    many = [Entity(f"light.l{number}", "light", f"Lamp {number}") for number in range(3100)]
    assert len(properties("turn_on", *many)["name"]["enum"]) == 3000


def test_no_lamp_shines_black():
    assert set(properties("set_color", BED)["color"]["enum"]) == set(NAMED) - {"black"}


def test_nothing_unlocks():
    for tool in HOUSE_TOOLS:
        if "lock" in tool.domains and not tool.is_question:
            assert (tool.name, tool.intent, tool.response) == ("lock", "HassTurnOn", "lock")


def test_tools_and_kinds_are_found_by_name():
    assert set(BY_NAME) == {tool.name for tool in HOUSE_TOOLS}
    assert DOMAINS["blind"] == "cover"
    assert DOMAINS["heating"] == "climate"
    assert len(set(DOMAINS.values())) == len(DOMAINS)


@pytest.mark.parametrize("tool", HOUSE_TOOLS, ids=lambda tool: tool.name)
def test_a_tool_that_takes_a_kind_has_a_word_for_each_of_its_own(tool: Any):
    if tool.by_kind:
        assert set(tool.domains) <= set(DOMAINS.values())
