"""The whole satellite on a real socket, a recording as its microphone, driven as Home Assistant drives it.

The client is the real ``wyoming`` package: connect, run-satellite, describe, pings, then one turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import PauseSatellite, RunSatellite
from wyoming.user_event import UserEvent
from wyoming.wake import Detection

from satellite.config import SatelliteConfig
from satellite.cues import cue
from satellite.program import Satellite
from wire.pcm import Pcm, silence, to_speech
from wire.settings import convert
from wire.wav import read_wav

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "audio"
WAKE = SHARED / "wake" / "openwakeword" / "alexa_test.wav"
COMMAND = SHARED / "speech" / "willow_alexa_turn_off_dining_room.wav"

pytestmark = pytest.mark.skipif(not WAKE.exists(), reason=f"recordings are not there: {SHARED}")


class Assistant:
    """What Home Assistant's wyoming component does with a satellite, event by event."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self.answers_pings = True
        self._kept: list[Event] = []

    async def send(self, event: Event) -> None:
        await self._client.write_event(event)

    async def next(self, *types: str) -> Event:
        """The next event of one of ``types``; audio, user-events and pings in between are passed over, others kept."""
        for kept in self._kept:
            if kept.type in types:
                self._kept.remove(kept)
                return kept
        async with asyncio.timeout(15):
            while True:
                event = await self._client.read_event()
                assert event is not None, f"closed while waiting for {types}"
                if Ping.is_type(event.type) and self.answers_pings:
                    await self.send(Pong(text=Ping.from_event(event).text).event())
                if event.type in types:
                    return event
                if event.type not in {"audio-chunk", "user-event", "ping", "pong", "info", "played"}:
                    self._kept.append(event)

    async def closed(self) -> None:
        async with asyncio.timeout(15):
            with contextlib.suppress(ConnectionError):
                while await self._client.read_event() is not None:
                    pass

    async def greet(self) -> Info:
        await self.send(RunSatellite().event())
        await self.send(Describe().event())
        return Info.from_event(await self.next("info"))

    async def say(self, pcm: Pcm) -> None:
        await self.send(AudioStart(pcm.rate_hz, pcm.width_bytes, pcm.channels, timestamp=0).event())
        for at in range(0, len(pcm.data), 2048):
            chunk = AudioChunk(pcm.rate_hz, pcm.width_bytes, pcm.channels, pcm.data[at : at + 2048])
            await self.send(chunk.event())
        await self.send(AudioStop(timestamp=round(pcm.duration_ms)).event())

    async def audio(self, seconds: float) -> bytes:
        """So much of what the satellite streams."""
        heard = b""
        while len(heard) < seconds * 32_000:
            chunk = AudioChunk.from_event(await self.next("audio-chunk"))
            assert (chunk.rate, chunk.width, chunk.channels) == (16_000, 2, 1)
            heard += chunk.audio
        return heard


