"""Names of satellites as topic levels."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.presence.topics import Topics, slug


@pytest.mark.parametrize(
    ("name", "level"), [("kitchen", "kitchen"), ("Living Room", "living_room"), ("hall 2", "hall_2")]
)
def test_plain_names_stay_readable(name, level):
    assert slug(name) == level


@pytest.mark.parametrize(("one", "other"), [("Küche", "Kuche"), ("a/b", "a b"), ("寝室", "台所"), ("#", "+")])
def test_names_that_would_collide_are_told_apart(one, other):
    assert slug(one) != slug(other)


@given(st.text(min_size=1, max_size=64))
def test_every_name_is_one_safe_level(name):
    assert re.fullmatch(r"[a-z0-9_]{1,47}", slug(name))


@given(st.text(min_size=1, max_size=64))
def test_a_topic_leads_back_to_its_satellite(name):
    topics = Topics("ab12")
    assert topics.addressed(topics.satellite(slug(name), "mute/set")) == slug(name)
