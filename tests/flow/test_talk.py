"""A browser's WebSocket as a satellite: samples in, a reply out, over the real server with a session behind it."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import numpy as np
import pytest

from hub.arbiter import Arbiter
from hub.audience import Audience
from hub.browsers import Browsers
from hub.config import EndpointSection, LinksSection, WebSection
from hub.links.satellites import Satellites
from hub.session import SessionParts
from hub.stages import NotUnderstood
from hub.volumes import Volumes
from hub.web.listeners import page_server
from hub.web.talk_api import FRAME_BYTES, MOST_PAGES, TalkApi
from tests.fakes_control import Everybody
from tests.fakes_stages import (
    FakeInterpreter,
    FakeTranscriber,
    FakeVoice,
    FakeWake,
    NoWakes,
    fake_stages,
    in_this_thread,
    voice,
)
from wire.connection import PeerSettings
from wire.pcm import silence

PATIENCE_SECONDS = 10


class Hub:
    def __init__(self) -> None:
        self.traces = []
        self.transcriber = FakeTranscriber()
        self.interpreter = FakeInterpreter()

    async def on_trace(self, trace) -> None:
        self.traces.append(trace)

    def parts(self) -> SessionParts:
        return SessionParts(
            stages=fake_stages(transcriber=self.transcriber, interpreter=self.interpreter),
            endpoint=EndpointSection(),
            language="en",
            new_voice=FakeVoice,
            new_wake=FakeWake,
            run_in_worker=in_this_thread,
            arbiter=Arbiter(),
            on_trace=self.on_trace,
        )


@pytest.fixture
async def hub():
    return Hub()


@pytest.fixture
async def rooms(hub):
    async with Satellites(
        hub.parts(), LinksSection(discover=False), PeerSettings(), [], Volumes(None), wakes=NoWakes()
    ) as rooms:
        yield rooms


@pytest.fixture
async def http(hub, rooms):
    api = TalkApi(Browsers(hub.parts(), rooms).serve)
    async with (
        page_server([*api.routes()], WebSection(port=0), version="1", access=Everybody()) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
    ):
        yield session


class Page:
    """What js/talk.js does, without sound."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.told: list[dict] = []
        self.samples = b""

    async def until(self, kind: str) -> dict:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                message = await self.socket.receive()
                if message.type is aiohttp.WSMsgType.BINARY:
                    self.samples += message.data
                    continue
                assert message.type is aiohttp.WSMsgType.TEXT, message
                self.told.append(json.loads(message.data))
                if self.told[-1]["type"] == kind:
                    return self.told[-1]

    async def say(self, *blocks) -> None:
        for block in blocks:
            for at in range(0, len(block.data), 1280):
                await self.socket.send_bytes(block.data[at : at + 1280])

    async def tell(self, kind: str, **values) -> None:
        await self.socket.send_json({"type": kind, **values})

    def kinds(self) -> list[str]:
        return [message["type"] for message in self.told]


async def until(true) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():
            await asyncio.sleep(0.01)


def talk(http, name="page-a", **query):
    return http.ws_connect("/api/v1/talk", params={"name": name, **query})


async def test_a_command_by_button_from_samples_to_reply(http, hub):
    async with talk(http, area="Kitchen") as socket:
        page = Page(socket)
        await page.tell("listen", stage="asr")
        await page.say(voice(640), silence(1000))
        saying = await page.until("saying")
        await page.until("said")
        await page.tell("played")
        done = await page.until("done")
    assert page.kinds() == ["listening", "voice-started", "voice-stopped", "heard", "saying", "said", "done"]
    assert page.told[3]["text"] == "turn on the bed light"
    assert saying["text"] == "reply: answered"
    assert len(page.samples) == 2 * len(voice(100).data)  # two words of the fake voice
    assert (hub.traces[0].satellite, hub.traces[0].area) == ("page-a", "Kitchen")
    assert (done["trace"]["turn"], done["trace"]["error"]) == (hub.traces[0].turn, None)


async def test_letting_the_button_go_ends_the_command(http, hub):
    async with talk(http) as socket:
        page = Page(socket)
        await page.tell("listen", stage="asr")
        await page.say(voice(640))
        await page.tell("end")
        await page.until("heard")
    assert hub.transcriber.heard_ms[0] >= 600


async def test_other_rates_are_heard_as_they_are(http, hub):
    rate_hz = 48_000
    tone = (np.sin(np.arange(rate_hz) * 2 * np.pi * 220 / rate_hz) * 9000).astype("<i2").tobytes()
    async with talk(http, rate_hz=str(rate_hz)) as socket:
        page = Page(socket)
        await page.tell("listen", stage="asr")
        for at in range(0, len(tone), 3840):
            await socket.send_bytes(tone[at : at + 3840])
        await page.tell("end")
        await page.until("heard")
    assert 950 <= hub.transcriber.heard_ms[0] <= 1400  # a second, and what is kept around it


