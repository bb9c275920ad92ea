"""A sentence's slots mean the devices that a person in that room would mean."""

import pytest

from hub.house.targets import resolve
from hub.stages import Area, Entity, Intent, Result
from tests.fakes_house import FakeHouse

AREAS = [Area("Kitchen", "Ground"), Area("Living Room", "Ground", ("lounge",)), Area("Bedroom", "Upstairs")]


def entity(entity_id, name, area=None, **more):
    return Entity(entity_id, entity_id.partition(".")[0], name, area, **more)


HOUSE = FakeHouse(
    [
        entity("light.k", "Kitchen Light", "Kitchen"),
        entity("light.k2", "Lamp", "Kitchen"),
        entity("light.l", "Lamp", "Living Room", aliases=("big lamp",)),
        entity("switch.tv", "TV", "Living Room", aliases=("telly",)),
        entity("cover.window", "Window", "Bedroom", device_class="window"),
        entity("cover.blind", "Blind", "Bedroom", device_class="blind"),
        entity("lock.front", "Front Door"),
        entity("binary_sensor.front", "Front Door"),
        entity("sensor.hum", "Humidity"),
        entity("scene.mood", "Mood"),
        entity("fan.b", "Fan", "Bedroom"),
        entity("light.hidden", "Hidden", "Kitchen", exposed=False),
    ],
    AREAS,
)


def intent(name="HassTurnOn", response="default", context=None, **slots):
    if "named" in slots:
        slots["name"] = slots.pop("named")
    return Intent(name, slots, response, "en", "", context)


def ids(found):
    assert not isinstance(found, Result), found
    return [entity.entity_id for entity in found]


@pytest.mark.parametrize("name", ["Kitchen Light", "kitchen light", " KITCHEN  LIGHT ", "light.k"])
def test_a_name_without_case_and_spaces(name):
    assert ids(resolve(intent(named=name), HOUSE, None)) == ["light.k"]


def test_an_alias():
    assert ids(resolve(intent(named="Telly"), HOUSE, None)) == ["switch.tv"]


def test_an_unknown_name():
    assert resolve(intent(named="Toaster"), HOUSE, None) == Result("unknown_target", problem="unknown-name")


def test_a_device_that_is_not_exposed_is_unknown():
    assert resolve(intent(named="Hidden"), HOUSE, None).kind == "unknown_target"


def test_two_of_a_name_ask_back_with_their_rooms():
    found = resolve(intent(named="Lamp"), HOUSE, None)
    assert isinstance(found, Result)
    assert (found.kind, found.choices) == ("ambiguous", ("Lamp in the Kitchen", "Lamp in the Living Room"))
    assert [entity.area for entity in found.matched] == ["Kitchen", "Living Room"]


def test_in_another_language_the_question_bends_no_article():
    german = Intent("HassTurnOn", {"name": "Lamp"}, "default", "de", "")
    assert resolve(german, HOUSE, None).choices == ("Lamp, Kitchen", "Lamp, Living Room")


def test_the_speakers_room_chooses_between_two_of_a_name():
    assert ids(resolve(intent(named="Lamp"), HOUSE, "living room")) == ["light.l"]


def test_the_speakers_room_takes_nothing_away():
    assert ids(resolve(intent(named="TV"), HOUSE, "Kitchen")) == ["switch.tv"]
    assert ids(resolve(intent(named="TV", context="Kitchen"), HOUSE, "Kitchen")) == ["switch.tv"]


def test_a_room_that_is_said_decides():
    assert ids(resolve(intent(named="Lamp", area="lounge"), HOUSE, "Kitchen")) == ["light.l"]
    assert resolve(intent(named="TV", area="Kitchen"), HOUSE, None).problem == "not-in-area"


def test_lights_of_the_speakers_room():
    found = resolve(intent(domain="light", area="Kitchen", context="Kitchen"), HOUSE, "Kitchen")
    assert ids(found) == ["light.k", "light.k2"]


