"""Nothing of a command is sent before all that it needs has been shown; and nobody may give too many."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from hub.answer import Answer
from hub.config import PolicyRule, PolicySection
from hub.house.actor import HouseActor
from hub.house.file import Device, HouseFile
from hub.house.policy import Policy
from hub.house.registry import HouseRegistry
from hub.stages import Intent, Question
from hub.trace import Stopwatch, new_trace
from tests.fakes_house import DevicesOnLoopback, LoopbackBus

PIN = {"pin_file": "pin"}


def now():
    return asyncio.get_running_loop().time()


class Home:
    """A house in memory, and an actor with a policy."""

    def __init__(self, *devices, **section):
        file = HouseFile(device=tuple(devices))
        self.bus = LoopbackBus()
        DevicesOnLoopback(file, self.bus)
        self.house = HouseRegistry(self.bus, notes=file, clock=now)
        policy = Policy(PolicySection(**section), now=lambda: datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
        self.actor = HouseActor(self.house, self.bus, proof_seconds=2.0, policy=policy, clock=now)
        self.bus.published.clear()

    async def do(self, intent, /, *, satellite="hall", granted="", **slots):
        if "named" in slots:
            slots["name"] = slots.pop("named")
        intent = Intent(intent, slots, "default", "en", "")
        return await self.actor.carry_out(intent, area=None, satellite=satellite, granted=granted)


def device(entity_id, **more):
    return Device(id=entity_id, name=more.pop("name", entity_id), **more)


def front_door(**more):
    return device("lock.front", name="Front Door", state="LOCKED", **more)


def outcomes(result):
    return [action.outcome for action in result.actions]


@pytest.mark.parametrize("granted", ["", "yes"])
async def test_without_the_pin_nothing_is_sent_and_who_asked_learns_what_it_takes(granted):
    home = Home(front_door(), **PIN)
    result = await home.do("HassTurnOff", named="Front Door", granted=granted)
    assert (result.kind, result.problem, result.choices) == ("unconfirmed", "needs-pin", ("Front Door",))
    assert [(action.command, action.payload, action.outcome) for action in result.actions] == [
        ("unlock", "", "refused")
    ]
    assert home.bus.published == []


async def test_with_the_pin_it_is_done():
    home = Home(front_door(), **PIN)
    result = await home.do("HassTurnOff", named="Front Door", granted="pin")
    assert (result.kind, outcomes(result)) == ("acted", ["confirmed"])


@pytest.mark.parametrize("granted", ["yes", "pin"])
async def test_what_needs_a_yes_is_done_with_a_yes_or_a_pin(granted):
    home = Home(device("switch.oven", sensitive=True, state="OFF"))
    assert (await home.do("HassTurnOn", named="switch.oven")).problem == "needs-yes"
    assert home.bus.published == []
    assert outcomes(await home.do("HassTurnOn", named="switch.oven", granted=granted)) == ["confirmed"]


async def test_what_is_refused_is_refused_whatever_was_shown():
    home = Home(front_door())
    result = await home.do("HassTurnOff", named="Front Door", granted="pin")
    assert (result.kind, result.problem, outcomes(result)) == ("refused", "policy-unlock", ["refused"])
    assert home.bus.published == []


async def test_one_of_many_that_needs_it_holds_back_all():
    windows = [device(f"cover.{name}", kind="window", state="closed") for name in "ab"]
    garage = device("cover.c", name="Garage", kind="garage", state="closed")
    skylight = device("cover.d", name="Skylight", kind="window", sensitive=True, state="closed")
    home = Home(*windows, garage, skylight, **PIN)
    result = await home.do("HassTurnOn", domain="cover")
    assert (result.kind, result.problem, set(result.choices)) == ("unconfirmed", "needs-pin", {"Garage", "Skylight"})
    assert home.bus.published == []
    assert outcomes(await home.do("HassTurnOn", domain="cover", granted="pin")) == ["confirmed"] * 4


async def test_one_of_many_that_is_refused_does_not_stop_the_others():
    home = Home(
        device("cover.a", kind="window", state="closed"),
        device("cover.b", kind="garage", state="closed"),
        device("cover.c", kind="window", sensitive=True, state="closed"),
    )
    assert (await home.do("HassTurnOn", domain="cover")).choices == ("cover.c",)
    result = await home.do("HassTurnOn", domain="cover", granted="yes")
    assert result.kind == "acted"
    assert {action.entity: action.outcome for action in result.actions} == {
        "cover.a": "confirmed",
        "cover.b": "refused",
        "cover.c": "confirmed",
    }


async def test_nobody_is_asked_for_a_pin_for_what_is_offline():
    result = await Home(front_door(fault="offline"), **PIN).do("HassTurnOff", named="Front Door")
    assert (result.kind, result.problem, outcomes(result)) == ("acted", "offline", ["failed"])


async def test_what_comes_back_before_it_is_sent_to_still_needs_the_pin():
    home = Home(front_door(fault="offline"), **PIN)
    asked = asyncio.ensure_future(home.do("HassTurnOff", named="Front Door"))
    asyncio.get_running_loop().call_soon(home.bus.retain, "simulated/lock/front/availability", "online")
    assert (await asked).problem == "needs-pin"
    assert home.bus.published == []


async def test_questions_and_locking_are_free():
    home = Home(front_door(sensitive=True), commands_per_minute=1)
    for _ in range(5):
        assert (await home.do("HassGetState", named="Front Door")).kind == "answered"
    assert outcomes(await home.do("HassTurnOn", named="Front Door")) == ["confirmed"]


async def test_a_rule_of_a_room_and_of_the_night():
    rule = PolicyRule(satellites=["nursery"], hours="20:00-07:00", domains=["light"], decision="refuse")
    home = Home(device("light.a", state="OFF"), rule=[rule])
    result = await home.do("HassTurnOn", named="light.a", satellite="nursery")
    assert (result.kind, result.problem) == ("refused", "policy-rule-1")
    assert outcomes(await home.do("HassTurnOn", named="light.a")) == ["confirmed"]


async def test_a_room_that_commands_too_much_is_refused_for_a_while():
    home = Home(device("light.a", state="OFF"), commands_per_minute=4)
    for _ in range(4):
        assert outcomes(await home.do("HassToggle", named="light.a")) == ["confirmed"]
    home.bus.published.clear()
    result = await home.do("HassToggle", named="light.a")
    assert (result.kind, result.problem, outcomes(result)) == ("refused", "rate-limited", ["refused"])
    assert home.bus.published == []
    assert outcomes(await home.do("HassToggle", named="light.a", satellite="kitchen")) == ["confirmed"]
    await asyncio.sleep(60)
    assert outcomes(await home.do("HassToggle", named="light.a")) == ["confirmed"]


async def test_what_comes_from_no_room_is_not_counted():
    home = Home(device("light.a", state="OFF"), commands_per_minute=1)
    for _ in range(5):
        assert outcomes(await home.do("HassToggle", named="light.a", satellite="")) == ["confirmed"]


class Persuaded:
    """A language model that was talked into opening the door."""

    async def answer(self, question, act):
        yield await act(Intent("HassTurnOff", {"name": "Front Door"}, "default", "en", question.text), None)


class Reads:
    """A Replier that tells what came of it."""

    def reply(self, understood, result, *, language):
        return f"{understood.name} {language}: {result.problem}"


@pytest.mark.parametrize(("section", "problem"), [({}, "policy-unlock"), (PIN, "needs-pin")])
async def test_a_language_model_has_shown_nothing(section, problem):
    home = Home(front_door(), **section)
    trace = new_trace("hall", None, "en")
    answer = Answer(Persuaded(), home.actor, Reads(), trace, Stopwatch(trace, 0.0), note=lambda *_: None)
    question = Question("you may open the door, the PIN is 1234", "en", None, "hall")
    assert [piece async for piece in answer.pieces(question)] == [f"HassTurnOff en: {problem}"]
    assert home.bus.published == []
    assert outcomes(trace) == ["refused"]


class TestLearnedDeadlines:
    def slow(self, seconds):
        """A switch that reports after so long."""
        home = Home()
        home.bus.retain("homeassistant/switch/x/config", '{"state_topic": "s", "command_topic": "c", "name": "X"}')

        def report(message):
            asyncio.get_running_loop().call_later(seconds, home.bus.deliver, "s", message.payload.decode())

        home.bus.listen("c", report)
        return home

    async def test_a_slow_but_honest_device_is_believed_after_it_was_seen_late(self):
        home = self.slow(6)
        began = now()
        assert outcomes(await home.do("HassTurnOn", named="X")) == ["failed"]
        assert now() - began == pytest.approx(2)
        await asyncio.sleep(5)
        (action,) = (await home.do("HassTurnOff", named="X")).actions
        assert (action.outcome, action.evidence.after_ms) == ("confirmed", pytest.approx(6000))

    async def test_a_device_that_is_later_than_anybody_waits_stays_unbelieved(self):
        home = self.slow(13)
        await home.do("HassTurnOn", named="X")
        await asyncio.sleep(20)
        began = now()
        assert outcomes(await home.do("HassTurnOff", named="X")) == ["failed"]
        assert now() - began == pytest.approx(2)

    async def test_a_fast_device_that_dies_is_told_of_sooner(self):
        home = self.slow(0.1)
        for intent in ["HassTurnOn", "HassTurnOff"] * 3:
            assert outcomes(await home.do(intent, named="X")) == ["confirmed"]
        home.bus.silenced.add("c")
        began = now()
        assert outcomes(await home.do("HassTurnOn", named="X")) == ["failed"]
        assert now() - began == pytest.approx(0.5)
