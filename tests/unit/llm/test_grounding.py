"""What was not said is not done: whatever a model calls for, only what somebody spoke of is acted on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hub.llm.grounding import Grounded, ground
from hub.llm.messages import Called, ToolCall
from hub.llm.tools import HOUSE_TOOLS
from hub.stages import Area, Entity, Question, Result
from tests.fakes_house import FakeHouse

BED = Entity("light.bed", "light", "Bed Lamp", area="Bedroom", aliases=("night light",), state="off")
READING = Entity("light.reading", "light", "Reading Lamp", area="Bedroom", state="off")
HALL = Entity("light.hall", "light", "Hall Lamp", area="Hall", state="on")
HALL_2 = Entity("light.hall_2", "light", "Hall Lamp 2", area="Hall", state="on")
CEILING = Entity("light.ceiling", "light", "Ceiling Light", area="Kitchen", state="on")
FAN = Entity("fan.kitchen", "fan", "Kitchen Fan", area="Kitchen", state="off")
HEATING = Entity("climate.kitchen", "climate", "Kitchen Heating", area="Kitchen", state="heat")
FRONT = Entity("lock.front", "lock", "Front Door", area="Hall", state="locked")
GATE = Entity("cover.gate", "cover", "Big Gate", area="Garage", state="closed")
PARTY = Entity("scene.party", "scene", "Party Time")
OUTSIDE = Entity("sensor.outside", "sensor", "Outside Temperature", state="12", unit="°C")
HOUSE = (BED, READING, HALL, HALL_2, CEILING, FAN, HEATING, FRONT, GATE, PARTY, OUTSIDE)
ROOMS = (Area("Lounge", aliases=("sitting room",)),)


def grounded(
    text: str, tool: str, house: tuple[Entity, ...] = HOUSE, *, at: str | None = None, language: str = "en", **call: Any
) -> Grounded:
    """Somebody at ``at`` says ``text``, and the model calls ``tool``. raw: its arguments as they are."""
    arguments = call["raw"] if "raw" in call else json.dumps(call)
    request = Question(text, language, at, "room")
    return ground(ToolCall(Called(tool, arguments)), request, FakeHouse(house, ROOMS))


def about(found: Grounded) -> Any:
    """The device's name and its room, where that is said; else kinds and room; else why not."""
    if found.result is not None:
        return found.result.problem
    slots = found.intent.slots
    return (slots.get("name") or slots["domain"], slots.get("area"))


def asked_back(*names: str) -> Result:
    return Result("unsure", choices=names, problem="not-said")


COMMA = "a name or room before a comma or 's is not found"

# --- one device


@pytest.mark.parametrize("at", [None, "Bedroom", "Kitchen", "Garage", "Nowhere"])
@pytest.mark.parametrize(
    "text", ["Turn on the bed lamp.", "BED LAMP on", "the  Bed   lamp", "on with the night light!"]
)
def test_a_device_whose_name_was_said_is_acted_on_from_every_room(text: str, at: str | None):
    found = grounded(text, "turn_on", name="Bed Lamp", at=at)
    assert found.result is None
    assert not found.is_question
    assert (found.intent.name, found.intent.response) == ("HassTurnOn", "default")
    assert found.intent.slots == {"name": "Bed Lamp", "domain": "light"}
    assert (found.intent.language, found.intent.text) == ("en", text)


@pytest.mark.parametrize("name", ["Bed Lamp", "bed lamp", " BED  LAMP ", "night light", "light.bed"])
def test_a_model_may_write_a_name_in_its_own_way(name: str):
    assert about(grounded("turn on the night light", "turn_on", name=name)) == ("Bed Lamp", None)


@pytest.mark.parametrize(
    "text",
    [
        "turn on the bed lamp, please",
        "the bed lamp's off, turn it on",
        "please turn on the bed lamp; thank you",
    ],
)
def test_a_name_is_said_whatever_sign_follows_it(text: str):
    assert about(grounded(text, "turn_on", name="Bed Lamp", at="Kitchen")) == ("Bed Lamp", None)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("It is dark here", "Bedroom"),
        ("It is dark here", None),
        ("turn on the lamp", "Bedroom"),
        ("the bed is too dark", "Bedroom"),
        ("turn on the embed lamp", "Bedroom"),
        ("turn on the bedlamp", "Bedroom"),
    ],
)
def test_a_name_that_nobody_said_is_asked_back(text: str, at: str | None):
    found = grounded(text, "turn_on", name="Bed Lamp", at=at)
    assert found.result == asked_back("Bed Lamp")
    assert found.intent.name == "HassTurnOn"


