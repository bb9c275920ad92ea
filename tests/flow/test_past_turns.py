"""Looking back over real HTTP, a real store and real files: what a household can see of a turn and say about it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from hub.arbiter import Arbiter
from hub.config import EndpointSection, StoreSection, WebSection
from hub.evidence import TurnEvidence
from hub.house.file import HouseFile
from hub.house.notes import Notes
from hub.past_turns import Kept, PastTurns
from hub.rerun import Rerun
from hub.session import SessionParts
from hub.stages import Entity
from hub.store.journal import Journal
from hub.store.speech import KeptTurn, SpeechShelf
from hub.trace import ErrorTrace, SttTrace, Trace, WakeTrace
from hub.web.jobs import Jobs
from hub.web.listeners import page_server
from hub.web.live import LiveFeed
from hub.web.turns_api import TurnsApi
from tests.fakes_control import Everybody, trace
from tests.fakes_stages import FakeActor, FakeTranscriber, FakeVoice, FakeWake, fake_stages, in_this_thread, voice
from wire.tasks import Tasks

WORDS, FALSE, OLD = "01HZZZZZZZZZZZZZZZZZZZZZZC", "01HZZZZZZZZZZZZZZZZZZZZZZB", "01HZZZZZZZZZZZZZZZZZZZZZZA"


@dataclass
class House:
    """Takes notes."""

    noted: list[HouseFile] = field(default_factory=list)

    def entities(self):
        return (Entity("light.bed", "light", "Bed Light", "Bedroom"),)

    def renote(self, notes: HouseFile) -> None:
        self.noted.append(notes)


@dataclass
class World:
    http: aiohttp.ClientSession
    journal: Journal
    shelf: SpeechShelf
    folder: Path
    actor: FakeActor
    house: House
    recorded: list[Trace]

    async def get(self, path: str, status: int = 200):
        async with self.http.get(f"/api/v1{path}") as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def post(self, path: str, body: object = None, status: int = 200):
        async with self.http.post(f"/api/v1{path}", json=body) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def again(self, turn: str, **how: object):
        job = await self.post(f"/turns/{turn}/again", how, status=202)
        while job["state"] == "running":
            await asyncio.sleep(0.01)
            job = await self.get(f"/jobs/{job['id']}")
        return job


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        journal = await enter(Journal(tmp_path / "earshot.db", StoreSection()))
        house, recorded = House(), []

        async def on_trace(turn: Trace) -> None:
            recorded.append(turn)

        actor = FakeActor()
        stages = fake_stages(actor=actor, transcriber=FakeTranscriber("turn on the bed light"))
        parts = SessionParts(stages, EndpointSection(), "en", FakeVoice, FakeWake, in_this_thread, Arbiter(), on_trace)
        shelf, folder = SpeechShelf(tmp_path / "speech"), tmp_path / "wake"
        notes = Notes(HouseFile(), journal.database, house)
        hearers = {"other": FakeTranscriber("turn off the bed light")}
        book = PastTurns(journal, Kept(shelf, folder), notes, Rerun(parts), hearers)
        jobs = Jobs(await enter(Tasks()), LiveFeed())
        routes = [*TurnsApi(book, jobs).routes(), *jobs.routes()]
        port = await enter(page_server(routes, WebSection(port=0), version="1", access=Everybody()))
        http = await enter(aiohttp.ClientSession(f"http://127.0.0.1:{port}"))
        journal.record(trace(OLD, actions=[]))
        woken = WakeTrace("okay_nabu", 0.6)
        journal.record(trace(FALSE, text="", wake=woken, actions=[], error=ErrorTrace("no-speech", "nobody")))
        journal.record(trace(WORDS, satellite="kitchen", wake=woken, stt=SttTrace("fake")), TurnEvidence(WORDS, 640.0))
        await journal.database.write(("SELECT 1", ()))
        yield World(http, journal, shelf, folder, actor, house, recorded)


def keep(world: World, turn: str) -> None:
    """As it would be with [privacy] keep_speech."""
    world.shelf.put(KeptTurn(turn, "kitchen", "2026-11-20T18:02:11.120Z", "en", "turn on the bad light"), voice(900))
    world.shelf.put_wake(turn, voice(700))


async def test_turns_are_listed_by_room_by_outcome_and_page_by_page(world):
    every = await world.get("/turns")
    assert [turn["turn"] for turn in every] == [WORDS, FALSE, OLD]
    assert [turn["outcome"] for turn in every] == ["done", "silent", "answered"]
    assert [turn["turn"] for turn in await world.get("/turns?outcome=silent")] == [FALSE]
    assert [turn["turn"] for turn in await world.get("/turns?satellite=kitchen")] == [WORDS]
    assert [turn["turn"] for turn in await world.get(f"/turns?limit=1&before={WORDS}")] == [FALSE]
    assert (await world.get("/turns?outcome=great", status=400))["error"]["code"] == "request-invalid"


async def test_a_filter_looks_further_than_one_page(world):
    for number in range(450):
        world.journal.record(trace(f"01J{number:023}", satellite="hall"))
    await world.journal.database.write(("SELECT 1", ()))
    assert [turn["turn"] for turn in await world.get("/turns?satellite=kitchen&limit=5")] == [WORDS]


async def test_a_turn_is_told_with_what_explains_it(world):
    explained = await world.get(f"/turns/{WORDS}")
    assert (explained["turn"]["transcript"], explained["evidence"]["length_ms"]) == ("turn on the bed light", 640.0)
    assert (explained["speech"], explained["engines"]) == (False, ["other"])
    assert (await world.get(f"/turns/{OLD}"))["evidence"] is None
    assert (await world.get("/turns/01HXXX", status=404))["error"]["code"] == "turn-unknown"


async def test_its_sound_is_there_only_where_it_was_kept(world):
    assert (await world.get(f"/turns/{WORDS}/speech", status=404))["error"]["code"] == "speech-not-kept"
    await asyncio.to_thread(keep, world, WORDS)
    async with world.http.get(f"/api/v1/turns/{WORDS}/speech") as response:
        assert response.content_type == "audio/wav"
        assert len(await response.read()) == 44 + len(voice(900).data)


async def test_again_does_nothing_unless_it_is_asked_to(world):
    job = await world.again(WORDS)
    assert (job["state"], job["result"]["turn"]["transcript"]) == ("done", "turn on the bed light")
    assert job["result"]["evidence"]["readings"][0]["intents"] == ["HassTurnOn"]
    assert (world.actor.areas, world.recorded) == ([], [])
    job = await world.again(WORDS, act=True)
    assert world.actor.areas == ["Bedroom"]
    assert [turn.turn for turn in world.recorded] == [job["result"]["turn"]["turn"]]


async def test_another_engine_hears_the_kept_sound(world):
    refused = await world.post(f"/turns/{WORDS}/again", {"engine": "other"}, status=409)
    assert refused["error"]["code"] == "engine-unknown"
    await asyncio.to_thread(keep, world, WORDS)
    job = await world.again(WORDS, engine="other")
    assert job["result"]["turn"]["transcript"] == "turn off the bed light"
    assert job["result"]["evidence"]["length_ms"] > 900
    assert world.recorded == []
    assert (await world.again(FALSE))["error"]["code"] == "turn-empty"


async def test_a_false_wake_is_marked_and_becomes_what_the_word_is_not(world):
    assert await world.post(f"/turns/{FALSE}/false-wake") == {"became": "mark", "detail": "okay_nabu"}
    await asyncio.to_thread(keep, world, WORDS)
    assert (await world.post(f"/turns/{WORDS}/false-wake"))["became"] == "negative-clip"
    clips = world.folder / "clips" / "okay_nabu"
    clip = clips / "others" / f"{WORDS}.wav"
    assert (await asyncio.to_thread(clip.stat)).st_mode & 0o777 == 0o600
    assert (await asyncio.to_thread(world.shelf.get, WORDS)).said == ""  # nobody spoke to the house
    assert [turn["mark"] for turn in await world.get("/turns")] == ["false-wake", "false-wake", None]
    assert (await world.post(f"/turns/{WORDS}/meant", {"wake": True}))["became"] == "wake-clip"
    assert [path.parent.name for path in clips.rglob("*.wav")] == ["said"]
    assert (await world.post(f"/turns/{OLD}/false-wake", status=422))["error"]["code"] == "turn-not-woken"


async def test_what_was_meant_becomes_a_correction_where_its_sound_is_kept(world):
    assert (await world.post(f"/turns/{WORDS}/meant", {"text": "turn on  the lamp"}))["became"] == "mark"
    await asyncio.to_thread(keep, world, WORDS)
    became = await world.post(f"/turns/{WORDS}/meant", {"text": "turn on the lamp"})
    assert became == {"became": "correction", "detail": "turn on the lamp"}
    assert (await asyncio.to_thread(world.shelf.get, WORDS)).said == "turn on the lamp"
    assert (await world.get("/turns"))[0]["note"] == "turn on the lamp"


async def test_another_name_of_a_device_is_noted_beside_those_it_has(world):
    for name in ("reading lamp", "night light"):
        alias = {"alias": {"entity": "light.bed", "name": name}}
        assert (await world.post(f"/turns/{WORDS}/meant", alias))["became"] == "alias"
    assert world.house.noted[-1].device[0].aliases == ("reading lamp", "night light")
    unknown = {"alias": {"entity": "light.none", "name": "x"}}
    assert (await world.post(f"/turns/{WORDS}/meant", unknown, status=422))["error"]["code"] == "house-unknown"


@pytest.mark.parametrize(
    "body", [{}, {"text": "a", "wake": True}, {"text": ""}, {"alias": {"entity": "x", "name": "y"}}, []]
)
async def test_what_is_no_meaning_is_refused(world, body):
    assert (await world.post(f"/turns/{WORDS}/meant", body, status=400))["error"]["code"] == "request-invalid"


async def test_a_forgotten_turn_is_nowhere(world):
    await asyncio.to_thread(keep, world, WORDS)
    await world.post(f"/turns/{WORDS}/false-wake")
    async with world.http.delete(f"/api/v1/turns/{WORDS}") as response:
        assert response.status == 204
    assert (await world.get(f"/turns/{WORDS}", status=404))["error"]["code"] == "turn-unknown"
    files = [path for folder in (world.shelf._folder, world.folder) for path in folder.rglob(f"{WORDS}*")]
    assert files == []
    assert [turn["turn"] for turn in await world.get("/turns")] == [FALSE, OLD]