@contextlib.asynccontextmanager
async def satellite(tmp_path: Path, **sections: dict[str, Any]) -> AsyncIterator[str]:
    """The program in this process; gives its URI."""
    document: dict[str, dict[str, Any]] = {
        "satellite": {"name": "Kitchen", "area": "Kitchen", "uri": "tcp://127.0.0.1:0"},
        "mic": {"device": f"wav:{WAKE}"},
        "speaker": {"device": f"wav:{tmp_path / 'played'}"},
        "wake": {"words": ["alexa"]},
    }
    for name, section in sections.items():
        document.setdefault(name, {}).update(section)
    program = await asyncio.to_thread(Satellite, convert(document, SatelliteConfig, "test"))
    uri: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(program.run(uri.set_result))
    try:
        await asyncio.wait([uri, running], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        yield uri.result()
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@contextlib.asynccontextmanager
async def assistant(uri: str) -> AsyncIterator[Assistant]:
    async with AsyncClient.from_uri(uri) as client:
        yield Assistant(client)


@pytest.fixture
def command() -> bytes:
    return to_speech(read_wav(COMMAND)).data


async def test_a_turn_as_home_assistant_drives_it(tmp_path: Path, command: bytes):
    """detection, run-pipeline, pre-roll and live audio without a gap; the answer is played; played is said once."""
    async with satellite(tmp_path, mic={"device": f"wav:{COMMAND}"}) as uri, assistant(uri) as home:
        info = await home.greet()
        assert info.satellite is not None
        assert (info.satellite.name, info.satellite.area) == ("Kitchen", "Kitchen")
        assert [model.phrase for model in info.wake[0].models] == ["alexa"]
        detection = Detection.from_event(await home.next("detection"))
        assert detection.name == "alexa"
        run = RunPipeline.from_event(await home.next("run-pipeline"))
        assert (run.start_stage, run.end_stage, run.restart_on_end) == (PipelineStage.ASR, PipelineStage.TTS, False)
        heard = await home.audio(1.0)
        begin = command.find(heard[:640])
        assert begin >= 0, "the pre-roll is not part of what was said"
        assert command[begin : begin + 16_000] == heard[:16_000]  # half a second without a gap
        await home.send(Transcript(text="turn off the dining room").event())
        answer = Pcm(22_050, 2, 1, bytes(range(256)) * 100)
        await home.say(answer)
        await home.next("played")
    played = await asyncio.to_thread(lambda: [read_wav(path) for path in sorted((tmp_path / "played").iterdir())])
    assert played == [cue("awake"), answer]


async def test_anybody_may_ask_but_only_one_hub_owns(tmp_path: Path):
    """describe is answered to everybody; a second hub is told why it is turned away; after the first, it may."""
    async with satellite(tmp_path) as uri:
        async with assistant(uri) as first, assistant(uri) as second, assistant(uri) as curious:
            await first.greet()
            await curious.send(Describe().event())
            await curious.next("info")
            await second.send(RunSatellite().event())
            refusal = Error.from_event(await second.next("error"))
            assert refusal.code == "satellite-owned"
            await second.closed()
            await curious.send(Describe().event())
            await curious.next("info")
            await first.send(Describe().event())
            await first.next("info")
        async with assistant(uri) as next_hub:
            await next_hub.greet()


async def test_a_hub_that_is_gone_without_goodbye_is_dropped(tmp_path: Path):
    """Half-open: the owner pinged once and then answers nothing; within silent_seconds another hub can own."""
    async with satellite(tmp_path, limits={"silent_seconds": 2.2}) as uri, assistant(uri) as dead:
        await dead.greet()
        dead.answers_pings = False
        await dead.send(Ping().event())
        await dead.next("pong")
        await dead.closed()
        async with assistant(uri) as home:
            await home.greet()


async def test_a_hub_that_comes_back_is_served_at_once(tmp_path: Path):
    """A connection that breaks in the middle of a command leaves nothing behind."""
    async with satellite(tmp_path) as uri:
        for _ in range(2):
            async with assistant(uri) as home:
                await home.greet()
                await home.send(UserEvent(name="listen-now").event())
                await home.next("run-pipeline")
                await home.audio(0.1)
            await asyncio.sleep(0.05)


async def test_garbage_costs_only_that_peer(tmp_path: Path):
    async with satellite(tmp_path) as uri, assistant(uri) as home:
        await home.greet()
        host, port = uri.removeprefix("tcp://").split(":")
        for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"x" * 100_000, b'{"type":"x","payload_length":99999999999}\n'):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(garbage)
            writer.write_eof()
            await reader.read()
            writer.close()
            await writer.wait_closed()
        await home.send(Describe().event())
        await home.next("info")


async def test_mute_is_confirmed_by_the_device(tmp_path: Path):
    """pause-satellite: muted is said when the microphone is closed; run-satellite opens it again."""
    async with satellite(tmp_path) as uri, assistant(uri) as home:
        await home.greet()
        await home.send(PauseSatellite().event())
        while (told := UserEvent.from_event(await home.next("user-event"))).name != "muted" or told.data != {
            "muted": True
        }:
            pass
        await home.send(RunSatellite().event())
        while UserEvent.from_event(await home.next("user-event")).data != {"muted": False}:
            pass
        assert Detection.from_event(await home.next("detection")).name == "alexa"


