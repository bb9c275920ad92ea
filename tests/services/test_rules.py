"""Rules in a running house: a real broker, the registry of its devices, a real file and a real database."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from hub.bus.broker import own_broker
from hub.bus.client import Bus
from hub.house.registry import HouseRegistry
from hub.rules.events import MAX_PAYLOAD_BYTES, Now, system_now
from hub.rules.history import ENTRIES_KEPT, RuleHistory
from hub.rules.live import Rules
from hub.rules.performing import Carried, Performer
from hub.rules.report import Done, Fired
from hub.store.database import Database
from tests.fakes_rules import home
from wire.errors import ConfigError, EarshotError

FILE = """
[[rule]]
name = "Kettle"
when = [{ entity = "switch.kettle", becomes = "on" }]
if = [{ entity = "switch.kettle", is = "on" }]
then = [{ act = "tell it" }]
cooldown_minutes = %s
"""
BELL = '[[rule]]\nname = "Bell"\nwhen = [{ topic = "bell/#" }, { topic = "bell/+" }]\nthen = [{ act = "open up" }]\n'


class Carrier:
    """What was to be carried out, and a way to wait for it."""

    def __init__(self) -> None:
        self.sentences: list[tuple[str, str]] = []
        self._news = asyncio.Event()
        self.fails = False

    async def run(self, sentence, why):
        self.sentences.append((sentence, why))
        self._news.set()
        if self.fails:
            raise ZeroDivisionError
        return Carried(done=True, reply="Done.")

    async def until(self, count):
        await until(lambda: len(self.sentences) >= count)


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
async def broker(home):
    async with own_broker(home / "var", home / "run") as address:
        yield address


@pytest.fixture
async def bus(broker):
    async with Bus(broker, name="hub") as bus:
        await bus.wait_connected()
        yield bus


@pytest.fixture
async def database(tmp_path):
    async with Database(tmp_path / "earshot.db") as database:
        yield database


@pytest.fixture
async def device(broker):
    async with Bus(broker, name="device") as device:
        announcement = {"name": "Kettle", "state_topic": "kettle", "command_topic": "kettle/set", "unique_id": "k"}
        await device.publish("homeassistant/switch/kettle/config", json.dumps(announcement), qos=1, retain=True)
        await device.publish("kettle", "OFF", qos=1, retain=True)
        yield device


@pytest.fixture
def done():
    return Carrier()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "rules.toml"


@pytest.fixture
async def registry(bus, device):
    registry = HouseRegistry(bus)
    assert await registry.settled()
    return registry


@pytest.fixture
def running(bus, registry, database, done, file):
    @asynccontextmanager
    async def running(text, clock=system_now):
        file.write_text(text)
        known = asyncio.Event()
        rules = Rules(
            file,
            house=registry,
            bus=bus,
            performer=Performer(speaker=None, run=done.run, bus=bus),
            history=RuleHistory(database),
            home=home(),
            known=known,
            clock=clock,
            look_seconds=0.02,
        )
        async with rules:
            known.set()
            await until(lambda: rules._book.rules)
            await bus.synced()
            yield rules

    return running


async def test_a_device_sets_a_rule_off_and_the_history_tells_why(running, device, done, database):
    async with running(FILE % 0) as rules:
        await device.publish("kettle", "ON", qos=1, retain=True)
        await done.until(1)
        assert done.sentences == [("tell it", "rule 'Kettle': switch.kettle becomes on")]
        await until(lambda: not rules._performing)
        await database.write(("SELECT 1", ()))
        (fired,) = await rules.history(10)
    assert (fired.rule, fired.trigger) == ("Kettle", "switch.kettle becomes on")
    assert [(check.value, check.held) for check in fired.conditions] == [("on", True)]
    assert fired.actions == (Done("act 'tell it'", True, "Done."),)


async def test_what_the_broker_kept_sets_nothing_off(running, bus, device, done):
    await device.publish("kettle", "ON", qos=1, retain=True)
    await device.publish("bell/front", "ring", qos=1, retain=True)
    async with running(FILE % 0 + BELL):
        await device.publish("bell/front", "again", qos=1)
        await done.until(1)
    assert [why for _, why in done.sentences] == ["rule 'Bell': message on bell/front: again"]


async def test_a_message_comes_once_to_each_rule_however_many_filters_fit(running, device, done):
    async with running(
        BELL + BELL.replace('"Bell"', '"Other"').replace('{ topic = "bell/+" }', "{ start = true }")
    ) as rules:
        await done.until(1)
        await device.publish("bell/front", "x" * (MAX_PAYLOAD_BYTES + 1), qos=1)
        await device.publish("bell/front", "ring", qos=1)
        await device.publish("bell/end", "last", qos=1)
        await until(lambda: all("last" in one for one in rules._last.values()))
        await until(lambda: not rules._performing)
    rings = [why.split(":")[0] for _, why in done.sentences if "ring" in why]
    assert sorted(rings) == ["rule 'Bell'", "rule 'Other'"]


async def test_a_changed_file_is_in_force_and_a_bad_one_is_not(running, bus, device, done, file, caplog):
    async with running(FILE % 0) as rules:
        file.write_text('[[rule]]\nname = "Bad"')
        await until(lambda: rules.problem)
        status = await rules.status()
        assert "rules-value" in status.problem
        assert "Bad" in status.problem
        assert [rule.name for rule in status.rules] == ["Kettle"]
        assert "stay as they were" in caplog.text
        new = file.with_suffix(".new")
        new.write_text(BELL)
        new.replace(file)  # as editors do
        await until(lambda: [rule.name for rule in rules._book.rules] == ["Bell"])
        assert (await rules.status()).problem == ""
        await until(lambda: "bell/#" in rules._feed._listening)
        await device.publish("kettle", "ON", qos=1, retain=True)
        await bus.synced()
        await device.publish("bell/front", "ring", qos=1)
        await done.until(1)
    assert [sentence for sentence, _ in done.sentences] == ["open up"]


async def test_a_bad_file_at_the_start_is_refused(running):
    with pytest.raises(ConfigError) as error:
        async with running("[[rule]]\nname = 3"):
            pass
    assert error.value.code == "rules-value"


async def test_no_file_is_no_rules(running, file):
    async with running(FILE % 0) as rules:
        file.unlink()
        await until(lambda: not rules._book.rules)


async def test_a_rule_whose_action_raises_hurts_only_itself(running, device, done, database):
    async with running(FILE % 0 + BELL) as rules:
        done.fails = True
        await device.publish("kettle", "ON", qos=1)
        await done.until(1)
        await until(lambda: not rules._performing)
        done.fails = False
        await device.publish("bell/x", "ring", qos=1)
        await done.until(2)
        await until(lambda: not rules._performing)
        await database.write(("SELECT 1", ()))
        newest, oldest = await rules.history(2)
    assert (newest.rule, newest.actions[0].ok) == ("Bell", True)
    assert "ZeroDivisionError" in oldest.actions[0].outcome


async def test_a_cooldown_outlives_the_hub(running, device, done, database):
    for _ in range(2):
        async with running(FILE % 60) as rules:
            await device.publish("kettle", "OFF", qos=1, retain=True)
            await device.publish("kettle", "ON", qos=1, retain=True)
            await until(lambda rules=rules: rules._last)
            await until(lambda rules=rules: not rules._performing)
            await device.publish("kettle", "OFF", qos=1, retain=True)
            await database.write(("SELECT 1", ()))
            last = (await rules.status()).rules[0].last
    assert len(done.sentences) == 1
    assert "cooling down" in last


async def test_a_trial_tells_and_does_nothing(running, device, done):
    async with running(FILE % 0) as rules:
        trial = rules.attempt("Kettle")
        assert (trial.would_act, trial.because) == (False, "not all its conditions hold")
        assert trial.conditions[0].value == "off"
        assert trial.actions == ("act 'tell it'",)
        with pytest.raises(EarshotError, match="rule-unknown"):
            rules.attempt("Tea")
    assert done.sentences == []


async def test_the_start_of_the_hub_and_a_time_to_come(running, done):
    text = '[[rule]]\nname = "Start"\nwhen = [{ start = true }, { time = "07:00" }]\nthen = [{ act = "hello" }]'
    async with running(text) as rules:
        await done.until(1)
        (status,) = (await rules.status()).rules
    assert done.sentences == [("hello", "rule 'Start': the hub started")]
    assert "T07:00+" in status.next


async def test_a_time_of_day_comes_by_itself(running, done):
    eve = datetime(2026, 6, 5, 4, 59, 59, 900_000, tzinfo=UTC)
    began: list[float] = []  # until then the clock on the wall stands still

    def clock():
        seconds = system_now().seconds
        return Now(eve + timedelta(seconds=seconds - began[0] if began else 0), seconds)

    text = '[[rule]]\nname = "Up"\nwhen = [{ time = "07:00" }]\nthen = [{ act = "good morning" }]'
    async with running(text, clock):
        began.append(system_now().seconds)
        await done.until(1)
    assert done.sentences == [("good morning", "rule 'Up': 07:00")]


async def test_the_history_keeps_the_newest(database):
    history = RuleHistory(database)
    for _ in range(ENTRIES_KEPT // 1000):
        old = ("INSERT INTO rule_firings (at, rule, cause, conditions, actions) VALUES ('', 'old', '', '[]', '[]')", ())
        await database.write(*[old] * 1000)
    history.add(Fired("2026-06-05T10:00:00.000+00:00", "new", "why", (), (Done("a", True, "b"),)))
    await database.write(("SELECT 1", ()))
    assert (await database.rows("SELECT count(*) FROM rule_firings"))[0][0] == ENTRIES_KEPT
    assert [one.rule for one in await history.latest(2)] == ["new", "old"]
    assert len(await history.latest(9, rule="new")) == 1
    assert set(await history.last_fired()) == {"new"}


async def test_without_a_disk_the_last_ones_are_known():
    history = RuleHistory(None)
    for name in ("a", "b", "a"):
        history.add(Fired("", name, ""))
    assert [one.rule for one in await history.latest(2, rule="a")] == ["a", "a"]
    assert await history.last_fired() == {}
