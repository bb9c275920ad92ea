"""The hub's device on a real mosquitto: what another program finds there, before and after a broker dies."""

from __future__ import annotations

import asyncio
import json
import shutil
from asyncio.subprocess import DEVNULL
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.bus.address import BrokerAddress
from hub.bus.client import Bus
from hub.health import Component, SatelliteStatus, summarize
from hub.presence.device import HubDevice
from hub.presence.payload import Hub
from tests.fakes_control import trace
from tests.ports import free_port

HUB = Hub("ab12ab12ab12", "Our house", "1.2.3", transcripts=True)
BASE = "earshot/ab12ab12ab12"
CONFIG = "homeassistant/device/earshot_ab12ab12ab12/config"
OK = summarize([Component("stt", "ok")])
BAD = summarize([Component("stt", "failed", "it died", "engine-lost")])
KITCHEN = SatelliteStatus("kitchen", "Kitchen", "tcp://127.0.0.1:1", "idle")


class Control:
    def __init__(self) -> None:
        self.said: asyncio.Queue = asyncio.Queue()

    async def say(self, text, *, satellite, **_):
        await self.said.put((text, satellite))
        return [satellite]

    async def mute(self, satellite, *, muted):
        await self.said.put((satellite, muted))


class Watcher:
    """Home Assistant's side: the newest message of every topic."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.newest: dict[str, tuple[bytes, bool]] = {}
        self._news = asyncio.Event()
        for pattern in ("homeassistant/device/+/config", "earshot/ab12ab12ab12/#"):
            bus.listen(pattern, self._note)

    def _note(self, message) -> None:
        self.newest[message.topic] = (message.payload, message.retain)
        self._news.set()

    async def until(self, condition) -> None:
        async with asyncio.timeout(15):
            while not condition(self.newest):
                self._news.clear()
                await self._news.wait()


class Mosquitto:
    """A broker that keeps nothing on disk: killed, it forgets all."""

    def __init__(self, settings: Path, port: int) -> None:
        self._settings = settings
        self.address = BrokerAddress("127.0.0.1", port)

    async def launch(self) -> None:
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self._process = await asyncio.create_subprocess_exec(program, "-c", str(self._settings), stderr=DEVNULL)

    async def kill(self) -> None:
        self._process.kill()
        await self._process.wait()


@pytest.fixture
async def mosquitto(tmp_path):
    port = free_port()
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    broker = Mosquitto(settings, port)
    await broker.launch()
    yield broker
    await broker.kill()


@pytest.fixture
def broker(mosquitto):
    return mosquitto.address


@asynccontextmanager
async def watching(address):
    async with Bus(address, name="watcher", status_topic="watcher/status") as bus:
        yield Watcher(bus)


@asynccontextmanager
async def present(address, control):
    async with (
        Bus(address, name="earshot_ab12ab12ab12", status_topic=HUB.topics.status) as bus,
        HubDevice(bus, control, HUB) as device,
    ):
        device.show(OK, [KITCHEN])
        yield device


async def test_whoever_comes_later_finds_the_device_and_its_states(broker):
    async with present(broker, Control()) as device:
        async with watching(broker) as first:
            await first.until(lambda seen: f"{BASE}/satellite/kitchen/mute" in seen)
        async with watching(broker) as late:
            await late.until(lambda seen: f"{BASE}/satellite/kitchen/mute" in seen and CONFIG in seen)
            config, retained = late.newest[CONFIG]
            assert retained
            assert json.loads(config)["components"]["kitchen_say"]["command_topic"] == f"{BASE}/satellite/kitchen/say"
            assert late.newest[HUB.topics.status] == (b"online", True)
            device.report(trace())
            await late.until(lambda seen: HUB.topics.turn in seen)
            event, retained = late.newest[HUB.topics.turn]
            assert not retained
            assert json.loads(event)["transcript"] == "turn on the bed light"


async def test_it_says_offline_when_it_leaves_and_its_last_state_stays(broker):
    async with watching(broker) as watcher:
        async with present(broker, Control()):
            await watcher.until(lambda seen: f"{BASE}/satellite/kitchen/mute" in seen)
        await watcher.until(lambda seen: seen[HUB.topics.status][0] == b"offline")
    async with watching(broker) as late:
        await late.until(lambda seen: CONFIG in seen and HUB.topics.status in seen)
        assert late.newest[HUB.topics.status] == (b"offline", True)


async def test_commands_arrive(broker):
    control = Control()
    async with present(broker, control), watching(broker) as watcher:
        await watcher.until(lambda seen: f"{BASE}/satellite/kitchen/mute" in seen)
        await watcher.bus.publish(f"{BASE}/satellite/kitchen/say", "dinner", qos=1)
        await watcher.bus.publish(f"{BASE}/satellite/kitchen/mute/set", "ON", qos=1)
        async with asyncio.timeout(5):
            assert {await control.said.get(), await control.said.get()} == {("dinner", "kitchen"), ("kitchen", True)}


async def test_a_broker_that_forgot_everything_is_told_everything(mosquitto, broker):
    async with present(broker, Control()) as device, watching(broker) as watcher:
        await watcher.until(lambda seen: f"{BASE}/satellite/kitchen/mute" in seen)
        await mosquitto.kill()
        watcher.newest.clear()
        device.show(BAD, [KITCHEN])
        await mosquitto.launch()
        await watcher.until(lambda seen: {CONFIG, f"{BASE}/health", f"{BASE}/satellite/kitchen/mute"} <= seen.keys())
        assert json.loads(watcher.newest[f"{BASE}/health"][0])["state"] == "failed"
