"""Satellites tended while the hub runs, over real sockets: found, adopted, renamed, moved, forgotten, watched."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from wyoming.event import Event

from hub.arbiter import Arbiter
from hub.bench.stand_in import stand_in
from hub.config import EndpointSection, SatelliteSection
from hub.links.book import SatelliteBook
from hub.links.desk import SatelliteDesk
from hub.links.detail import Adoption, SatelliteChange
from hub.links.introductions import tts_info
from hub.links.satellites import Satellites
from hub.session import SessionParts
from hub.volumes import Volumes
from tests.fakes_stages import FakeVoice, FakeWake, NoWakes, fake_stages, in_this_thread
from tests.flow.test_links import LINKS, PEER, until
from tests.ports import free_port
from wire.connection import Connection
from wire.errors import EarshotError, PeerError
from wire.level import Level
from wire.pcm import speech
from wire.server import serve

NOISE = speech(np.random.default_rng(1).normal(0, 3000, 16_000 // 2).astype("<i2").tobytes())


@dataclass
class House:
    satellites: Satellites
    desk: SatelliteDesk
    identified: list[str]
    volumes: Volumes

    def names(self) -> list[tuple[str, str | None]]:
        return [(one.name, one.area) for one in self.satellites.statuses() if one.state != "lost"]


@asynccontextmanager
async def house(*sections: SatelliteSection, book: SatelliteBook | None = None) -> AsyncIterator[House]:
    async def traced(_trace) -> None: ...

    parts = SessionParts(
        fake_stages(), EndpointSection(silence_ms=320), "en", FakeVoice, FakeWake, in_this_thread, Arbiter(), traced
    )
    identified: list[str] = []
    volumes = Volumes(None)

    async def identify(name: str) -> None:
        identified.append(name)

    async with Satellites(parts, LINKS, PEER, sections, volumes, wakes=NoWakes(), book=book) as satellites:
        yield House(satellites, SatelliteDesk(satellites, volumes, PEER, identify=identify), identified, volumes)


async def test_one_that_was_found_gets_a_name_and_a_room_and_keeps_them(tmp_path: Path) -> None:
    path = tmp_path / "satellites.json"
    async with stand_in("a1b2c3") as room:
        async with house(book=await asyncio.to_thread(SatelliteBook, path)) as first:
            first.satellites.keeper.found("a1b2c3", room.uri)
            await until(lambda: first.names() == [("a1b2c3", None)])
            (peer,) = first.desk.found()
            assert (peer.key, peer.state, peer.satellite) == ("a1b2c3", "taken", "a1b2c3")
            await first.desk.adopt(Adoption(key="a1b2c3", name="Küche", area="Kitchen"))
            await until(lambda: first.names() == [("Küche", "Kitchen")])
        async with house(book=await asyncio.to_thread(SatelliteBook, path)) as second:
            second.satellites.keeper.found("a1b2c3", room.uri)
            await until(lambda: second.names() == [("Küche", "Kitchen")])


async def test_a_room_is_changed_without_losing_the_link() -> None:
    async with stand_in("kitchen") as room, house() as home:
        home.satellites.keeper.found("kitchen", room.uri)
        await until(lambda: home.names() == [("kitchen", None)])
        owner = await room.owned()
        detail = await home.desk.change("kitchen", SatelliteChange(area="Hall", volume=30, muted=True))
        assert (detail.status.area, detail.status.volume, detail.status.muted) == ("Hall", 30, True)
        assert await room.owned() is owner
        assert home.satellites.area_of("kitchen") == "Hall"
        cleared = await home.desk.change("kitchen", SatelliteChange(area=None))
        assert cleared.status.area is None


async def test_a_forgotten_one_stays_away_until_it_is_adopted(tmp_path: Path) -> None:
    path = tmp_path / "satellites.json"
    async with stand_in("kitchen") as room:
        async with house(book=await asyncio.to_thread(SatelliteBook, path)) as home:
            home.satellites.keeper.found("kitchen", room.uri)
            await until(lambda: home.names() != [])
            await home.desk.forget("kitchen")
            await until(lambda: room._owner is None)
            home.satellites.keeper.found("kitchen", room.uri)
            assert home.satellites.statuses() == []
            assert [(one.key, one.state) for one in home.desk.found()] == [("kitchen", "left-out")]
        async with house(book=await asyncio.to_thread(SatelliteBook, path)) as later:
            later.satellites.keeper.found("kitchen", room.uri)
            assert later.satellites.statuses() == []
            await later.desk.adopt(Adoption(key="kitchen"))
            await until(lambda: later.names() == [("kitchen", None)])


async def test_an_address_is_taken_once_a_satellite_answers_there(tmp_path: Path) -> None:
    path = tmp_path / "satellites.json"
    async with stand_in("attic") as room:
        async with house(book=await asyncio.to_thread(SatelliteBook, path)) as home:
            await home.desk.adopt(Adoption(address=room.uri, area="Attic"))
            await until(lambda: home.names() == [("attic", "Attic")])
        async with house(book=await asyncio.to_thread(SatelliteBook, path)) as later:
            await until(lambda: later.names() == [("attic", "Attic")])


async def test_what_is_no_satellite_is_refused_and_listed() -> None:
    async def service(connection: Connection) -> None:
        while True:
            if (await connection.receive()).type == "describe":
                await connection.send(tts_info(["en"]).event())

    async with house() as home, serve("tcp://127.0.0.1:0", service, PEER, max_peers=4) as uri:
        with pytest.raises(EarshotError) as refused:
            await home.desk.adopt(Adoption(address=uri))
        assert refused.value.code == "satellite-not-one"
        home.satellites.keeper.found("voices", uri)
        await until(lambda: [one.state for one in home.desk.found()] == ["service"])
        assert home.desk.found()[0].offers == ["tts: earshot"]


async def test_where_nobody_answers_nothing_is_kept() -> None:
    async with house() as home:
        with pytest.raises(PeerError):
            await home.desk.adopt(Adoption(address=f"tcp://127.0.0.1:{free_port()}"))
        with pytest.raises(EarshotError) as refused:
            await home.desk.adopt(Adoption(key="nowhere"))
        assert refused.value.code == "satellite-not-found"
        assert home.desk.found() == []
        assert home.satellites.keeper.book.all() == {}


async def test_one_of_the_file_is_not_forgotten_here() -> None:
    async with stand_in("kitchen") as room, house(SatelliteSection(name="kitchen", address=room.uri)) as home:
        await until(lambda: home.names() != [])
        with pytest.raises(EarshotError) as refused:
            await home.desk.forget("kitchen")
        assert refused.value.code == "satellite-in-file"


async def test_two_cannot_have_one_name() -> None:
    async with stand_in("kitchen") as one, stand_in("hall") as other, house() as home:
        home.satellites.keeper.found("kitchen", one.uri)
        home.satellites.keeper.found("hall", other.uri)
        await until(lambda: len(home.names()) == 2)
        with pytest.raises(EarshotError) as refused:
            await home.desk.change("hall", SatelliteChange(name="Kitchen"))
        assert refused.value.code == "satellite-name-taken"


async def test_volume_follows_a_new_name() -> None:
    async with stand_in("kitchen") as room, house() as home:
        home.satellites.keeper.found("kitchen", room.uri)
        await until(lambda: home.names() != [])
        await home.desk.change("kitchen", SatelliteChange(volume=20))
        await home.desk.change("kitchen", SatelliteChange(name="Cook"))
        await until(lambda: home.names() == [("Cook", None)])
        assert home.volumes.of("Cook") == 20
        await home.desk.identify("Cook")
        assert home.identified == ["Cook"]


async def test_the_page_sees_why_one_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "hub.links")
    async with house() as home:
        async with stand_in("kitchen") as room:
            home.satellites.keeper.found("kitchen", room.uri)
            await until(lambda: home.names() != [])
        await until(lambda: home.satellites.statuses()[0].state == "lost")
        detail = home.desk.detail("kitchen")
        assert detail.lost_since
        assert detail.last_seen == detail.lost_since
        assert any("is here" in line.text for line in detail.log)
        assert any(line.level == "info" and "peer-" in line.text for line in detail.log)
        with pytest.raises(EarshotError) as refused:
            home.desk.detail("nobody")
        assert refused.value.code == "satellite-unknown"


async def test_levels_come_only_while_they_are_watched() -> None:
    """A satellite that tells none is measured by what it streams; one of ours tells them itself."""
    heard: list[tuple[str, Level]] = []
    async with stand_in("kitchen") as room, house() as home:
        home.satellites.on_level = lambda name, level: heard.append((name, level))
        home.satellites.keeper.found("kitchen", room.uri)
        await until(lambda: home.names() != [])
        await room.turn(NOISE)
        assert heard == []
        await home.satellites.watch_levels(watched=True)
        await room.turn(NOISE)
        assert {name for name, _ in heard} == {"kitchen"}
        assert max(level.rms_dbfs for _, level in heard) > -60
        heard.clear()
        await room.send(Event("user-event", {"name": "extensions", "data": {"names": ["mic-level"]}}))
        level = {"rms_dbfs": -30.0, "peak_dbfs": -20.0, "hum": 0.1}
        await room.send(Event("user-event", {"name": "mic-level", "data": level}))
        await until(lambda: bool(heard))
        await room.turn(NOISE)
        assert heard == [("kitchen", Level(-30.0, -20.0, 0.1))]
