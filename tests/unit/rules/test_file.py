"""rules.toml is right as a whole, or the rule and the key that are not are named."""

from __future__ import annotations

import pytest

from hub.config import HomeSection
from hub.rules.file import MAX_RULES
from hub.rules.home import home_of
from tests.fakes_rules import home, rules
from wire.errors import ConfigError


def table(when='{ time = "07:00" }', then='{ say = "hello" }', more="", conditions="") -> str:
    return f'[[rule]]\nname = "Tea"\nwhen = [{when}]\nif = [{conditions}]\nthen = [{then}]\n{more}'


def test_a_rule_says_in_words_what_it_is():
    (rule,) = rules(
        table(
            '{ sun = "sunset", offset_minutes = -10, days = ["mon"] }, { entity = "sensor.a", above = 2, below = 3.5 }',
            '{ act = "close the blinds" }, { wait_seconds = 5 }, { mqtt = "a/b", payload = "x", retain = true }',
            conditions="{ someone_home = false, people = ['person.a'] }",
        )
    )
    assert [trigger.words for trigger in rule.when] == [
        "10 minutes before sunset on mon",
        "sensor.a above 2 and below 3.5",
    ]
    assert [condition.words for condition in rule.conditions] == ["nobody home"]
    assert [action.words for action in rule.then] == [
        "act 'close the blinds'",
        "wait 5 seconds",
        "publish 'x' on a/b (retained)",
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (table('{ time = "7:00" }'), "when[0]"),
        (table('{ time = "24:00" }'), "$.time"),
        (table('{ time = "07:00", days = ["monday"] }'), "$.days[0]"),
        (table('{ time = "07:00", minute = 3 }'), "minute"),
        (table('{ tine = "07:00" }'), "needs one of time, sun, topic"),
        (table('{ entity = "sensor.a" }'), "needs one of becomes, above/below, unavailable"),
        (table('{ entity = "sensor.a", becomes = "on", above = 3 }'), "needs one of"),
        (table('{ entity = "sensor.a", above = 5, below = 3 }'), "no number is above 5"),
        (table('{ entity = "sensor.a", above = nan }'), "$.above"),
        (table('{ entity = "Sensor A", above = 5 }'), "$.entity"),
        (table('{ entity = "sensor.a", becomes = "on", for_minutes = 100000 }'), "$.for_minutes"),
        (table('{ topic = "#" }'), "topic must not begin with"),
        (table('{ topic = "+/state" }'), "topic must not begin with"),
        (table('{ topic = "a/#/b" }'), "# alone at the end"),
        (table('{ topic = "a/b+" }'), "+ alone"),
        (table('{ topic = "$SYS/broker" }'), "$"),
        (table('{ topic = "a", payload = "x", above = 3 }'), "only one of"),
        (table('{ topic = "a", pointer = "/a" }'), "pointer needs"),
        (table('{ topic = "a", pointer = "a", equals = 1 }'), "$.pointer"),
        (table('{ presence = "everyone_left" }'), "people must be named"),
        (table("{ start = false }"), "$.start"),
        (table(when=""), "$.when"),
        (table(then=""), "$.then"),
        (table(conditions='{ between = "8-22" }'), "if[0]"),
        (table(conditions="{ someone_home = true }"), "if[0]: people"),
        (table(then='{ say = "" }'), "$.say"),
        (table(then='{ say = "a", rooms = ["x"], satellites = ["y"] }'), "not both"),
        (table(then='{ say = "a" }, { wait_seconds = 3601 }'), "then[1]"),
        (table(then='{ mqtt = "$SYS/x" }'), "mqtt must not begin with $"),
        (table(then='{ mqtt = "homeassistant/light/x/config", payload = "" }'), "the hub's own"),
        (table(then='{ mqtt = "earshot/abc/status", payload = "offline" }'), "the hub's own"),
        (table(then='{ mqtt = "a/+" }'), "mqtt must hold no +"),
        (table(more="cooldown_minutes = -1"), "$.cooldown_minutes"),
        (table(more="silent = true"), "silent"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_rule(text, named):
    with pytest.raises(ConfigError) as error:
        rules(text)
    assert error.value.code == "rules-value"
    assert "rules.toml: rule 'Tea'" in error.value.message
    assert named in error.value.message


def test_a_rule_without_a_name_is_counted():
    with pytest.raises(ConfigError, match="rule 'number 1'"):
        rules("[[rule]]\nquiet = true")


@pytest.mark.parametrize("part", [{"when": '{ sun = "sunset" }'}, {"conditions": '{ sun = "up" }'}])
def test_the_sun_needs_a_place(part):
    with pytest.raises(ConfigError, match="latitude and longitude"):
        rules(table(**part), home(place=None))


def test_a_name_stands_once():
    with pytest.raises(ConfigError) as error:
        rules(table() + table())
    assert error.value.code == "rules-duplicate"


def test_there_is_a_most():
    assert MAX_RULES == 200


def test_a_house_without_a_place_has_a_clock():
    found = home_of(HomeSection())
    assert found.sun is None
    assert found.zone is not None


@pytest.mark.parametrize(
    ("section", "code"),
    [
        (HomeSection(timezone="Europe/Atlantis"), "home-timezone"),
        (HomeSection(timezone="../etc"), "home-timezone"),
        (HomeSection(latitude=52.5), "home-place"),
    ],
)
def test_a_house_that_cannot_be(section, code):
    with pytest.raises(ConfigError) as error:
        home_of(section)
    assert error.value.code == code
