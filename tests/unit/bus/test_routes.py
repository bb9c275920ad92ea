"""Topics find their listeners as MQTT says, and peers cannot make us listen to everything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.bus.routes import Message, Routes, matches, topic_problem


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+/c", "a/b/c", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("#", "a/b", True),
        ("#", "$SYS/broker", False),
        ("+/broker", "$SYS/broker", False),
        ("a/+", "a/", True),
    ],
)
def test_patterns_match_as_mqtt_says(pattern, topic, expected):
    assert matches(pattern, topic) is expected


@pytest.mark.parametrize("topic", ["", "#", "a/+/b", "a\x00b", "$SYS/x", "a" * 1025, "a\ud800"])
def test_a_topic_that_a_peer_may_not_name_is_refused(topic):
    assert topic_problem(topic) is not None


def test_a_common_topic_is_taken():
    assert topic_problem("zigbee2mqtt/Küche Lampe/set") is None


def test_only_the_first_listener_subscribes_and_only_the_last_unsubscribes():
    routes, one, other = Routes(), [], []
    assert routes.add("a/+", one.append)
    assert not routes.add("a/+", other.append)
    assert not routes.remove("a/+", one.append)
    assert routes.remove("a/+", other.append)
    assert not routes.remove("a/+", other.append)


def test_a_message_reaches_exact_and_pattern_listeners():
    routes = Routes()
    exact, wild = [], []
    routes.add("a/b", exact.append)
    routes.add("a/#", wild.append)
    for callback in routes.callbacks("a/b"):
        callback(1)
    for callback in routes.callbacks("a/c"):
        callback(2)
    assert (exact, wild) == ([1], [1, 2])


def test_a_payload_never_shows_in_a_log():
    assert "hush" not in repr(Message("a", b"hush"))


@given(st.lists(st.text("ab", min_size=0, max_size=2), min_size=1, max_size=4))
def test_every_topic_matches_itself_and_its_own_prefix(levels):
    topic = "/".join(levels)
    assert matches(topic, topic)
    assert matches("/".join([levels[0], "#"]), topic)
