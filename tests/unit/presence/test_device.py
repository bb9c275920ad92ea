"""The hub's device on the broker: told once, told again when anybody forgot, and obedient within limits."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import msgspec
import pytest

from hub.health import Component, SatelliteStatus, summarize
from hub.presence.device import COMMANDS_AT_ONCE, QUEUE_EVENTS, HubDevice
from hub.presence.payload import Hub
from hub.reminders.items import Item
from hub.trace import new_trace
from models.wake.choice import WakeStatus
from tests.fakes_bus import FakeBus
from tests.fakes_control import trace
from wire.errors import EarshotError

HUB = Hub("ab12ab12ab12", "Our house", "1.2.3", transcripts=False)
BASE = "earshot/ab12ab12ab12"
CONFIG = "homeassistant/device/earshot_ab12ab12ab12/config"
OK = summarize([Component("stt", "ok")])
BAD = summarize([Component("stt", "failed", "it died", "engine-lost")])
KITCHEN = SatelliteStatus("Kitchen", "Kitchen", "tcp://127.0.0.1:1", "idle")
HALL = SatelliteStatus("hall", "Hall", "tcp://127.0.0.1:2", "idle")


class Control:
    """Notes what was asked; holds until released, or fails."""

    def __init__(self) -> None:
        self.asked = []
        self.done = asyncio.Event()
        self.hold: asyncio.Event | None = None
        self.failure: Exception | None = None

    async def say(self, text, *, satellite, language, audience, chime):
        where = (*audience.satellites, *audience.rooms)
        await self._note(
            ("say", text, satellite, *where, *(["chime"] if chime else []), *([language] if language else []))
        )
        return []

    async def ask_text(self, text, *, satellite, area, language, reply_audio, via):
        assert via == "mqtt"
        await self._note(("ask", text, satellite, area))
        trace = new_trace(satellite or "cli", area, "en")
        trace.reply = "It is on."
        trace.understood.by = "intents"
        return trace, None

    async def mute(self, satellite, *, muted):
        await self._note(("mute", satellite, muted))

    async def set_volume(self, satellite, percent):
        await self._note(("volume", satellite, percent))

    async def choose_wake(self, satellite, *, word=None, sensitivity=None):
        await self._note(("wake", satellite, word, sensitivity))

    async def stop_ringing(self):
        await self._note(("stop",))

    async def snooze(self):
        await self._note(("snooze",))

    async def _note(self, what):
        self.asked.append(what)
        self.done.set()
        if self.failure:
            raise self.failure
        if self.hold:
            await self.hold.wait()

    async def until(self, count):
        async with asyncio.timeout(5):
            while len(self.asked) < count:
                self.done.clear()
                await self.done.wait()


@pytest.fixture
def bus():
    return FakeBus()


@pytest.fixture
async def control():
    return Control()


@pytest.fixture
async def device(bus, control):
    async with HubDevice(bus, control, HUB) as device:
        device.show(OK, [KITCHEN])
        await bus.until(lambda: CONFIG in bus.retained)
        yield device
    assert not bus.listens


async def test_everything_is_retained_and_entities_come_first_when_told_again(bus, device):
    bus.cut()
    bus.restart_empty()
    await bus.until(lambda: f"{BASE}/satellite/kitchen/mute" in bus.retained)
    assert bus.published[0][0] == CONFIG
    assert {f"{BASE}/health", f"{BASE}/satellites", f"{BASE}/satellite/kitchen/status"} <= bus.retained.keys()
    assert all(qos == 1 and retain for _, _, qos, retain in bus.published)


async def test_what_did_not_change_is_not_told(bus, device):
    bus.published.clear()
    device.show(OK, [KITCHEN])
    device.show(BAD, [KITCHEN])
    await bus.until(lambda: bus.published)
    assert [topic for topic, *_ in bus.published] == [f"{BASE}/health"]


async def test_a_started_home_assistant_is_told_everything(bus, device):
    bus.published.clear()
    bus.receive("homeassistant/status", b"online")
    await bus.until(lambda: len(bus.published) >= 5)
    assert bus.published[0][0] == CONFIG


@pytest.mark.parametrize(("payload", "retain"), [(b"offline", False), (b"online", True), (b"\xff", False)])
async def test_other_messages_there_mean_nothing(bus, device, payload, retain):
    bus.published.clear()
    bus.receive("homeassistant/status", payload, retain=retain)
    device.report(trace())
    await bus.until(lambda: bus.published)
    assert [topic for topic, *_ in bus.published] == [f"{BASE}/turn"]


async def test_a_satellite_that_leaves_takes_its_entities_and_messages_along(bus, device):
    device.show(OK, [HALL])
    await bus.until(lambda: f"{BASE}/satellite/hall/mute" in bus.retained)
    await bus.until(lambda: json.loads(bus.retained[CONFIG])["components"]["kitchen_mute"] == {"platform": "switch"})
    assert not [topic for topic in bus.retained if "/satellite/kitchen/" in topic]


async def test_a_wake_word_that_can_be_chosen_no_more_takes_its_entities_along(bus, device):
    device.show(OK, [msgspec.structs.replace(KITCHEN, wake=WakeStatus("alexa", ("alexa",), 50))])
    await bus.until(lambda: bus.retained.get(f"{BASE}/satellite/kitchen/wake_word") == "alexa")
    device.show(OK, [KITCHEN])
    gone = {"kitchen_wake_word": {"platform": "select"}, "kitchen_wake_sensitivity": {"platform": "number"}}
    await bus.until(lambda: json.loads(bus.retained[CONFIG])["components"].items() >= gone.items())
    assert not [topic for topic in bus.retained if "/wake_" in topic]


async def test_the_last_command_of_a_satellite_stays_on_the_broker(bus, device):
    device.report(trace(satellite="Kitchen"))
    device.report(trace(satellite="cli"))
    await bus.until(lambda: f"{BASE}/satellite/kitchen/last_command" in bus.retained)
    device.show(OK, [KITCHEN])
    assert json.loads(bus.retained[f"{BASE}/satellite/kitchen/last_command"])["intent"] == "HassTurnOn"
    assert not [topic for topic in bus.retained if "/satellite/cli/" in topic]


async def test_wake_words_and_sensitivity_are_passed_on(bus, device, control):
    bus.receive(f"{BASE}/satellite/kitchen/wake_word/set", b"alexa")
    bus.receive(f"{BASE}/satellite/kitchen/wake_sensitivity/set", b"70")
    for nonsense in (b"", b"101", b"-1", b"0.5", b"\xff"):
        bus.receive(f"{BASE}/satellite/kitchen/wake_sensitivity/set", nonsense)
    bus.receive(f"{BASE}/satellite/kitchen/wake_word/set", b" ")
    bus.receive(f"{BASE}/satellite/cellar/wake_word/set", b"alexa")
    await control.until(2)
    assert control.asked == [("wake", "Kitchen", "alexa", None), ("wake", "Kitchen", None, 70)]


async def test_a_turn_is_an_event_not_a_state(bus, device):
    device.report(trace())
    await bus.until(lambda: bus.published[-1][0] == f"{BASE}/turn")
    _, payload, _, retain = bus.published[-1]
    assert retain is False
    assert "turn on" not in payload


async def test_turns_of_a_lost_broker_are_old_news(bus, device):
    bus.cut()
    for number in range(QUEUE_EVENTS + 5):
        device.report(trace(str(number)))
    device.show(BAD, [KITCHEN])
    await asyncio.sleep(0)
    bus.restart_empty()
    await bus.until(lambda: f"{BASE}/satellite/kitchen/mute" in bus.retained)
    assert json.loads(bus.retained[f"{BASE}/health"])["state"] == "failed"
    device.report(trace("news"))
    await bus.until(lambda: any("news" in payload for _, payload, *_ in bus.published))
    assert len([topic for topic, *_ in bus.published if topic == f"{BASE}/turn"]) <= 1


async def test_it_says_what_it_is_told_where_it_is_told(bus, control, device):
    bus.receive(f"{BASE}/satellite/kitchen/say", "Essen ist fertig, Jürgen".encode())
    bus.receive(f"{BASE}/say", b"to all")
    bus.receive(f"{BASE}/satellite/kitchen/mute/set", b"ON")
    bus.receive(f"{BASE}/satellite/kitchen/mute/set", b"OFF")
    await control.until(4)
    assert control.asked == [
        ("say", "Essen ist fertig, Jürgen", "Kitchen"),
        ("say", "to all", None),
        ("mute", "Kitchen", True),
        ("mute", "Kitchen", False),
    ]


@pytest.mark.parametrize(
    ("topic", "payload", "retain"),
    [
        ("satellite/kitchen/say", b"", False),
        ("satellite/kitchen/say", b"x" * 2001, False),
        ("satellite/kitchen/say", b"kept by the broker", True),
        ("satellite/attic/say", b"nobody there", False),
        ("satellite/attic/mute/set", b"ON", False),
        ("satellite/kitchen/mute/set", b"maybe", False),
        ("satellite/kitchen/mute/set", b"\xff\xfe", False),
    ],
)
async def test_bad_commands_are_ignored_and_said_so(bus, control, device, caplog, topic, payload, retain):
    bus.receive(f"{BASE}/{topic}", payload, retain=retain)
    bus.receive(f"{BASE}/say", b"after")
    await control.until(1)
    assert control.asked == [("say", "after", None)]
    assert "ignored" in caplog.text


async def test_an_automation_that_runs_wild_is_bounded(bus, control, device, caplog):
    control.hold = asyncio.Event()
    for number in range(COMMANDS_AT_ONCE + 3):
        bus.receive(f"{BASE}/say", str(number).encode())
    await control.until(COMMANDS_AT_ONCE)
    control.hold.set()
    assert len(control.asked) == COMMANDS_AT_ONCE
    assert caplog.text.count("are under way") == 3


async def test_a_command_that_fails_is_logged_and_the_next_one_runs(bus, control, device, caplog):
    control.failure = EarshotError("satellite-lost", "the kitchen is not connected")
    bus.receive(f"{BASE}/say", b"one")
    await control.until(1)
    control.failure = None
    bus.receive(f"{BASE}/say", b"two")
    await control.until(2)
    assert "satellite-lost" in caplog.text


async def test_leaving_ends_commands_under_way(bus, control):
    control.hold = asyncio.Event()
    async with HubDevice(bus, control, HUB) as device:
        device.show(OK, [KITCHEN])
        bus.receive(f"{BASE}/say", b"a long speech")
        await control.until(1)
    assert not bus.listens


async def test_an_announcement_may_say_where_and_has_a_chime_before_it(bus, control, device):
    bus.receive(f"{BASE}/announce", json.dumps({"text": "Dinner", "rooms": ["Hall"], "satellites": ["x"]}).encode())
    bus.receive(f"{BASE}/say", b'{"text": "Essen", "language": "de"}')
    await control.until(2)
    assert control.asked == [("say", "Dinner", None, "x", "Hall", "chime"), ("say", "Essen", None, "de")]


async def test_who_asks_is_answered(bus, control, device):
    bus.receive(f"{BASE}/ask", b'{"text": "is the light on", "satellite": "kitchen", "id": "7"}')
    await bus.until(lambda: bus.published[-1][0] == f"{BASE}/answer")
    assert control.asked == [("ask", "is the light on", "kitchen", None)]
    _, payload, qos, retain = bus.published[-1]
    answer = json.loads(payload)
    assert (answer["id"], answer["outcome"], answer["reply"]) == ("7", "answered", "It is on.")
    assert (qos, retain) == (1, False)


@pytest.mark.parametrize(
    "payload", [b"{", b"{}", b'{"text": ""}', b'{"text": "a", "where": "b"}', b'{"text": 5}', b"  "]
)
async def test_what_asks_for_nothing_is_ignored_and_said_so(bus, control, device, caplog, payload):
    for topic in ("say", "announce", "ask"):
        bus.receive(f"{BASE}/{topic}", payload)
    bus.receive(f"{BASE}/say", b"after")
    await control.until(1)
    assert control.asked == [("say", "after", None)]
    assert len([record for record in caplog.records if "request-invalid" in record.message]) == 3


async def test_volume_is_set_and_what_rings_is_stopped_or_snoozed(bus, control, device):
    for bad in (b"101", b"-1", b"loud", b""):
        bus.receive(f"{BASE}/satellite/kitchen/volume/set", bad)
    bus.receive(f"{BASE}/satellite/kitchen/volume/set", b"30")
    bus.receive(f"{BASE}/stop", b"PRESS")
    bus.receive(f"{BASE}/snooze", b"PRESS")
    await control.until(3)
    assert control.asked == [("volume", "Kitchen", 30), ("stop",), ("snooze",)]


async def test_what_rings_and_what_comes_next_is_shown(bus, device):
    due = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
    device.show(OK, [KITCHEN], [Item("1", "timer", "pizza", due=due, state="ringing")])
    await bus.until(lambda: json.loads(bus.retained[f"{BASE}/upcoming"])["ringing"] == 1)
    device.happened("ringing", Item("1", "timer", "pizza", due=due))
    await bus.until(lambda: bus.published[-1][0] == f"{BASE}/reminder")
    assert "pizza" not in bus.published[-1][1]