def test_the_only_one_of_its_kind_in_the_speakers_room_need_not_be_named():
    assert about(grounded("it is dark here", "turn_on", name="Ceiling Light", at="Kitchen")) == ("Ceiling Light", None)
    assert about(grounded("it is stuffy", "turn_on", name="Kitchen Fan", at="Kitchen")) == ("Kitchen Fan", None)


def test_the_only_one_of_its_kind_in_the_room_that_was_said_need_not_be_named():
    found = grounded("more light in the kitchen", "turn_on", name="Ceiling Light", at="Bedroom")
    assert about(found) == ("Ceiling Light", None)


def test_the_only_one_of_another_room_must_be_named():
    found = grounded("it is dark here", "turn_on", name="Ceiling Light", at="Bedroom")
    assert found.result == asked_back("Ceiling Light")


def test_another_kind_in_the_same_room_does_not_make_it_less_the_only_one():
    both = (CEILING, replace(CEILING, entity_id="light.two", name="Stove Light"), FAN)
    assert about(grounded("stuffy", "turn_on", both, name="Kitchen Fan", at="Kitchen")) == ("Kitchen Fan", None)
    assert grounded("dark", "turn_on", both, name="Stove Light", at="Kitchen").result == asked_back("Stove Light")


def test_the_only_one_in_the_house_need_not_be_named_where_the_speakers_room_is_unknown():
    assert about(grounded("it is stuffy", "turn_on", name="Kitchen Fan")) == ("Kitchen Fan", None)


@pytest.mark.parametrize(
    "text", ["turn on the lamp by the bed", "the lamp over my beds please", "lamps at the bed", "lamp bed"]
)
def test_a_name_counts_as_said_where_all_its_words_were(text: str):
    assert about(grounded(text, "turn_on", name="Bed Lamp", at="Kitchen")) == ("Bed Lamp", None)


def test_a_word_that_says_where_it_is_may_be_left_out_there():
    shelf = Entity("light.shelf", "light", "Kitchen Shelf Light", area="Kitchen")
    found = grounded("light on the shelf", "turn_on", (CEILING, shelf), name="Kitchen Shelf Light", at="Kitchen")
    assert about(found) == ("Kitchen Shelf Light", None)


def test_a_word_that_says_where_it_is_may_not_be_left_out_elsewhere():
    house = (
        Entity("light.bedroom", "light", "Bedroom Lamp", area="Bedroom"),
        Entity("light.kitchen", "light", "Kitchen Lamp", area="Kitchen"),
    )
    found = grounded("turn off the lamp", "turn_off", house, name="Bedroom Lamp", at="Kitchen")
    assert about(found) in {("Kitchen Lamp", None), "not-said"}


def test_a_name_of_nothing_but_its_room_counts_as_said_only_whole():
    house = (Entity("light.k", "light", "Kitchen", area="Kitchen"), CEILING)
    assert about(grounded("make it dark", "turn_off", house, name="Kitchen", at="Kitchen")) == "not-said"
    assert about(grounded("kitchen off", "turn_off", house, name="Kitchen", at="Hall")) == ("Kitchen", None)


@pytest.mark.parametrize("name", ["Moon Lamp", "", "  ", "Bed", "Lamp", "Front Door", "Party Time", "<|im_end|>"])
def test_a_name_that_no_such_device_has_is_an_unknown_one(name: str):
    found = grounded("turn on the moon lamp", "turn_on", name=name, at="Hall")
    assert found.result == Result("unknown_target", problem="unknown-name")
    assert found.intent.slots == {"name": name}


def test_a_hidden_device_is_neither_acted_on_nor_told():
    hidden = replace(BED, exposed=False)
    found = grounded("turn on the bed lamp", "turn_on", (hidden, READING), name="Bed Lamp")
    assert about(found) == "unknown-name"
    dark = grounded("it is dark", "turn_on", (hidden, READING, HALL), kind="light")
    assert dark.result == asked_back("Reading Lamp", "Hall Lamp")


def test_a_name_with_signs_is_found_as_the_model_was_told_it():
    odd = Entity("light.odd", "light", "Desk <Lamp>\n[1]", area="Hall")
    found = grounded("dark here", "turn_on", (odd,), name="Desk Lamp 1", at="Hall")
    assert about(found) == ("Desk <Lamp>\n[1]", None)


