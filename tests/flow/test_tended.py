"""The page's own questions to a whole hub with a satellite of ours: levels, words, engines, voices, doctor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest

from hub.engines.choice import MODELS_FOLDER
from models.store.catalogue import Catalogue
from models.store.folder import Store, hash_of
from tests.flow.test_room import free_uri, room, talk, told_of
from tests.piper_voice import write_voice
from tests.programs import configure, running_hub
from wire.pcm import Pcm
from wire.places import Places
from wire.wav import write_wav

SECONDS = 40.0
VOICE_FILES = ("voice.onnx", "voice.onnx.json")


@asynccontextmanager
async def asking(home: Path) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.UnixConnector(str(home / "run" / "hub.sock"))
    async with aiohttp.ClientSession("http://hub", connector=connector) as session:
        yield session


async def ask(session: aiohttp.ClientSession, method: str, path: str, status: int = 200, **body: Any) -> Any:
    async with session.request(method, path, **body) as answer:
        told = await answer.read()
        assert answer.status == status, told
        return await answer.json() if answer.content_type == "application/json" else told


async def ended(session: aiohttp.ClientSession, job: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(SECONDS):
        while (job := await ask(session, "GET", f"/jobs/{job['id']}"))["state"] == "running":
            await asyncio.sleep(0.05)
    return job


async def mumble(home: Path) -> Path:
    """A quiet hiss with bursts of a voice's loudness."""
    random = np.random.default_rng(3)
    hiss = random.normal(0, 12, 16_000 * 20)
    for second in range(0, 20, 2):
        hiss[second * 16_000 : second * 16_000 + 9_000] += random.normal(0, 2500, 9_000)
    path = home / "mumble.wav"
    await asyncio.to_thread(write_wav, path, Pcm(16_000, 2, 1, hiss.astype("<i2").tobytes()))
    return path


async def test_a_satellite_tells_its_levels_while_somebody_looks(home: Path) -> None:
    uri = free_uri()
    configure(home, told_of(uri))
    mic = await mumble(home)
    satellite = room(home, uri, mic, "--wake-word", "hey_jarvis")
    async with running_hub(home, house=None), asking(home) as hub, satellite, asyncio.timeout(SECONDS):
        assert (await ask(hub, "GET", "/satellites/room/level", 404))["error"]["code"] == "level-unknown"
        levels: list[dict[str, Any]] = []
        async with hub.ws_connect("/live?topics=levels") as live:
            async for message in live:
                levels += [event["value"] for event in message.json()]
                hiss = [level["rms_dbfs"] for level in levels if -75 < level["rms_dbfs"] < -60]
                if hiss and levels[-1]["verdict"] == "ok":
                    break
            newest = await ask(hub, "GET", "/satellites/room/level")
            assert newest["satellite"] == "room"
        assert {level["satellite"] for level in levels} == {"room"}
        assert max(level["rms_dbfs"] for level in levels) == pytest.approx(-22.4, abs=2)
        while (await _level(hub)) is not None:
            await asyncio.sleep(0.05)


async def _level(hub: aiohttp.ClientSession) -> int | None:
    async with hub.get("/satellites/room/level") as answer:
        return answer.status if answer.status == 200 else None


async def test_another_wake_word_counts_without_a_restart(home: Path) -> None:
    uri = free_uri()
    configure(home, told_of(uri, '[wake]\nwords = ["okay_nabu"]'))
    async with running_hub(home, house=None), asking(home) as hub:
        mic = await talk(home, 8.0, "hey jarvis", 3.0)
        heard: list[dict[str, Any]] = []
        async with (
            room(home, uri, mic, toml="[wake]\nlocal = false\n[vad]\ngate = false\n"),
            asyncio.timeout(SECONDS),
            hub.ws_connect("/live?topics=scores") as live,
        ):
            async for message in live:
                heard += [event["value"] for event in message.json()]
                if any(score["words"] for score in heard):
                    break
            before = await ask(hub, "GET", "/satellites/room")
            assert [one["word"] for one in before["words"]] == ["okay_nabu"]
            wake = {"wake": {"word": "hey_jarvis", "sensitivity": 60}}
            changed = await ask(hub, "PATCH", "/satellites/room", json=wake)
            assert changed["listens"] == "hub"
            assert [one["word"] for one in changed["words"]] == ["hey_jarvis"]
            async for message in live:
                heard += [event["value"] for event in message.json()]
                if any(score["heard"] for score in heard):
                    break
    assert [score["heard"] for score in heard if score["heard"]] == ["hey_jarvis"]


