"""The whole satellite on real (virtual) sound devices: heard through the microphone, answered through the speaker."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from wyoming.asr import Transcript
from wyoming.error import Error
from wyoming.satellite import PauseSatellite, RunSatellite
from wyoming.user_event import UserEvent

from tests.flow.test_satellite import WAKE, Assistant, assistant, hear_one_word, program, satellite
from tests.pulse import MIC, SPEAKER, Pulse, pulse_server
from wire.pcm import Pcm, silence, speech, to_speech
from wire.wav import read_wav

pytestmark = [
    pytest.mark.audio_device,
    pytest.mark.skipif(not WAKE.exists(), reason=f"recording is not there: {WAKE}"),
]

DEVICES = {
    "mic": {"device": MIC},
    "speaker": {"device": SPEAKER},
    "limits": {"device_silent_seconds": 0.5, "retry_min_seconds": 0.1, "retry_max_seconds": 0.2},
}


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[Pulse]:
    with pulse_server(tmp_path) as server:
        yield server


@pytest.fixture
def alexa() -> Pcm:
    return speech(silence(2500).data + to_speech(read_wav(WAKE)).data)


async def told(home: Assistant, name: str, **data: object) -> None:
    while UserEvent.from_event(event := await home.next("user-event")).name != name or event.data["data"] != data:
        pass


async def user_count(pulse: Pulse, count: int) -> None:
    async with asyncio.timeout(10):
        while await asyncio.to_thread(lambda: pulse.microphone_users) != count:
            await asyncio.sleep(0.02)


async def test_a_turn_through_sound_devices(tmp_path: Path, pulse: Pulse, alexa: Pcm):
    async with satellite(tmp_path, **DEVICES) as uri, assistant(uri) as home:
        await home.greet()
        with pulse.said(alexa):
            await home.next("detection")
            await home.next("run-pipeline")
            assert len(await home.audio(0.5)) >= 16_000
        await home.send(Transcript(text="x").event())
        await home.say(silence(300))
        await home.next("played")


async def test_mute_closes_the_device(tmp_path: Path, pulse: Pulse):
    """While muted, the sound server has no stream of ours: nothing can be recorded."""
    async with satellite(tmp_path, **DEVICES) as uri, assistant(uri) as home:
        await home.greet()
        await told(home, "muted", muted=False)
        assert await asyncio.to_thread(lambda: pulse.microphone_users) == 1
        await home.send(PauseSatellite().event())
        await told(home, "muted", muted=True)
        assert await asyncio.to_thread(lambda: pulse.microphone_users) == 0
        await home.send(RunSatellite().event())
        await told(home, "muted", muted=False)


async def test_unplugged_in_a_command_and_back(tmp_path: Path, pulse: Pulse, alexa: Pcm):
    """The command ends (audio-stop), the hub is told why, once; plugged in again, the next wake word is heard."""
    async with satellite(tmp_path, **DEVICES) as uri, assistant(uri) as home:
        await home.greet()
        await told(home, "muted", muted=False)
        await home.send(UserEvent(name="listen-now").event())
        await home.audio(0.2)
        await asyncio.to_thread(pulse.unplug_microphone)
        await home.next("audio-stop")
        error = Error.from_event(await home.next("error"))
        assert error.code == "mic-lost"
        assert MIC in error.text
        await asyncio.to_thread(pulse.plug_microphone)
        await told(home, "device-recovered", device="mic")
        with pulse.said(alexa):
            await home.next("detection")


async def test_a_speaker_that_comes_late_is_found(tmp_path: Path, pulse: Pulse):
    """Missing at the start: the hub is told, answers count as played; plugged in, it is used without a restart."""
    await asyncio.to_thread(pulse.unplug_speaker)
    async with satellite(tmp_path, **DEVICES) as uri, assistant(uri) as home:
        await home.greet()
        await told(home, "muted", muted=False)
        await home.say(silence(100))
        assert Error.from_event(await home.next("error")).code.startswith("speaker-")
        await home.next("played")
        await asyncio.to_thread(pulse.plug_speaker)
        await user_count(pulse, 1)
        await home.say(silence(100))
        await told(home, "device-recovered", device="speaker")


def test_satellite_process_is_small_on_sound_devices(tmp_path: Path, pulse: Pulse, alexa: Pcm):
    """Listing ALSA's devices loads codecs: with microphone and speaker in use the process stays under 95 MB.

    The goal is 80 MB and is missed: docs/benchmarks.md says by what.
    """
    flags = ("--uri", "tcp://127.0.0.1:0", "--mic", MIC, "--speaker", SPEAKER, "--wake-word", "alexa")
    with subprocess.Popen(program(*flags), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            uri = process.stdout.readline().split()[-1]
            with pulse.said(alexa):
                asyncio.run(hear_one_word(uri))
            rss_mb = psutil.Process(process.pid).memory_info().rss / 1e6
            process.send_signal(signal.SIGTERM)
            process.stdout.read()
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()
    assert rss_mb <= 95
