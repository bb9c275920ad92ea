"""What a command needs: nothing where it locks, closes or turns off; by default more than a voice where it opens."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.config import HubConfig, PolicyRule, PolicySection
from hub.house.policy import Policy, Verdict
from hub.house.rate import RateLimit
from hub.stages import Entity
from wire.errors import ConfigError
from wire.settings import convert

OPENING = [
    ("lock", None, {"state": "unlocked"}),
    ("lock", None, {"state": "open"}),
    ("cover", "garage", {"state": "open"}),
    ("cover", "gate", {"state": "open"}),
    ("cover", "garage", {"position": 40}),
    ("valve", "water", {"state": "open"}),
    ("valve", "gas", {"position": 1}),
    ("alarm_control_panel", None, {"state": "disarmed"}),
]
SAFE = [
    ("lock", None, {"state": "locked"}),
    ("cover", "garage", {"state": "closed"}),
    ("cover", "garage", {"position": 0}),
    ("cover", "gate", {"stop": True}),
    ("valve", "gas", {"state": "closed"}),
    ("alarm_control_panel", None, {"state": "armed_away"}),
    ("switch", None, {"state": "off"}),
]
FREE = [
    ("cover", "window", {"state": "open"}),
    ("cover", "blind", {"position": 50}),
    ("cover", None, {"state": "open"}),
    ("light", None, {"state": "on", "brightness": 3}),
]


def entity(domain, kind=None, *, sensitive=False, name="x"):
    return Entity(f"{domain}.{name}", domain, name, device_class=kind, sensitive=sensitive)


def policy(hour=12, **section):
    return Policy(PolicySection(**section), now=lambda: datetime(2026, 11, 20, hour, 30, tzinfo=UTC))


def decided(policy, domain, kind, wanted, *, satellite="hall", sensitive=False):
    return policy.verdict(entity(domain, kind, sensitive=sensitive), wanted, satellite=satellite).decision


@pytest.mark.parametrize(("domain", "kind", "wanted"), OPENING)
def test_what_opens_needs_the_pin_where_there_is_one_and_is_refused_where_there_is_none(domain, kind, wanted):
    assert decided(policy(), domain, kind, wanted) == "refuse"
    assert decided(policy(pin_file="pin"), domain, kind, wanted) == "pin"


@pytest.mark.parametrize("sensitive", [False, True])
@pytest.mark.parametrize(("domain", "kind", "wanted"), SAFE)
def test_what_closes_is_always_allowed(domain, kind, wanted, sensitive):
    assert decided(policy(), domain, kind, wanted, sensitive=sensitive) == "allow"


@pytest.mark.parametrize(("domain", "kind", "wanted"), FREE)
def test_what_keeps_nobody_out_is_free_and_needs_a_yes_where_it_is_sensitive(domain, kind, wanted):
    assert decided(policy(), domain, kind, wanted) == "allow"
    assert decided(policy(), domain, kind, wanted, sensitive=True) == "yes"


def test_of_what_is_partly_safe_the_rest_counts():
    assert decided(policy(), "cover", "garage", {"state": "closed", "position": 100}) == "refuse"


def test_the_strictest_of_two_guards_counts():
    unlock = ("lock", None, {"state": "unlocked"})
    assert decided(policy(unlock="yes", sensitive="refuse"), *unlock, sensitive=True) == "refuse"
    assert decided(policy(unlock="refuse", sensitive="yes"), *unlock, sensitive=True) == "refuse"
    assert decided(policy(unlock="yes", sensitive="refuse"), *unlock) == "yes"


@pytest.mark.parametrize(
    ("key", "example"),
    [("unlock", OPENING[0]), ("open_door", OPENING[2]), ("open_valve", OPENING[5]), ("disarm", OPENING[7])],
)
def test_each_guard_has_its_own_key(key, example):
    assert decided(policy(**{key: "yes"}), *example) == "yes"
    assert [decided(policy(**{key: "yes"}), *other) for other in OPENING].count("refuse") == len(OPENING) - {
        "unlock": 2,
        "open_door": 3,
        "open_valve": 2,
        "disarm": 1,
    }[key]


def test_the_reason_names_the_guard_or_the_rule():
    rules = [PolicyRule(satellites=["nursery"], decision="refuse"), PolicyRule(domains=["lock"], decision="yes")]
    ruled = policy(rule=rules)
    lock, light = entity("lock"), entity("light")
    assert policy().verdict(lock, {"state": "unlocked"}, satellite="") == Verdict("refuse", "unlock")
    assert ruled.verdict(lock, {"state": "unlocked"}, satellite="") == Verdict("yes", "rule-2")
    assert ruled.verdict(lock, {"state": "unlocked"}, satellite="nursery") == Verdict("refuse", "rule-1")
    assert ruled.verdict(light, {"state": "on"}, satellite="") == Verdict("allow")


@pytest.mark.parametrize(
    ("hours", "hour", "is_within"),
    [
        ("22:00-07:00", 23, True),
        ("22:00-07:00", 3, True),
        ("22:00-07:00", 7, False),
        ("22:00-07:00", 12, False),
        ("08:00-12:30", 12, False),
        ("08:00-12:31", 12, True),
        ("08:00-08:00", 3, True),
    ],
)
def test_a_rule_of_some_hours(hours, hour, is_within):
    ruled = policy(hour, rule=[PolicyRule(hours=hours, domains=["light"], decision="refuse")])
    assert decided(ruled, "light", None, {"state": "on"}) == ("refuse" if is_within else "allow")


def test_a_rule_is_about_its_domains_and_its_entities():
    rule = PolicyRule(domains=["fan"], entities=["switch.pump"], decision="yes")
    ruled = policy(rule=[rule])
    on = {"state": "on"}
    assert ruled.verdict(entity("fan"), on, satellite="").decision == "yes"
    assert ruled.verdict(entity("switch", name="pump"), on, satellite="").decision == "yes"
    assert ruled.verdict(entity("switch", name="lamp"), on, satellite="").decision == "allow"


def test_a_rule_of_a_room_says_nothing_of_what_nobody_said():
    ruled = policy(rule=[PolicyRule(satellites=["hall"], decision="allow")])
    assert decided(ruled, "lock", None, {"state": "unlocked"}, satellite="hall") == "allow"
    assert decided(ruled, "lock", None, {"state": "unlocked"}, satellite="kitchen") == "refuse"
    assert decided(ruled, "lock", None, {"state": "unlocked"}, satellite="") == "refuse"


def test_only_a_rule_that_says_so_is_about_what_closes():
    off = ("switch", None, {"state": "off"})
    assert decided(policy(rule=[PolicyRule(decision="refuse")]), *off) == "allow"
    assert decided(policy(rule=[PolicyRule(decision="refuse", off_too=True)]), *off) == "refuse"


@pytest.mark.parametrize(
    ("section", "named"),
    [
        ({"unlock": "pin"}, "pin_file"),
        ({"sensitive": "pin"}, "pin_file"),
        ({"rule": [{"decision": "pin"}]}, "pin_file"),
        ({"unlock": "allow"}, "unlock"),
        ({"rule": [{"satellites": ["hall"]}]}, "decision"),
        ({"rule": [{"hours": "7-8", "decision": "yes"}]}, "hours"),
        ({"rule": [{"hours": "24:00-08:00", "decision": "yes"}]}, "hours"),
        ({"rule": [{"entities": ["Front Door"], "decision": "yes"}]}, "entities"),
        ({"commands_per_minute": 0}, "commands_per_minute"),
    ],
)
def test_what_is_wrong_in_the_configuration_is_named(section, named):
    with pytest.raises(ConfigError, match=named):
        convert({"policy": section}, HubConfig, "hub.toml")


class TestRateLimit:
    def setup_method(self):
        self.now = 1000.0
        self.limit = RateLimit(3, lambda: self.now)

    def test_one_too_many_in_a_minute_is_refused_and_room_is_made_as_time_goes_on(self):
        assert [self.take_after(10) for _ in range(4)] == [True, True, True, False]
        assert self.take_after(29.9) is False
        assert self.take_after(0.2) is True
        assert self.take_after(0) is False

    def test_who_is_refused_is_not_counted(self):
        assert [self.take_after(0) for _ in range(9)].count(True) == 3
        assert self.take_after(60) is True

    def test_rooms_are_counted_apart(self):
        assert [self.take_after(0) for _ in range(4)][-1] is False
        assert self.limit.take("kitchen") is True

    def take_after(self, seconds):
        self.now += seconds
        return self.limit.take("hall")

    def test_names_that_a_peer_makes_up_cost_no_memory(self):
        for number in range(2000):
            self.limit.take(str(number))
        assert len(self.limit._given) <= 256
