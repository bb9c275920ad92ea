"""The discovery message and the states, as Home Assistant's schemas want them.

These rules are those of its MQTT integration (device discovery); the messages were also run through the real 2025.4.
"""

from __future__ import annotations

import json
import re

import pytest

from hub.health import Component, SatelliteStatus, summarize
from hub.house.discovery import _OURSELVES
from hub.presence.payload import EVENT_TYPES, Hub, discovery, entities, event_type, last_command, states, turn_event
from hub.stages import Action
from hub.trace import ErrorTrace, UnderstoodTrace
from models.wake.choice import WakeStatus
from tests.fakes_control import trace

HUB = Hub("ab12ab12ab12", "Our house", "1.2.3", transcripts=False)
OPEN_HUB = Hub("ab12ab12ab12", "Our house", "1.2.3", transcripts=True)
WAKE = WakeStatus("okay_nabu", ("okay_nabu", "alexa"), 50)
SATELLITES = [
    SatelliteStatus("kitchen", "Kitchen", "tcp://127.0.0.1:10700", "listening", muted=True, wake=WAKE),
    SatelliteStatus("Living Room", None, "tcp://127.0.0.1:10701", "lost"),
]
HEALTH = summarize([Component("stt", "ok"), Component("store", "failed", "disk full", "store-full", False)])


def announced(hub, satellites):
    return discovery(hub, entities(hub, satellites))


def act(outcome):
    return Action("light.x", "X", "turn_on", "t", "ON", outcome)


def test_the_message_has_what_device_discovery_requires():
    config = announced(HUB, SATELLITES)
    assert config["device"]["identifiers"] == ["earshot_ab12ab12ab12"]
    assert config["origin"]["name"] == _OURSELVES  # so that the hub does not control itself
    assert config["availability"] == [{"topic": "earshot/ab12ab12ab12/status"}]
    assert all("platform" in component for component in config["components"].values())


def test_every_entity_has_an_id_of_its_own():
    ids = [component["unique_id"] for component in announced(OPEN_HUB, SATELLITES)["components"].values()]
    assert len(ids) == len(set(ids)) == 23


@pytest.mark.parametrize(
    ("platform", "required"),
    [
        ("event", {"state_topic", "event_types"}),
        ("binary_sensor", {"state_topic"}),
        ("sensor", {"state_topic"}),
        ("switch", {"command_topic", "state_topic"}),
        ("notify", {"command_topic"}),
        ("number", {"command_topic", "state_topic", "min", "max"}),
        ("select", {"command_topic", "state_topic", "options"}),
    ],
)
def test_entities_have_the_topics_of_their_platform(platform, required):
    components = [c for c in announced(OPEN_HUB, SATELLITES)["components"].values() if c["platform"] == platform]
    assert components
    assert all(required <= set(component) for component in components)


def test_no_topic_has_a_wildcard():
    text = json.dumps(announced(OPEN_HUB, SATELLITES))
    topics = re.findall(r'"(?:\w+_)?topic": "([^"]+)"', text)
    assert topics
    assert not [topic for topic in topics if "+" in topic or "#" in topic]


def test_a_satellite_is_available_only_while_hub_and_satellite_are():
    mute = announced(HUB, SATELLITES)["components"]["living_room_mute"]
    assert mute["availability_mode"] == "all"
    assert [entry["topic"] for entry in mute["availability"]] == [
        "earshot/ab12ab12ab12/status",
        "earshot/ab12ab12ab12/satellite/living_room/status",
    ]


def test_a_wake_word_that_cannot_be_chosen_here_has_no_entity():
    components = announced(HUB, SATELLITES)["components"]
    assert components["kitchen_wake_word"]["options"] == ["okay_nabu", "alexa"]
    assert not {"living_room_wake_word", "living_room_wake_sensitivity"} & components.keys()
    shown = states(HUB, HEALTH, SATELLITES)
    assert shown["earshot/ab12ab12ab12/satellite/kitchen/wake_word"] == "okay_nabu"
    assert shown["earshot/ab12ab12ab12/satellite/kitchen/wake_sensitivity"] == "50"
    assert "earshot/ab12ab12ab12/satellite/living_room/wake_word" not in shown


def test_the_last_command_is_its_intent_and_has_no_words_unless_they_may_leave():
    told = json.loads(last_command(HUB, trace()))
    assert (told["command"], told["outcome"], told["at"]) == ("HassTurnOn", "acted", "2026-11-20T18:02:11.120Z")
    assert "bed" not in json.dumps(told)
    assert json.loads(last_command(OPEN_HUB, trace()))["command"] == "turn on the bed light"
    silent = trace(transcript="", understood=UnderstoodTrace(), actions=[])
    assert json.loads(last_command(OPEN_HUB, silent))["command"] == "not_understood"


def test_words_are_offered_only_when_the_household_said_so():
    assert "transcript" not in announced(HUB, [])["components"]
    assert "transcript" in announced(OPEN_HUB, [])["components"]
    assert "bed light" not in turn_event(HUB, trace()).lower().replace("bed_light", "").replace('"bed light"', "")
    assert "turn on the bed light" not in turn_event(HUB, trace())
    assert "turn on the bed light" in turn_event(OPEN_HUB, trace())


def test_states_say_who_is_there_muted_and_what_is_wrong():
    shown = states(HUB, HEALTH, SATELLITES)
    base = "earshot/ab12ab12ab12"
    assert json.loads(shown[f"{base}/satellites"]) == {"connected": 1, "names": ["kitchen"]}
    assert shown[f"{base}/satellite/kitchen/status"] == "online"
    assert shown[f"{base}/satellite/kitchen/mute"] == "ON"
    assert shown[f"{base}/satellite/living_room/status"] == "offline"
    health = json.loads(shown[f"{base}/health"])
    assert (health["state"], health["ready"]) == ("degraded", True)
    assert [problem["code"] for problem in health["problems"]] == ["store-full"]


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (trace(), "acted"),
        (trace(actions=[act("sent")]), "acted"),
        (trace(actions=[]), "answered"),
        (trace(actions=[act("confirmed"), act("refused")]), "refused"),
        (trace(actions=[act("refused"), act("failed")]), "failed"),
        (trace(actions=[], understood=UnderstoodTrace()), "not_understood"),
        (trace(error=ErrorTrace("stt-lost", "it died")), "failed"),
    ],
)
def test_a_turn_has_one_of_the_announced_types(record, kind):
    assert event_type(record) == kind
    assert json.loads(turn_event(HUB, record))["event_type"] == kind
    assert kind in EVENT_TYPES


def test_the_event_is_the_trace_record():
    event = json.loads(turn_event(OPEN_HUB, trace()))
    assert event.pop("event_type") == "acted"
    assert event == json.loads(trace().json())
