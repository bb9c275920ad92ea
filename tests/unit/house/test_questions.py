"""Questions are answered from what is known now, and what is not known is said to be so."""

from hub.house.questions import answer
from hub.stages import Area, Entity, Intent
from tests.fakes_house import FakeHouse


def house():
    return FakeHouse(
        [
            Entity("light.a", "light", "A", "Kitchen", state="on"),
            Entity("light.b", "light", "B", "Kitchen", state="off"),
            Entity("light.c", "light", "C", "Bedroom", state="on"),
            Entity("lock.front", "lock", "Front Door", "Hall", state="locked"),
            Entity("binary_sensor.front", "binary_sensor", "Front Door", "Hall", device_class="door", state="off"),
            Entity("cover.garage", "cover", "Garage", device_class="garage", state="open"),
            Entity("sensor.hum", "sensor", "Humidity", state="54", unit="%"),
            Entity("sensor.bedroom", "sensor", "Bedroom Sensor", "Bedroom", device_class="temperature", state="19"),
            Entity("climate.eco", "climate", "EcoBee", "Hall", state="heat", attributes={"current_temperature": 20.5}),
        ],
        [Area("Kitchen"), Area("Bedroom"), Area("Hall")],
    )


def ask(about, intent="HassGetState", context=None, **slots):
    if "named" in slots:
        slots["name"] = slots.pop("named")
    return answer(Intent(intent, slots, "default", "en", "", context), about, context)


def names(entities):
    return [entity.name for entity in entities]


def test_which_of_a_kind():
    result = ask(house(), domain="light", state="on")
    assert (names(result.matched), names(result.unmatched)) == (["A", "C"], ["B"])


def test_which_of_a_kind_in_a_room():
    result = ask(house(), domain="light", state="on", area="Kitchen")
    assert (names(result.matched), names(result.unmatched)) == (["A"], ["B"])


def test_the_state_of_one():
    (entity,) = ask(house(), named="humidity").matched
    assert (entity.state, entity.unit) == ("54", "%")


def test_is_it_locked_asks_the_lock_and_is_it_open_its_contact():
    locked, closed = ask(house(), named="Front Door", state="locked"), ask(house(), named="Front Door", state="off")
    assert [entity.entity_id for entity in locked.matched] == ["lock.front"]
    assert [entity.entity_id for entity in closed.matched] == ["binary_sensor.front"]


def test_the_wrong_state_is_unmatched():
    result = ask(house(), named="Garage", state="closed")
    assert (names(result.matched), names(result.unmatched)) == ([], ["Garage"])


def test_an_unreachable_device_is_neither_locked_nor_unlocked():
    about = house()
    about.set_available("lock.front", available=False)
    result = ask(about, named="Front Door", state="locked")
    assert [entity.state for entity in result.unmatched] == ["unavailable"]


def test_a_state_never_heard_is_unknown():
    about = house()
    about.set_state("sensor.hum", None)
    assert ask(about, named="Humidity").matched[0].state == "unknown"


def test_a_question_about_nothing_has_no_answer():
    assert ask(house(), domain="fan", state="on").problem == "no-fan"
    assert ask(house(), named="Toaster").problem == "unknown-name"
    assert ask(house(), domain="light", area="Attic").problem == "unknown-area"


def temperature(**slots):
    return ask(house(), "HassClimateGetTemperature", **slots)


def test_the_temperature_of_the_speakers_room():
    assert names(temperature(context="Bedroom").matched) == ["Bedroom Sensor"]
    assert names(temperature(context="Hall").matched) == ["EcoBee"]


def test_a_room_without_a_temperature_has_the_houses_if_it_was_not_named():
    assert names(temperature(context="Kitchen").matched) == ["EcoBee"]
    assert names(temperature().matched) == ["EcoBee"]
    assert temperature(area="Kitchen").problem == "no-temperature"
    assert names(temperature(area="Bedroom").matched) == ["Bedroom Sensor"]


def test_the_temperature_of_a_thermostat_by_name():
    assert names(temperature(named="ecobee").matched) == ["EcoBee"]


def test_a_contact_answers_for_a_door_as_a_cover_does():
    about = house()
    about.add(
        Entity("binary_sensor.k", "binary_sensor", "Kitchen Window", "Kitchen", device_class="window", state="on")
    )
    about.add(Entity("binary_sensor.g", "binary_sensor", "Gate Sensor", device_class="garage_door", state="off"))
    opened = ask(about, domain="cover", device_class="window", state="open")
    assert (names(opened.matched), names(opened.unmatched)) == (["Kitchen Window"], [])
    doors = ask(about, domain="cover", device_class="door", state="closed")
    assert names(doors.matched) == ["Front Door"]
    garage = ask(about, domain="cover", device_class="garage", state="open")
    assert (names(garage.matched), names(garage.unmatched)) == (["Garage"], ["Gate Sensor"])


def test_a_contact_that_never_reported_is_neither_open_nor_closed():
    about = house()
    about.add(Entity("binary_sensor.k", "binary_sensor", "Window", device_class="window"))
    result = ask(about, domain="cover", device_class="window", state="closed")
    assert (result.matched, names(result.unmatched)) == ((), ["Window"])
