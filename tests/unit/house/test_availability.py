"""A device is available until it says otherwise, by the announced rule."""

import pytest

from hub.house.availability import availability


def made(mode="latest"):
    topics = [{"topic": "a"}, {"topic": "b", "value_template": "{{ value_json.s }}"}]
    return availability({"availability": topics, "availability_mode": mode})


ONLINE_B = '{"s": "online"}'
OFFLINE_B = '{"s": "offline"}'


@pytest.mark.parametrize(
    ("mode", "said", "expected"),
    [
        ("latest", [], True),
        ("latest", [("a", "offline"), ("b", ONLINE_B)], True),
        ("latest", [("b", ONLINE_B), ("a", "offline")], False),
        ("latest", [("a", "offline"), ("a", "what?")], False),
        ("all", [("a", "online")], True),
        ("all", [("a", "online"), ("b", OFFLINE_B)], False),
        ("any", [("a", "offline")], True),
        ("any", [("a", "offline"), ("b", OFFLINE_B)], False),
        ("any", [("a", "offline"), ("b", ONLINE_B)], True),
    ],
)
def test_modes(mode, said, expected):
    sources = made(mode)
    for topic, payload in said:
        sources.hear(topic, payload)
    assert sources.available is expected


def test_one_topic_with_words_of_its_own():
    one = availability({"availability_topic": "a", "payload_not_available": "dead"})
    one.hear("a", "dead")
    assert not one.available


def test_none_announced_is_always_available():
    assert availability({}).available