# --- the model's name and the one that was said


@pytest.mark.parametrize("wrong", ["Reading Lamp", "Hall Lamp", "Ceiling Light"])
def test_the_name_that_was_said_goes_before_the_one_that_a_model_made_of_it(wrong: str):
    assert about(grounded("turn on the bed lamp", "turn_on", name=wrong, at="Kitchen")) == ("Bed Lamp", None)
    assert about(grounded("the night light on", "turn_on", name=wrong, at="Kitchen")) == ("Bed Lamp", None)


def test_of_two_names_that_were_said_neither_is_taken_for_a_third():
    desk = Entity("light.desk", "light", "Desk Lamp", area="Kitchen")
    found = grounded("hall lamp and desk lamp on", "turn_on", (BED, HALL, desk), name="Bed Lamp")
    assert found.result == asked_back("Hall Lamp", "Desk Lamp")


def test_each_of_two_names_that_were_said_is_acted_on():
    desk = Entity("light.desk", "light", "Desk Lamp", area="Kitchen")
    for name in ("Hall Lamp", "Desk Lamp"):
        found = grounded("hall lamp and desk lamp on", "turn_on", (BED, HALL, desk), name=name)
        assert about(found) == (name, None)


@pytest.mark.parametrize(
    "name",
    [
        "Bed Lamp",
        "Reading Lamp",
    ],
)
def test_each_of_two_names_is_acted_on_whichever_is_longer(name: str):
    found = grounded("turn on the bed lamp and the reading lamp", "turn_on", name=name, at="Kitchen")
    assert about(found) == (name, None)


@pytest.mark.parametrize("name", ["Hall Lamp", "Hall Lamp 2"])
def test_a_longer_name_goes_before_one_that_is_in_it(name: str):
    assert about(grounded("turn on hall lamp 2", "turn_on", name=name, at="Bedroom")) == ("Hall Lamp 2", None)


def test_a_shorter_name_is_not_taken_for_a_longer_one():
    assert about(grounded("turn on the hall lamp", "turn_on", name="Hall Lamp 2", at="Hall")) == ("Hall Lamp", None)


def test_a_number_may_be_said_as_a_word():
    found = grounded("turn on hall lamp two", "turn_on", name="Hall Lamp 2", at="Hall")
    assert about(found) in {("Hall Lamp 2", None), "not-said"}


def test_a_device_is_not_acted_on_where_the_name_of_another_kind_was_said():
    found = grounded("unlock the front door", "turn_off", (HALL, FRONT), name="Hall Lamp", at="Hall")
    assert found.result is not None


# --- two devices of one name

LAMPS = tuple(
    Entity(f"light.{room.lower()}", "light", "Lamp", area=room) for room in ("Bedroom", "Kitchen", "Living Room")
)


@pytest.mark.parametrize("at", ["Bedroom", "Kitchen"])
def test_of_two_devices_of_one_name_the_one_in_the_speakers_room_is_meant(at: str):
    assert about(grounded("turn on the lamp", "turn_on", LAMPS, name="Lamp", at=at)) == ("Lamp", at)


@pytest.mark.parametrize("at", ["Bedroom", "Kitchen", None])
def test_of_two_devices_of_one_name_the_one_in_the_room_that_was_said_is_meant(at: str | None):
    found = grounded("turn on the lamp in the living room", "turn_on", LAMPS, name="Lamp", area="Kitchen", at=at)
    assert about(found) == ("Lamp", "Living Room")


@pytest.mark.parametrize("at", [None, "Garage"])
def test_of_two_devices_of_one_name_elsewhere_none_is_chosen(at: str | None):
    """No room: the actor asks back which one."""
    assert about(grounded("turn on the lamp", "turn_on", LAMPS, name="Lamp", area="Kitchen", at=at)) == ("Lamp", None)


def test_the_speakers_room_is_found_however_it_is_written():
    assert about(grounded("turn on the lamp", "turn_on", LAMPS, name="Lamp", at="  KITCHEN ")) == ("Lamp", "Kitchen")


def test_one_name_counts_once_where_it_is_asked_back():
    found = grounded("it is dark", "turn_on", LAMPS, name="Lamp")
    assert found.result == asked_back("Lamp")


# --- a room or a kind


def test_a_kind_without_a_room_is_that_of_the_speakers_room():
    found = grounded("it is dark", "turn_on", kind="light", at="Bedroom")
    assert found.result is None
    assert found.intent.slots == {"domain": ["light"], "area": "Bedroom"}
    assert found.intent.response == "lights_area"


