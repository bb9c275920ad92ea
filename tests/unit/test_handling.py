"""A device moved by hand goes the way of a spoken command: policy, proof, PIN with its bound, and a record of it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from hub.arbiter import Arbiter
from hub.config import EndpointSection, PolicySection
from hub.dialogue import Dialogue
from hub.errors import ActionFailed
from hub.granting import HouseAnswers
from hub.handling import Handling
from hub.house.actor import HouseActor
from hub.house.attempts import Attempts
from hub.house.codes import Codes
from hub.house.file import Device, HouseFile
from hub.house.pin import Pin
from hub.house.policy import Policy
from hub.house.registry import HouseRegistry
from hub.intent.digits import spoken_digits
from hub.session import SessionParts
from hub.trace import Trace
from hub.web.handling import Given, Handled
from tests.fakes_house import DevicesOnLoopback, LoopbackBus
from tests.fakes_stages import FakeVoice, FakeWake, fake_stages, in_this_thread

DEVICES = HouseFile(
    device=(
        Device(id="light.bed", name="Bed Light", room="Bedroom", state="OFF", attributes={"brightness": 10}),
        Device(id="lock.front", name="Front Door", state="LOCKED"),
        Device(id="switch.oven", name="Oven", state="OFF", sensitive=True),
        Device(id="scene.night", name="Night"),
        Device(id="sensor.warmth", name="Warmth", state="20"),
    )
)


spoken_digits("")  # its tables are read now, as the hub does, and not on the loop


class Page:
    """Hands on a house in memory. records: what went where all records go."""

    def __init__(self) -> None:
        self.records: list[Trace] = []
        self.bus = LoopbackBus()
        self.devices = DevicesOnLoopback(DEVICES, self.bus)
        house = HouseRegistry(self.bus, notes=DEVICES, clock=asyncio.get_running_loop().time)
        policy = Policy(PolicySection(unlock="pin", pin_file="/nowhere"))
        actor = HouseActor(house, self.bus, proof_seconds=1.0, policy=policy, clock=asyncio.get_running_loop().time)
        attempts = Attempts(3, 15, time.monotonic)
        pin = Pin({"Ada": "2468"}, attempts=attempts, digits=spoken_digits)
        codes = Codes({}, attempts=attempts, digits=spoken_digits, clock=time.monotonic)
        stages = fake_stages(actor=actor, dialogue=Dialogue(HouseAnswers(pin, codes)))

        async def on_trace(trace: Trace) -> None:
            self.records.append(trace)

        parts = SessionParts(stages, EndpointSection(), "en", FakeVoice, FakeWake, in_this_thread, Arbiter(), on_trace)
        self.hands = Handling(house, parts)

    async def does(self, entity: str, command: Any, value: Any = None, **given: Any) -> Handled:
        handled = await self.hands.command(entity, command, value, Given(**given))
        assert handled is not None
        return handled


async def test_a_lamp_is_moved_proven_and_recorded() -> None:
    page = Page()
    done = await page.does("light.bed", "brightness", 40)
    assert (done.outcome, done.needs, done.error) == ("confirmed", "", None)
    assert done.actions[0].evidence
    (record,) = page.records
    assert (record.satellite, record.area, record.via) == ("page", "Bedroom", "page")
    assert record.actions == done.actions
    assert record.transcript == ""


async def test_what_is_there_can_be_asked() -> None:
    hands = Page().hands
    assert {"brightness", "state"} <= set(hands.takes("light.bed"))
    assert hands.takes("scene.night") == ["press"]
    assert hands.takes("light.none") == []
    assert await hands.command("light.none", "turn_on", None, Given()) is None


async def test_a_scene_that_reports_nothing_was_sent() -> None:
    assert (await Page().does("scene.night", "press")).outcome == "sent"


async def test_a_sensitive_device_needs_a_yes() -> None:
    page = Page()
    asked = await page.does("switch.oven", "turn_on")
    assert (asked.outcome, asked.needs) == ("unconfirmed", "yes")
    assert [action.outcome for action in page.records[0].actions] == ["refused"]
    assert (await page.does("switch.oven", "turn_on", confirmed=True)).outcome == "confirmed"


async def test_a_yes_is_no_pin() -> None:
    asked = await Page().does("lock.front", "unlock", confirmed=True)
    assert (asked.outcome, asked.needs, asked.secret) == ("unconfirmed", "pin", "")


async def test_the_pin_opens_and_is_in_no_record() -> None:
    page = Page()
    assert (await page.does("lock.front", "unlock", pin="1357")).secret == "wrong"
    assert (await page.does("lock.front", "unlock", pin="2468")).outcome == "confirmed"
    assert not [record for record in page.records if b"2468" in record.json() or b"1357" in record.json()]


async def test_guesses_are_bounded() -> None:
    page = Page()
    assert [(await page.does("lock.front", "unlock", pin=pin)).secret for pin in ("1", "2", "3", "2468")] == [
        "wrong",
        "wrong",
        "locked",
        "locked",
    ]
    assert "simulated/lock/front/set" not in [topic for topic, *_ in page.bus.published]


async def test_what_a_device_cannot_do_is_refused() -> None:
    done = await Page().does("sensor.warmth", "turn_on")
    assert done.outcome == "refused"
    assert done.error


async def test_a_device_that_shows_nothing_has_failed() -> None:
    page = Page()
    page.bus.silenced.add("simulated/light/bed/set")
    done = await page.does("light.bed", "turn_on")
    assert done.outcome == "failed"
    assert done.error
    assert done.error.code == "device-silent"


async def test_a_lost_broker_is_recorded_and_told() -> None:
    page = Page()
    page.bus.cut()
    with pytest.raises(ActionFailed):
        await page.does("light.bed", "turn_on")
    assert [record.error.code for record in page.records if record.error] == ["broker-lost"]
