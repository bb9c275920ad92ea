"""Whatever a peer announces or reports, of any kind of device: named and refused, or taken; never more than itself."""

import json
import time

import msgspec
import pytest

from hub.house import discovery
from hub.house.file import COMPONENTS, Device
from hub.house.simulated.announce import announcement

BOMB = "{% set a = 'x' * 9999999 %}{{ a ~ a ~ a }}"
HOSTILE = [
    *(
        None,
        5,
        -1e300,
        True,
        [],
        {},
        [[]],
        {"a": None},
        "",
        "#",
        "a/#",
        "$SYS/x",
        "+",
        "+/+",
        "a+b/c",
        "\x00",
        "\ud800",
    ),
    *(
        "x" * 5000,
        "{{",
        "{% for i in range(9**9) %}x{% endfor %}",
        BOMB,
        "{{ value ** value }}",
        "{{ self }}",
        "~",
        "~~~~",
    ),
    *([1] * 100_000, ["a"] * 501, [None], [{}], ["x" * 5000]),
]
MESSAGES = [
    *("", "null", "[]", "{", '"', "5", "-0", "NaN", "Infinity", "1e999", "[" * 9999, "\x00", "x" * 20_000),
    *('{"state": {}}', '{"state": ["ON"]}', '{"state": null, "position": {}}', '{"event_type": {"a": 1}}'),
    *(
        '{"battery_level": "x", "fan_speed": 5}',
        '{"battery_level": NaN}',
        '{"installed_version": 5}',
        '{"volume_level": "x"}',
    ),
]
WANTED = {
    "hs_color": (1, 2),
    "oscillating": True,
    "power": "on",
    **dict.fromkeys(("value", "position", "tilt_position", "brightness", "percentage", "temperature", "humidity"), 50),
    **dict.fromkeys(("mode", "effect", "fan_speed", "preset_mode"), "x"),
}


def announced(component, **changes):
    """What a simulated device of that kind announces, with some options changed."""
    device = Device(id=f"{component}.x", name="X", attributes=ATTRIBUTES.get(component, {}))
    _, payload = announcement(device, "ha")
    options = payload["components"]["main"] if "components" in payload else payload
    return {**discovery.expand(options), "name": "X", **changes}


ATTRIBUTES = {
    "fan": {"oscillating": True, "preset_modes": ["a"]},
    "cover": {"tilt_position": 5},
    "climate": {"preset_modes": ["a"]},
    "light": {"effect_list": ["a"]},
}
OPTIONS = [(component, option) for component in COMPONENTS for option in announced(component)]
TEMPLATES = [
    "value_template",
    "command_template",
    "availability_template",
    "state_value_template",
    "mode_state_template",
]


def read(component, config):
    payload = json.dumps(config).encode()
    began = time.thread_time()
    found = discovery.read("ha", f"ha/{component}/x/config", payload)
    assert time.thread_time() - began < 2  # of CPU: a bomb would take hours
    assert len(found.entities) + len(found.problems) <= 1
    for problem in found.problems:
        assert problem.code == "discovery-invalid"
        assert len(problem.message) < 700
    return found


@pytest.mark.parametrize(("component", "option"), OPTIONS)
def test_a_hostile_option_is_refused_or_taken_and_never_more(component, option):
    for value in HOSTILE:
        for entity in read(component, announced(component, **{option: value})).entities:
            for topic in discovery.topics(entity):
                assert "#" not in topic
                assert set(topic.split("/")) - {"+"}
            _tell(entity)


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize("option", TEMPLATES)
def test_a_template_bomb_does_not_go_off(component, option):
    for bomb in (BOMB, "{{ value ** value }}", "{{ 'x' * 99999999 }}", "{{ value | replace('', value) }}"):
        for entity in read(component, announced(component, **{option: bomb})).entities:
            began = time.thread_time()
            _listen(entity)
            assert time.thread_time() - began < 5


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_message_without_sense_changes_nothing_for_the_worse(component):
    """Values stay what an entity may hold: JSON can show them, and text is bounded."""
    (entity,) = read(component, announced(component)).entities
    for values in _listen(entity):
        assert len(msgspec.json.encode(values)) < 6000


async def test_half_a_character_can_be_written_down(loopback_house):
    bus, house = loopback_house
    config = announced("sensor", state_topic="s", value_template="{{ value_json.a }}", availability_topic=None)
    bus.retain("homeassistant/sensor/x/config", json.dumps(config))
    bus.deliver("s", '{"a": "\\ud83d"}')
    assert msgspec.json.encode(house.entities()[0].state)


def test_no_publisher_can_be_made_to_publish_to_a_pattern():
    for component in COMPONENTS:
        for option, value in announced(component).items():
            if option.endswith("command_topic") or option.startswith("set_"):
                assert isinstance(value, str)
                assert read(component, announced(component, **{option: "a/+/b"})).problems


def _listen(entity):
    heard = []
    for readers in entity.dialect.readers.values():
        for message in MESSAGES:
            heard += [values for reader in readers if (values := reader(message))]
    for topic in entity.availability.topics:
        for message in MESSAGES:
            entity.availability.hear(topic, message)
    return heard


def _tell(entity):
    for name in entity.dialect.writes:
        states = ("open", "closed", "on", "off", "locked", "docked") if name == "state" else (WANTED.get(name, 1),)
        for value in states:
            if entity.domain in {"cover", "valve", "lock"} and name == "state" and value not in STATES[entity.domain]:
                continue
            for message in entity.dialect.write({name: value}):
                assert "+" not in message.topic


STATES = {"cover": {"open", "closed"}, "valve": {"open", "closed"}, "lock": {"locked"}}