def test_the_room_that_was_said_goes_before_the_speakers():
    found = grounded("lights on in the Kitchen", "turn_on", kind="light", at="Bedroom")
    assert about(found) == (["light"], "Kitchen")


@pytest.mark.parametrize("at", ["Bedroom", "Kitchen"])
def test_a_room_that_only_the_model_thought_of_does_not_count(at: str):
    assert about(grounded("it is dark", "turn_on", area="Hall", kind="light", at=at)) == (["light"], at)


def test_a_room_that_only_the_model_thought_of_does_not_count_where_the_speakers_is_unknown():
    found = grounded("it is dark", "turn_on", area="Hall", kind="light")
    assert found.result == asked_back("Bed Lamp", "Reading Lamp", "Hall Lamp")


@pytest.mark.parametrize("text", ["lights off in the living room", "LIVING ROOM lights off", "living room off"])
def test_a_longer_room_goes_before_one_that_is_in_it(text: str):
    house = (*LAMPS, Entity("light.room", "light", "Spot", area="Room"))
    assert about(grounded(text, "turn_off", house, kind="light", at="Kitchen")) == (["light"], "Living Room")


@pytest.mark.parametrize(
    "text",
    [
        "in the kitchen, turn off the lights",
        "turn off the kitchen's lights",
        "turn off the kitchen-lights",
    ],
)
def test_a_room_is_said_whatever_sign_follows_it(text: str):
    found = grounded(text, "turn_off", area="Kitchen", kind="light", at="Bedroom")
    assert about(found) == (["light"], "Kitchen")


@pytest.mark.parametrize(
    ("text", "tool", "kind"),
    [
        ("turn off the lights in the garage", "turn_off", "light"),
        ("turn off the lights in the lounge", "turn_off", "light"),
        ("turn off the fan in the bedroom", "turn_off", "fan"),
        ("no light in the sitting room", "turn_off", "light"),
    ],
)
def test_where_a_room_was_said_nothing_is_done_in_another(text: str, tool: str, kind: str):
    found = grounded(text, tool, kind=kind, at="Kitchen")
    assert found.result is not None or found.intent.slots.get("area") != "Kitchen"
    assert found.result is not None or "area" in found.intent.slots


def test_a_room_is_known_by_its_alias():
    lounge = Entity("light.lounge", "light", "Floor Lamp", area="Lounge")
    found = grounded("lights off in the sitting room", "turn_off", (lounge, CEILING), kind="light", at="Kitchen")
    assert about(found) == (["light"], "Lounge")


@pytest.mark.parametrize("at", ["Bedroom", "Kitchen", None])
@pytest.mark.parametrize("text", ["turn off all lights", "every light off", "turn off the lights everywhere"])
def test_the_whole_house_is_acted_on_where_all_of_it_was_said(text: str, at: str | None):
    found = grounded(text, "turn_off", kind="light", area="Hall", at=at)
    assert found.result is None
    assert found.intent.slots == {"domain": ["light"]}
    assert found.intent.response == "default"


def test_all_of_a_room_is_not_all_of_the_house():
    found = grounded("turn off all the lights in the hall", "turn_off", kind="light", at="Bedroom")
    assert about(found) == (["light"], "Hall")


def test_without_a_room_or_all_of_it_a_kind_is_asked_back_with_three_names():
    found = grounded("turn off the lights", "turn_off", kind="light")
    assert found.result == asked_back("Bed Lamp", "Reading Lamp", "Hall Lamp")


def test_the_only_one_of_a_kind_is_acted_on_from_everywhere():
    found = grounded("close the gate", "close", kind="blind", at="Bedroom")
    assert found.result is None
    assert found.intent.slots == {"domain": ["cover"]}
    assert (found.intent.name, found.intent.response) == ("HassTurnOff", "cover")


def test_a_kind_that_the_house_has_not_got_is_told():
    found = grounded("turn off the fan", "turn_off", (CEILING,), kind="fan", at="Kitchen")
    assert found.result == Result("unknown_target", problem="no-kind")


def test_a_kind_that_a_tool_is_not_for_is_not_acted_on():
    assert about(grounded("open the lights", "open", kind="light", at="Kitchen")) == "no-kind"
    assert about(grounded("dim the fan", "set_brightness", kind="fan", brightness=5, at="Kitchen")) == "no-kind"