async def test_a_stop_ends_the_answer_at_once(tmp_path: Path):
    """A 60 s answer is stopped: "played" comes now, and the next answer is played whole."""
    async with satellite(tmp_path) as uri, assistant(uri) as home:
        await home.greet()
        await home.say(silence(60_000))
        await home.send(UserEvent(name="stop-playback").event())
        await home.next("played")
        await home.say(silence(100))
        await home.next("played")


@pytest.mark.parametrize("gate", [True, False])
async def test_streaming_satellite(tmp_path: Path, command: bytes, *, gate: bool):
    """Without local wake words the hub hears what is said: gated, with what was said just before the gate opened."""
    sections = {
        "wake": {"local": False},
        "vad": {"gate": gate, "silence_seconds": 1},
        "mic": {"device": f"wav:{COMMAND}"},
    }
    async with satellite(tmp_path, **sections) as uri, assistant(uri) as home:
        info = await home.greet()
        assert info.wake == []
        run = RunPipeline.from_event(await home.next("run-pipeline"))
        assert (run.start_stage, run.restart_on_end) == (PipelineStage.WAKE, not gate)
        heard = b""
        while True:
            event = await home.next("audio-chunk", "audio-stop")
            if event.type == "audio-stop" or len(heard) > 6 * 32_000:
                break
            heard += event.payload or b""
        assert (event.type == "audio-stop") == gate
        assert command[:32_000] in heard  # from the first sample of the first word on


# --- the program as people start it


def program(*flags: str) -> list[str]:
    return [sys.executable, "-m", "satellite", *flags]


def test_satellite_process_is_small_and_ends_cleanly(tmp_path: Path):
    """READY within seconds; with a local wake word 85 MB resident at most (72 to 80, by machine); SIGTERM ends it."""
    flags = ("--uri", "tcp://127.0.0.1:0", "--mic", f"wav:{WAKE}", "--speaker", "none", "--wake-word", "alexa")
    with subprocess.Popen(program(*flags), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready.startswith("READY Earshot satellite tcp://127.0.0.1:")
            uri = ready.split()[-1]
            asyncio.run(hear_one_word(uri))
            rss_mb = psutil.Process(process.pid).memory_info().rss / 1e6
            process.send_signal(signal.SIGTERM)
            process.stdout.read()
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()
    assert rss_mb <= 85


async def hear_one_word(uri: str) -> None:
    async with assistant(uri) as home:
        await home.greet()
        await home.next("detection")
        await home.next("run-pipeline")


@pytest.mark.parametrize(
    ("toml", "flags", "code", "said"),
    [
        ("[mic]\ndevise = 'x'\n", (), 78, "config-value: "),
        ("[mic\n", (), 78, "config-syntax: "),
        ("[wake]\nwords = ['hey_nobody']\n", (), 78, "wake-word-unknown: "),
        ("", ("--uri", "tcp://127.0.0.1:99999"), 78, "uri-invalid: "),
        ("", ("--mic", "wav:/nowhere.wav"), 1, "wav-unreadable: "),
        ("", ("--check-config",), 0, ""),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, toml: str, flags: tuple[str, ...], code: int, said: str):
    path = tmp_path / "satellite.toml"
    path.write_text(toml)
    done = subprocess.run(
        program("--config", str(path), "--speaker", "none", *flags),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == code
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == (1 if said else 0)


def test_a_port_in_use_is_told(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        uri = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        flags = ("--config", str(tmp_path / "none.toml"), "--uri", uri, "--speaker", "none", "--mic", f"wav:{WAKE}")
        done = subprocess.run(program(*flags), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 78
    assert done.stderr.startswith("port-in-use: ")
