"""Pages are told what changes, once and soon; and nothing is made while nobody looks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec

from hub.health import Component, Health, SatelliteStatus, summarize
from hub.house.file import Device, HouseFile
from hub.house.registry import HouseRegistry
from hub.news import News
from hub.reminders.items import Item
from hub.web.live import LiveFeed, Watcher
from tests.fakes_house import DevicesOnLoopback, LoopbackBus

DEVICES = HouseFile(device=(Device(id="light.bed", name="Bed Light", state="OFF"), Device(id="switch.tv", name="TV")))


class Hub:
    """What is asked, and how often."""

    def __init__(self) -> None:
        self.asked, self.state = 0, "ok"

    def health(self) -> Health:
        self.asked += 1
        return summarize([Component("stt", self.state)])  # type: ignore[arg-type]

    def satellites(self) -> list[SatelliteStatus]:
        return [SatelliteStatus("kitchen", "Kitchen", "tcp://x:1", "idle")]


class Home:
    def __init__(self) -> None:
        self.bus = LoopbackBus()
        self.devices = DevicesOnLoopback(DEVICES, self.bus)
        self.house = HouseRegistry(self.bus, notes=DEVICES)
        self.feed, self.hub = LiveFeed(), Hub()
        self.news = News(self.feed, self.house, self.hub)

    async def lamp(self, state: str) -> None:
        await self.bus.publish("simulated/light/bed/state", state)


async def told(watcher: Watcher) -> Any:
    """The one event that is told next."""
    (event,) = await all_told(watcher)
    return event


async def all_told(watcher: Watcher) -> Any:
    async with asyncio.timeout(3):
        return msgspec.json.decode(await watcher.next())


async def test_a_device_that_changes_often_is_told_once_as_it_is_then() -> None:
    home = Home()
    async with home.news:
        with home.feed.watch(["house"]) as watcher:
            for state in ("ON", "OFF", "ON"):
                await home.lamp(state)
            event = await told(watcher)
            assert event["topic"] == "house"
            assert [(each["entity_id"], each["state"]) for each in event["value"]["entities"]] == [("light.bed", "on")]
            assert event["value"]["names_version"] == home.house.names_version


async def test_another_name_makes_pages_ask_anew() -> None:
    home = Home()
    async with home.news:
        with home.feed.watch(["house"]) as watcher:
            await asyncio.sleep(0.05)
            before = home.house.names_version
            home.house.renote(HouseFile())
            event = await told(watcher)
            assert event["value"] == {"entities": [], "names_version": before + 1}


async def test_health_is_told_when_it_changes() -> None:
    home = Home()
    async with home.news:
        with home.feed.watch(["health", "satellites"]) as watcher:
            first = {event["topic"]: event["value"] for event in await all_told(watcher)}
            assert (first["health"]["state"], first["satellites"][0]["name"]) == ("ok", "kitchen")
            home.hub.state = "failed"
            assert (await told(watcher))["value"]["state"] == "failed"


async def test_while_nobody_looks_nothing_is_made() -> None:
    home = Home()
    async with home.news:
        await home.lamp("ON")
        await asyncio.sleep(0.2)
        with home.feed.watch(["house"]) as watcher:
            await home.lamp("OFF")
            assert len((await told(watcher))["value"]["entities"]) == 1
    assert home.hub.asked == 0


async def test_what_begins_to_ring_and_what_a_rule_says_is_a_notice() -> None:
    home = Home()
    with home.feed.watch(["notify", "reminders"]) as watcher:
        home.news.on_reminder("ringing", Item("01T", "timer", "pasta", due=datetime(2026, 11, 23, 12, tzinfo=UTC)))
        notice = {"text": "pasta", "kind": "timer", "id": "01T", "at": "2026-11-23T12:00:00Z"}
        assert await all_told(watcher) == [
            {"topic": "reminders", "value": {"change": "ringing", "id": "01T"}},
            {"topic": "notify", "value": notice},
        ]
        await home.news.notify("the freezer is open", rule="Freezer")
        assert (await told(watcher))["value"]["text"] == "the freezer is open"