def test_a_name_that_was_said_is_not_widened_to_its_kind():
    found = grounded("turn off the bed lamp", "turn_off", kind="light", at="Bedroom")
    assert about(found) in {("Bed Lamp", None), "not-said"}


def test_a_kind_is_not_acted_on_where_another_was_said():
    found = grounded("turn off the fan", "turn_off", kind="light", at="Kitchen")
    assert about(found) in [(["fan"], "Kitchen"), "not-said", "no-kind"]


@pytest.mark.parametrize("kind", ["light", "fan", "heating"])
def test_all_devices_of_one_kind_leave_the_others_alone(kind: str):
    domain = {"light": "light", "fan": "fan", "heating": "climate"}[kind]
    assert about(grounded("make it so", "turn_off", kind=kind, at="Kitchen")) == ([domain], "Kitchen")


def test_lights_are_told_as_lights_of_the_room_only_where_they_are_switched():
    found = grounded("dim the light", "set_brightness", kind="light", brightness=30, at="Kitchen")
    assert found.intent.response == "brightness"
    assert found.intent.slots == {"brightness": 30, "domain": ["light"], "area": "Kitchen"}


# --- languages that we have no words of


def test_a_room_of_the_models_counts_in_a_language_without_words():
    found = grounded("apaga a luz da cozinha", "turn_off", area="Kitchen", kind="light", at="Bedroom", language="pt")
    assert about(found) == (["light"], "Kitchen")


def test_a_room_that_was_said_counts_before_the_models_in_every_language():
    found = grounded("apaga a luz hall", "turn_off", area="Kitchen", kind="light", at="Bedroom", language="pt")
    assert about(found) == (["light"], "Hall")


def test_a_room_that_is_not_there_is_none_in_a_language_without_words():
    found = grounded("apaga a luz", "turn_off", area="Mars", kind="light", at="Bedroom", language="pt")
    assert about(found) == "no-kind"


def test_a_name_must_be_said_in_every_language():
    found = grounded("está escuro", "turn_on", name="Bed Lamp", at="Bedroom", language="pt")
    assert found.result == asked_back("Bed Lamp")
    assert about(grounded("liga Bed Lamp", "turn_on", name="Bed Lamp", language="pt")) == ("Bed Lamp", None)


# --- questions


ACTING = [tool for tool in HOUSE_TOOLS if not tool.is_question]


@pytest.mark.parametrize("tool", ACTING, ids=lambda tool: tool.name)
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Is the bed lamp on?", "en"),
        ("what about the front door", "en"),
        ("should I open the big gate", "en"),
        ("Ist die Bed Lamp an", "de"),
        ("a porta está aberta?", "pt"),
    ],
)
def test_a_question_never_acts(tool: Any, text: str, language: str):
    for call in ({"name": "Bed Lamp"}, {"name": "Big Gate"}, {"kind": "light"}, {"kind": "blind"}, {}):
        found = grounded(text, tool.name, at="Kitchen", language=language, **call)
        assert found.result == Result("unsupported", problem="asked-not-told")
        assert not found.is_question


@pytest.mark.parametrize("text", ["Is the bed lamp on?", "tell me about the bed lamp"])
def test_a_question_is_answered(text: str):
    found = grounded(text, "get_state", name="Bed Lamp", at="Kitchen")
    assert found.is_question
    assert found.result is None
    assert (found.intent.name, found.intent.response) == ("HassGetState", "one")
    assert found.intent.slots == {"name": "Bed Lamp"}


def test_a_question_about_what_nobody_named_is_asked_back():
    found = grounded("is it on?", "get_state", name="Bed Lamp", at="Kitchen")
    assert found.result == asked_back("Bed Lamp")
    assert not found.is_question


def test_a_question_about_nothing_is_not_about_everything():
    assert about(grounded("is it on?", "get_state")) == "no-kind"


# --- every tool


