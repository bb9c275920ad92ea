"""Who has not told its state is asked for it, once; batteries are left to sleep."""

import asyncio
import json

import pytest

from hub.house.asking import ask
from hub.house.registry import HouseRegistry
from hub.house.tasmota import Tasmota
from hub.house.zigbee2mqtt import Zigbee2Mqtt
from tests.fakes_bridges import MAC, FakeZigbee2Mqtt, control, device, light, state, tasmota
from tests.fakes_house import LoopbackBus


class Done(Exception):
    """Enough rounds were seen."""


@pytest.fixture
def bus():
    return LoopbackBus()


@pytest.fixture
def house(bus):
    return HouseRegistry(bus, bridges=[Zigbee2Mqtt(), Tasmota()])


async def asked(house, bus, rounds=30):
    """Topics and payloads that were sent while the loop slept ``rounds`` times."""
    slept = 0

    async def sleep(_):
        nonlocal slept
        slept += 1
        if slept > rounds:
            raise Done
        await asyncio.sleep(0)

    with pytest.raises(Done):
        await ask(house, bus, sleep=sleep)
    sent = [(topic, payload) for topic, payload, _, _ in bus.published]
    bus.published.clear()
    return sent


def publish(bus, *devices):
    for topic, payload in FakeZigbee2Mqtt(bus).lists(list(devices)).items():
        bus.retain(topic, payload)


async def test_each_is_asked_once(house, bus):
    publish(bus, device("Lamp", "0x1", light()))
    bus.retain(f"tasmota/discovery/{MAC}/config", json.dumps(tasmota(rl=[1, 1, 3, 3], fn=["A", "B", "C"])))
    assert sorted(await asked(house, bus)) == [
        ("cmnd/desk/STATE", ""),
        ("cmnd/desk/STATUS", "10"),
        ("zigbee2mqtt/Lamp/get", '{"state": ""}'),
    ]


async def test_nobody_is_asked_for_what_is_known_or_cannot_be(house, bus):
    publish(
        bus,
        device("Known", "0x1", light()),
        device("Battery", "0x2", control("switch", state()), power_source="Battery"),
        device("Away", "0x3", light()),
    )
    bus.retain("zigbee2mqtt/Known", '{"state": "ON"}')
    bus.retain("zigbee2mqtt/Away/availability", '{"state": "offline"}')
    assert await asked(house, bus) == []


async def test_a_broker_that_is_away_is_asked_later(house, bus):
    publish(bus, device("Lamp", "0x1", light()))
    bus.up = False
    assert await asked(house, bus) == []
    bus.up = True
    assert len(await asked(house, bus)) == 1
