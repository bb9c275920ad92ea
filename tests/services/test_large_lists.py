"""Lists of a whole network, larger than any other message may be. How late they make others: docs/house.md."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from hub.bus.background import background
from hub.bus.broker import own_broker
from hub.bus.client import LARGE_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES, Bus
from hub.bus.connection import connected
from hub.house.registry import HouseRegistry
from hub.house.zigbee2mqtt import Zigbee2Mqtt
from tests.large_list import large_list

DEVICES = 600


@pytest.fixture
async def broker(home):
    async with own_broker(home / "var", home / "run") as address:
        yield address


async def publish(address, topic, payload):
    async with (
        connected(address, client_id="bridge", will_topic="bridge/status") as bridge,
        background(read(bridge), name="bridge"),
    ):
        await bridge.publish(topic, payload, qos=1, retain=True)


async def read(connection):
    async for _ in connection.messages():
        pass


@asynccontextmanager
async def house(address):
    async with Bus(address, name="hub") as bus:
        registry = HouseRegistry(bus, bridges=[Zigbee2Mqtt()])
        async with background(registry.read_large(), name="large"):
            yield registry


async def test_six_hundred_devices_are_known_and_one_fewer_after_them(broker):
    listed = await asyncio.to_thread(large_list, DEVICES)
    assert MAX_PAYLOAD_BYTES < len(listed) <= LARGE_PAYLOAD_BYTES
    await publish(broker, "zigbee2mqtt/bridge/devices", listed)
    await publish(broker, "zigbee2mqtt/Room 3/Lamp 31", b'{"state": "ON"}')
    async with house(broker) as known:
        assert await known.settled()
        lamps = {entity.name: entity for entity in known.entities() if entity.domain == "light"}
        assert len(lamps) == DEVICES
        assert lamps["Room 3 Lamp 31"].state == "on"
        fewer = await asyncio.to_thread(large_list, DEVICES - 1)
        await publish(broker, "zigbee2mqtt/bridge/devices", fewer)
        assert await known.settled()
        assert len([entity for entity in known.entities() if entity.domain == "light"]) == DEVICES - 1


async def test_a_short_list_that_comes_after_a_long_one_counts(broker):
    """It must not be overtaken by the one that takes longer to read."""
    async with house(broker) as known:
        assert await known.settled()
        await publish(broker, "zigbee2mqtt/bridge/devices", await asyncio.to_thread(large_list, 300))
        await publish(broker, "zigbee2mqtt/bridge/devices", await asyncio.to_thread(large_list, 2))
        assert await known.settled()
        assert len([entity for entity in known.entities() if entity.domain == "light"]) == 2


async def test_anything_else_of_that_size_is_not_read(broker):
    """The broker of the household may let larger messages through than ours does."""
    heard = []
    async with Bus(broker, name="hub") as bus:
        for topic in ("camera/list", "camera/picture"):
            bus.listen(topic, lambda message: heard.append(("small", message.topic)))
        bus.listen("camera/list", lambda message: heard.append(("large", message.topic)), large=True)
        await bus.synced()
        await publish(broker, "camera/list", b"0" * (MAX_PAYLOAD_BYTES + 1))
        await publish(broker, "camera/picture", b"0" * (MAX_PAYLOAD_BYTES + 1))
        await publish(broker, "camera/list", b"0")
        await bus.synced()
    assert heard == [("large", "camera/list"), ("small", "camera/list"), ("large", "camera/list")]


async def test_a_list_that_is_none_leaves_the_others_alone(broker):
    async with house(broker) as known:
        await publish(broker, "zigbee2mqtt/bridge/devices", await asyncio.to_thread(large_list, 50))
        assert await known.settled()
        await publish(broker, "other/bridge/devices", b"[" + b"{" * 1_100_000)
        await publish(broker, "third/bridge/devices", json.dumps(["no device"] * 100_000).encode())
        assert await known.settled()
        assert len([entity for entity in known.entities() if entity.domain == "light"]) == 50
        assert "other/bridge/devices" in known.problems