@pytest.mark.parametrize(
    ("tool", "text", "call", "intent", "slots", "response"),
    [
        ("turn_off", "kitchen fan off", {"name": "Kitchen Fan"}, "HassTurnOff", {"domain": "fan"}, "default"),
        ("open", "open the big gate", {"name": "Big Gate"}, "HassTurnOn", {"domain": "cover"}, "cover"),
        ("close", "close the big gate", {"name": "Big Gate"}, "HassTurnOff", {"domain": "cover"}, "cover"),
        ("lock", "lock the front door", {"name": "Front Door"}, "HassTurnOn", {"domain": "lock"}, "lock"),
        ("run", "party time", {"name": "Party Time"}, "HassTurnOn", {"domain": "scene"}, "default"),
        (
            "set_brightness",
            "bed lamp to forty",
            {"name": "Bed Lamp", "brightness": 40},
            "HassLightSet",
            {"domain": "light", "brightness": 40},
            "brightness",
        ),
        (
            "set_color",
            "make the bed lamp red",
            {"name": "Bed Lamp", "color": "red"},
            "HassLightSet",
            {"domain": "light", "color": "red"},
            "color",
        ),
        (
            "set_position",
            "big gate half",
            {"name": "Big Gate", "position": 50},
            "HassSetPosition",
            {"domain": "cover", "position": 50},
            "default",
        ),
        (
            "set_speed",
            "kitchen fan at ten",
            {"name": "Kitchen Fan", "percentage": 10},
            "HassFanSetSpeed",
            {"domain": "fan", "percentage": 10},
            "default",
        ),
        (
            "set_temperature",
            "kitchen heating to twenty",
            {"name": "Kitchen Heating", "temperature": 20},
            "HassClimateSetTemperature",
            {"domain": "climate", "temperature": 20},
            "default",
        ),
    ],
)
def test_each_call_becomes_its_intent(
    tool: str, text: str, call: dict[str, Any], intent: str, slots: dict[str, Any], response: str
):
    found = grounded(text, tool, **call)
    assert (found.result, found.is_question) == (None, False)
    assert (found.intent.name, found.intent.response) == (intent, response)
    assert found.intent.slots == {"name": call["name"], **slots}


def test_a_lock_is_not_unlocked_by_any_tool():
    for tool in HOUSE_TOOLS:
        found = grounded("unlock the front door", tool.name, name="Front Door", at="Hall")
        assert (found.intent.name, found.result is None) != ("HassTurnOff", True)


def test_values_of_another_tool_are_left_out():
    found = grounded("bed lamp on", "turn_on", name="Bed Lamp", brightness=1, domain="lock", floor="Attic")
    assert found.intent.slots == {"name": "Bed Lamp", "domain": "light"}


# --- what no grammar kept to


@pytest.mark.parametrize("tool", ["unlock", "", "Turn_On", "turn_on ", "HassTurnOff", "x" * 9000])
def test_an_unknown_tool_is_told_as_such(tool: str):
    found = grounded("turn on the bed lamp", tool, name="Bed Lamp")
    assert found.result == Result("unsupported", problem="unknown-tool")
    assert found.intent.name == tool[:64]
    assert not found.is_question


GARBAGE = [
    "",
    "garbage",
    "null",
    "[]",
    '"Bed Lamp"',
    "{",
    '{"name"',
    '{"name":' * 100_000,
    "\x00",
    '{"name": "Bed Lamp"} and',
]


@pytest.mark.parametrize("raw", GARBAGE, ids=lambda raw: raw[:12])
@pytest.mark.parametrize("tool", HOUSE_TOOLS, ids=lambda tool: tool.name)
def test_garbage_for_arguments_raises_nothing_and_names_nothing(tool: Any, raw: str):
    found = grounded("mumble", tool.name, raw=raw)
    assert "name" not in found.intent.slots
    assert not set(found.intent.slots) & set(tool.values)


@pytest.mark.parametrize("raw", [*GARBAGE, "{}", '{"name": null}', '{"name": ["Bed Lamp"]}', '{"kind": "spaceship"}'])
def test_a_call_about_nothing_is_not_about_everything_in_the_room(raw: str):
    assert grounded("mumble", "turn_off", raw=raw, at="Kitchen").result is not None


@pytest.mark.parametrize(
    "call",
    [
        {"name": "Bed Lamp", "area": 5},
        {"name": "Bed Lamp", "area": ["Hall"]},
        {"name": "Bed Lamp", "kind": {"a": 1}},
        {"name": "Bed Lamp", "area": None, "kind": None},
    ],
)
@pytest.mark.parametrize("language", ["en", "pt"])
def test_what_else_a_call_says_does_not_harm_a_name(call: dict[str, Any], language: str):
    assert about(grounded("bed lamp on", "turn_on", at="Hall", language=language, **call)) == ("Bed Lamp", None)


def test_an_empty_house_has_nothing():
    assert about(grounded("bed lamp on", "turn_on", (), name="Bed Lamp", at="Hall")) == "unknown-name"
    assert about(grounded("lights on", "turn_on", (), kind="light", at="Hall")) == "no-kind"
