"""On a real broker: a door that needs the PIN hears nothing before it was said, and obeys after it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from hub.bus.broker import own_broker
from hub.bus.client import Bus
from hub.config import PolicySection
from hub.house.actor import HouseActor
from hub.house.attempts import Attempts
from hub.house.deadlines import Deadlines
from hub.house.file import Device, HouseFile
from hub.house.pin import Pin, read_pins
from hub.house.policy import Policy
from hub.house.registry import HouseRegistry
from hub.house.simulated import SimulatedHouse
from hub.intent.answers import is_yes
from hub.intent.digits import spoken_digits
from hub.stages import Intent

HOUSE = HouseFile(
    device=(
        Device(id="lock.front", name="Front Door", state="LOCKED"),
        Device(id="cover.garage", name="Garage", kind="garage", state="closed"),
        Device(id="cover.window", name="Window", kind="window", state="closed"),
        Device(id="switch.oven", name="Oven", state="OFF", sensitive=True),
        Device(id="switch.slow", name="Slow", state="OFF", delay_ms=900),
    )
)


@pytest.fixture
async def broker(home):
    async with own_broker(home / "var", home / "run") as address:
        yield address


class Home:
    """Somebody who is asked back, as a conversation does it. commanded: what the devices were sent."""

    def __init__(self, bus, section, secret, *, proof_seconds=2.0):
        self.house = HouseRegistry(bus, notes=HOUSE)
        self.deadlines = Deadlines(proof_seconds)
        self.actor = HouseActor(
            self.house, bus, proof_seconds=proof_seconds, policy=Policy(section), deadlines=self.deadlines
        )
        now = asyncio.get_running_loop().time
        attempts = Attempts(section.attempts, section.lock_minutes, now)
        self.pin = Pin(secret, attempts=attempts, digits=spoken_digits)
        self.bus, self.commanded = bus, []
        bus.listen("simulated/+/+/set", lambda message: self.commanded.append((message.topic, message.payload)))

    async def say(self, intent, *, then=None, **slots):
        """The result, and that of the answer ``then`` to what was asked back."""
        if "named" in slots:
            slots["name"] = slots.pop("named")
        wanted = Intent(intent, slots, "default", "en", "")
        asked = await self.actor.carry_out(wanted, area=None, satellite="hall")
        if then is None or asked.kind != "unconfirmed":
            return asked
        await self.bus.synced()
        assert self.commanded == []
        granted = "yes" if is_yes(then, "en") else ""
        granted = "pin" if self.pin.check(then, "hall")[0] == "right" else granted
        return await self.actor.carry_out(wanted, area=None, satellite="hall", granted=granted)

    def state(self, entity_id):
        return next(entity.state for entity in self.house.entities() if entity.entity_id == entity_id)


@asynccontextmanager
async def lived_in(broker, tmp_path, **section):
    path = tmp_path / "pin"
    await asyncio.to_thread(path.write_text, "1234\n")
    await asyncio.to_thread(path.chmod, 0o600)
    policy = PolicySection(pin_file=str(path))
    secret = await asyncio.to_thread(read_pins, policy)
    await asyncio.to_thread(spoken_digits, "")  # its words are read once
    async with SimulatedHouse(HOUSE, broker), Bus(broker, name="hub") as bus:
        home = Home(bus, policy, secret, **section)
        assert await home.house.settled()
        yield home


async def test_the_door_opens_for_the_pin_and_for_nothing_else(broker, tmp_path):
    async with lived_in(broker, tmp_path) as home:
        for answer in ("yes", "twelve thirty-five", "never mind"):
            result = await home.say("HassTurnOff", named="Front Door", then=answer)
            assert (result.kind, result.problem, result.choices) == ("unconfirmed", "needs-pin", ("Front Door",))
        assert (home.state("lock.front"), home.commanded) == ("locked", [])
        result = await home.say("HassTurnOff", named="Front Door", then="twelve thirty-four")
        assert [action.outcome for action in result.actions] == ["confirmed"]
        assert home.state("lock.front") == "unlocked"
        locked = await home.say("HassTurnOn", named="Front Door")
        assert [action.outcome for action in locked.actions] == ["confirmed"]


async def test_what_is_sensitive_is_done_after_a_yes(broker, tmp_path):
    async with lived_in(broker, tmp_path) as home:
        assert (await home.say("HassTurnOn", named="Oven", then="what is the time")).problem == "needs-yes"
        assert (home.state("switch.oven"), home.commanded) == ("off", [])
        assert (await home.say("HassTurnOn", named="Oven", then="yes please")).kind == "acted"
        assert home.state("switch.oven") == "on"


async def test_no_cover_moves_before_the_garage_has_its_pin(broker, tmp_path):
    async with lived_in(broker, tmp_path) as home:
        assert (await home.say("HassTurnOn", domain="cover")).choices == ("Garage",)
        await home.bus.synced()
        assert (home.state("cover.window"), home.commanded) == ("closed", [])
        result = await home.say("HassTurnOn", domain="cover", then="one two three four")
        assert [action.outcome for action in result.actions] == ["confirmed", "confirmed"]


async def test_a_slow_device_is_believed_after_it_was_seen_late(broker, tmp_path):
    async with lived_in(broker, tmp_path, proof_seconds=0.4) as home:
        assert (await home.say("HassTurnOn", named="Slow")).problem == "no-proof"
        async with asyncio.timeout(10):
            while home.state("switch.slow") != "on":
                await home.bus.synced()
        assert home.deadlines.seconds("switch.slow") == 1.6
        assert [action.outcome for action in (await home.say("HassTurnOff", named="Slow")).actions] == ["confirmed"]