async def test_the_wake_word_is_heard_hands_free(http, hub):
    async with talk(http) as socket:
        page = Page(socket)
        await page.tell("listen", stage="wake")
        await page.say(voice(200))
        await socket.send_bytes(FakeWake.marker * 40)
        detected = await page.until("detected")
        await page.say(voice(640), silence(1200))
        await page.until("done")
    assert detected["word"] == hub.traces[0].wake.word


async def test_the_button_cuts_a_reply_off(http, hub):
    async with talk(http) as socket:
        page = Page(socket)
        await page.tell("listen", stage="asr")
        await page.say(voice(640), silence(1000))
        await page.until("said")  # it sounds now: nobody has said "played"
        await page.tell("listen", stage="asr")
        await page.until("stop-playback")
        await page.until("listening")


async def test_the_wake_word_cuts_a_reply_off(http, hub):
    async with talk(http) as socket:
        page = Page(socket)
        await page.tell("listen", stage="wake")
        await page.say(voice(200))
        await socket.send_bytes(FakeWake.marker * 40)
        await page.until("detected")
        await page.say(voice(640), silence(1200))
        await page.until("said")  # it sounds now
        await socket.send_bytes(FakeWake.marker * 40)
        await page.until("stop-playback")
        await page.until("listening")


async def test_nothing_said_is_over_all_the_same(http, hub):
    hub.transcriber.text = ""
    hub.interpreter.understood = NotUnderstood
    async with talk(http) as socket:
        page = Page(socket)
        await page.tell("listen", stage="asr")
        await page.say(silence(400))
        await page.tell("end")
        await page.until("done")


async def test_what_is_announced_in_its_room_is_heard_on_the_page(http, rooms):
    async with talk(http, area="Kitchen") as socket:
        page = Page(socket)
        await page.tell("listen", stage="wake")
        await until(lambda: any(status.kind == "page" for status in rooms.statuses()))
        announced = asyncio.create_task(rooms.say("dinner is ready", audience=Audience(rooms=("kitchen",))))
        assert (await page.until("saying"))["text"] == "dinner is ready"
        await page.until("said")
        await page.tell("played")
        assert await announced == ["page-a"]
        status = rooms.statuses()[0]
        assert (status.name, status.area, status.kind, rooms.area_of("page-a")) == (
            "page-a",
            "Kitchen",
            "page",
            "Kitchen",
        )
    await until(lambda: not rooms.statuses())
    assert rooms.area_of("page-a") is None


@pytest.mark.parametrize(
    "query",
    [{"name": "kitchen"}, {"name": "page-"}, {"name": "page-a", "rate_hz": "1"}, {"name": "page-a", "x": "y"}, {}],
)
async def test_a_bad_query_is_refused_and_named(http, query):
    async with http.get("/api/v1/talk", params=query) as response:
        assert response.status == 400
        assert (await response.json())["error"]["code"] == "request-invalid"


@pytest.mark.parametrize(
    "message",
    ["garbage", "[]", '{"type": "shout"}', '{"type": "listen", "stage": "llm"}', b"\x00", "[" * 5000],
    ids=["garbage", "list", "unknown", "stage", "half a sample", "depth"],
)
async def test_a_bad_message_ends_that_page_alone(http, message):
    async with talk(http, name="page-good") as good, talk(http, name="page-bad") as bad:
        await (bad.send_bytes(message) if isinstance(message, bytes) else bad.send_str(message))
        page = Page(bad)
        assert (await page.until("failed"))["code"] == "frame-malformed"
        assert (await bad.receive()).type is aiohttp.WSMsgType.CLOSE
        other = Page(good)
        await other.tell("listen", stage="asr")
        await other.until("listening")


async def test_a_frame_too_large_ends_that_page(http):
    async with talk(http) as socket:
        await socket.send_bytes(bytes(FRAME_BYTES + 2))
        message = await socket.receive(PATIENCE_SECONDS)
        assert message.type is aiohttp.WSMsgType.CLOSE
        assert message.data == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


async def test_one_name_talks_once_and_not_too_many_talk(http):
    async with talk(http, name="page-a"):
        async with http.get("/api/v1/talk", params={"name": "page-a"}) as response:
            assert (await response.json())["error"]["code"] == "talk-taken"
        others = [await talk(http, name=f"page-b{n}") for n in range(MOST_PAGES - 1)]
        async with http.get("/api/v1/talk", params={"name": "page-c"}) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (429, "talk-full")
        for other in others:
            await other.close()