def test_lights_everywhere():
    assert ids(resolve(intent(domain="light"), HOUSE, "Kitchen")) == ["light.k", "light.k2", "light.l"]


def test_lights_of_a_floor():
    assert ids(resolve(intent(domain="light", floor="ground"), HOUSE, None)) == ["light.k", "light.k2", "light.l"]


def test_a_room_alone_means_its_lights():
    assert ids(resolve(intent(area="Living Room"), HOUSE, None)) == ["light.l"]


def test_a_device_class():
    assert ids(resolve(intent(domain="cover", device_class="blind", area="Bedroom"), HOUSE, None)) == ["cover.blind"]


def test_a_room_without_such_devices():
    assert resolve(intent(domain="light", area="Bedroom"), HOUSE, None).problem == "no-light"


@pytest.mark.parametrize(("slot", "problem"), [("area", "unknown-area"), ("floor", "unknown-floor")])
def test_an_unknown_place(slot, problem):
    assert resolve(intent(domain="light", **{slot: "Attic"}), HOUSE, None).problem == problem


def test_an_intent_of_one_kind_takes_only_that_kind():
    assert ids(resolve(intent("HassFanSetSpeed", area="Bedroom"), HOUSE, None)) == ["fan.b"]
    assert resolve(intent("HassLightSet", named="TV"), HOUSE, None).kind == "unsupported"


def test_a_lock_and_its_contact_share_a_name():
    assert ids(resolve(intent(response="lock", named="Front Door"), HOUSE, None)) == ["lock.front"]


def test_what_only_reports_cannot_be_switched():
    assert resolve(intent(named="Humidity"), HOUSE, None) == Result("unsupported", problem="not-for-sensor")


def test_a_scene_by_name():
    assert ids(resolve(intent(response="scene", named="mood"), HOUSE, None)) == ["scene.mood"]


def test_a_group_but_for_a_device_and_a_room():
    lights = intent(domain="light", except_names=["kitchen light"])
    assert ids(resolve(lights, HOUSE, None)) == ["light.k2", "light.l"]
    assert ids(resolve(intent(domain="light", except_area=["Lounge"]), HOUSE, None)) == ["light.k", "light.k2"]


def test_who_leaves_out_a_device_of_another_room_means_the_house():
    here = intent(context="Living Room", domain="light", except_names=["Kitchen Light"])
    assert ids(resolve(here, HOUSE, "Living Room")) == ["light.k2", "light.l"]
    kitchen = intent(context="Kitchen", domain="light", except_names=["Kitchen Light"])
    assert ids(resolve(kitchen, HOUSE, "Kitchen")) == ["light.k2"]


def test_nothing_is_left_of_a_group():
    rest = intent(domain="fan", except_names=["Fan"])
    assert resolve(rest, HOUSE, None) == Result("unknown_target", problem="no-fan")


def test_the_very_devices_go_before_every_name():
    found = resolve(intent(named="Lamp", entity_ids=["light.l", "switch.tv"]), HOUSE, "Kitchen")
    assert ids(found) == ["light.l", "switch.tv"]


def test_of_the_very_devices_those_that_can_do_it():
    set_lights = intent("HassLightSet", brightness=20, entity_ids=["light.l", "switch.tv"])
    assert ids(resolve(set_lights, HOUSE, None)) == ["light.l"]
    only_tv = intent("HassLightSet", brightness=20, entity_ids=["switch.tv"])
    assert resolve(only_tv, HOUSE, None) == Result("unsupported", problem="not-for-switch")


@pytest.mark.parametrize("gone", ["light.gone", "light.hidden"])
def test_a_device_that_is_gone_or_hidden_is_not_meant(gone):
    found = resolve(intent(refers="last", entity_ids=[gone]), HOUSE, None)
    assert found == Result("unknown_target", problem="nothing-referred-to")


def test_it_without_a_device_is_nothing_and_never_everything():
    assert resolve(intent(refers="last"), HOUSE, "Kitchen") == Result("unknown_target", problem="nothing-referred-to")