async def test_engines_are_measured_and_started_anew(home: Path) -> None:
    configure(home)
    async with running_hub(home) as _, asking(home) as hub:
        engines = {one["name"]: one for one in await ask(hub, "GET", "/engines")}
        assert {"stt", "tts"} <= set(engines)
        for name in ("tts", "stt"):
            job = await ended(hub, await ask(hub, "POST", f"/engines/{name}/measure", 202))
            assert job["state"] == "done", job
            assert 0 < job["result"]["realtime_factor"] < 5
            assert 0 < job["result"]["first_ms"] <= job["result"]["all_ms"]
        await ask(hub, "POST", "/engines/tts/restart", 202)
        async with asyncio.timeout(SECONDS):
            while not any(_again(one) for one in await ask(hub, "GET", "/engines")):
                await asyncio.sleep(0.05)
        assert (await ask(hub, "POST", "/engines/nothing/restart", 404))["error"]["code"] == "engine-unknown"
        unknown = await ended(hub, await ask(hub, "POST", "/engines/nothing/measure", 202))
        assert unknown["error"]["code"] == "engine-unknown"
        missing = await ask(hub, "POST", "/engines/switch", 422, json={"stage": "stt", "model": "whisper-tiny-q5_1"})
        assert missing["error"]["code"] == "model-missing"


def _again(engine: dict[str, Any]) -> bool:
    return engine["name"] == "tts" and engine["restarts"] == 1 and engine["state"] == "ready"


async def test_voices_are_heard_and_the_doctor_looks(home: Path) -> None:
    configure(home)
    async with running_hub(home) as _, asking(home) as hub:
        voices = [voice["name"] for voice in await ask(hub, "GET", "/voices")]
        assert "espeak-en-gb" in voices
        sample = await ask(hub, "GET", "/voices/sample?text=hello&voice=espeak-en-gb")
        other = await ask(hub, "GET", "/voices/sample?text=hello&voice=espeak-de")
        assert sample[:4] == other[:4] == b"RIFF"
        assert sample != other
        nobody = await ask(hub, "POST", "/voices/play", 422, json={"satellite": "attic", "text": "hello"})
        assert nobody["error"]["code"] == "satellite-unknown"
        findings = (await ended(hub, await ask(hub, "POST", "/doctor", 202)))["result"]
        assert {"python", "config", "broker", "satellites"} <= {one["check"] for one in findings}
        home_place = {
            "language": "de",
            "name": "Haus",
            "timezone": "Europe/Berlin",
            "latitude": 52.5,
            "longitude": 13.4,
        }
        written = await ask(hub, "PUT", "/setup/home", json=home_place)
        assert "hub.language" in written["restart"]
        assert await ask(hub, "GET", "/setup/home") == home_place
        assert (await ask(hub, "PUT", "/setup/home", json=home_place))["restart"] == []
        state = {"at": "rooms", "done": ["home"], "skipped": [], "finished": False}
        await ask(hub, "PUT", "/setup", json=state)
        assert await ask(hub, "GET", "/setup") == state
        assert (await ask(hub, "PUT", "/setup", 400, json={"at": "nowhere"}))["error"]["code"] == "request-invalid"


def install_voices(home: Path) -> None:
    """Two that hum, in the household's own catalogue and on the disk; the first is what the hub chooses."""
    where = Places(home / "etc", home / "var", home / "run", home / "cache")
    where.etc.mkdir()
    rows = []
    for name, ram_mb in (("hum-one", 120), ("hum-two", 100)):
        files = [f'[[model.file]]\npath = "{path}"\nurl = "https://example.org/{path}"' for path in VOICE_FILES]
        about = f'[[model]]\nname = "{name}"\nstage = "tts"\nabout = "it hums"\nlanguages = ["en"]\nram_mb = {ram_mb}'
        rows.append("\n".join([about, 'licence = "CC0-1.0"\nboards = ["pi4", "pi5", "jetson", "x86"]', *files]))
    (where.etc / "models.toml").write_text("\n".join(rows))
    store = Store(where.var / MODELS_FOLDER)
    for model in Catalogue.load(where.etc / "models.toml").model[:2]:
        write_voice(store.partial(model))
        store.adopt(model, {path: hash_of(store.partial(model) / path) for path in VOICE_FILES})


async def test_another_voice_speaks_at_once(home: Path) -> None:
    await asyncio.to_thread(install_voices, home)
    configure(home)
    async with running_hub(home, house=None), asking(home) as hub:
        assert await _piper(hub) == ("hum-one", 0)
        switched = await ask(hub, "POST", "/engines/switch", json={"stage": "tts", "model": "hum-two"})
        assert switched == {"stage": "tts", "model": "hum-two", "engine": "piper", "restart": []}
        async with asyncio.timeout(SECONDS):
            while await _piper(hub) != ("hum-two", 1):
                await asyncio.sleep(0.1)
        voices = await ask(hub, "GET", "/voices")
        assert "hum-two" in [voice["name"] for voice in voices]
        assert (await ask(hub, "GET", "/voices/sample?text=hello"))[:4] == b"RIFF"
        in_use = await ask(hub, "DELETE", "/models/hum-two", 422)
        assert in_use["error"]["code"] == "model-in-use"
        assert (await ask(hub, "DELETE", "/models/hum-one"))["name"] == "hum-one"
    text = await asyncio.to_thread((home / "etc" / "hub.toml").read_text)
    assert 'voice = "hum-two"' in text


async def _piper(hub: aiohttp.ClientSession) -> tuple[str, int]:
    async with asyncio.timeout(SECONDS):
        while True:
            for engine in await ask(hub, "GET", "/engines"):
                if engine["name"] == "piper" and engine["state"] == "ready":
                    return engine["model"], engine["restarts"]
            await asyncio.sleep(0.1)
