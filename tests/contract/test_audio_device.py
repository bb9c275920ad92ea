"""What every microphone and speaker promises: held by the fakes of our tests and by PortAudio on virtual devices."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from satellite.microphone import BLOCK_BYTES, DeviceMicrophone, Microphone
from satellite.portaudio import AudioSystem
from satellite.sound import Sound, sound_of
from satellite.speaker import DeviceSpeaker, Speaker
from tests.fakes_audio import QUIET, FakeMicrophone, FakeSpeaker
from tests.pulse import MIC, RATE_HZ, SPEAKER, Pulse, pulse_server
from wire.errors import AudioInvalid, DeviceLost
from wire.pcm import Pcm, mono_floats, speech, to_16_bit

REAL = pytest.param("real", marks=pytest.mark.audio_device)


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[Pulse]:
    with pulse_server(tmp_path) as server:
        yield server


@dataclass
class Device:
    """A microphone or a speaker, and hands to plug it."""

    plug: Callable[[], None]
    unplug: Callable[[], None]
    users: Callable[[], int]


@dataclass
class Mic(Device):
    microphone: Microphone


@dataclass
class Loudspeaker(Device):
    speaker: Speaker


@pytest.fixture(params=["fake", REAL])
async def mic(request: pytest.FixtureRequest) -> AsyncIterator[Mic]:
    if request.param == "fake":
        fake = FakeMicrophone()
        yield Mic(fake.plug, fake.unplug, lambda: fake.users, _talking(fake))
        return
    pulse: Pulse = request.getfixturevalue("pulse")
    system = AudioSystem()
    microphone = DeviceMicrophone(system, MIC.upper(), silent_seconds=0.5)
    yield Mic(pulse.plug_microphone, pulse.unplug_microphone, lambda: pulse.microphone_users, microphone)
    system.close()


@pytest.fixture(params=["fake", REAL])
async def loudspeaker(request: pytest.FixtureRequest) -> AsyncIterator[Loudspeaker]:
    if request.param == "fake":
        fake = FakeSpeaker()

        yield Loudspeaker(fake.plug, fake.unplug, lambda: 0, fake)
        return
    pulse: Pulse = request.getfixturevalue("pulse")
    system = AudioSystem()
    async with DeviceSpeaker(system, SPEAKER, keep_open_seconds=0.2, silent_seconds=0.5).opened() as speaker:
        yield Loudspeaker(pulse.plug_speaker, pulse.unplug_speaker, lambda: pulse.speaker_users, speaker)
    system.close()


def _talking(fake: FakeMicrophone) -> Microphone:
    """A fake that is never without audio while open and plugged in, like a device."""
    record = fake.record

    @contextlib.asynccontextmanager
    async def endless() -> AsyncIterator[AsyncIterator[bytes]]:
        async with record() as blocks:

            async def fed() -> AsyncIterator[bytes]:
                while True:
                    fake.hear(QUIET)
                    yield await anext(blocks)

            yield fed()

    fake.record = endless  # type: ignore[method-assign]
    return fake


def tone(hz: float, *, seconds: float = 0.5, rate_hz: int = 16_000) -> Pcm:
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return Pcm(rate_hz, 2, 1, to_16_bit((0.5 * np.sin(2 * np.pi * hz * time)).astype(np.float32)))


def loudest_hz(pcm: Pcm) -> float:
    samples = mono_floats(pcm)
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * pcm.rate_hz / len(samples))


async def test_microphone_gives_whole_blocks_until_left(mic: Mic):
    """Every block has BLOCK_BYTES; when the block is left, nothing holds the device any more (mute is real)."""
    async with mic.microphone.record() as blocks:
        got = [await anext(blocks) for _ in range(5)]
        assert await asyncio.to_thread(mic.users) == 1
    assert {len(block) for block in got} == {BLOCK_BYTES}
    assert await asyncio.to_thread(mic.users) == 0


async def test_microphone_can_be_opened_again(mic: Mic):
    for _ in range(3):
        async with mic.microphone.record() as blocks:
            await anext(blocks)


async def test_unplugged_microphone_is_lost_and_comes_back(mic: Mic):
    """Unplugging ends the blocks with DeviceLost; while it is away, opening says so; plugged in, it works again."""
    with pytest.raises(DeviceLost) as lost:  # noqa: PT012 - the device is lost inside the block
        async with mic.microphone.record() as blocks:
            await anext(blocks)
            await asyncio.to_thread(mic.unplug)
            async for _ in blocks:
                pass
    assert lost.value.code == "mic-lost"
    with pytest.raises(DeviceLost):
        async with mic.microphone.record() as blocks:
            await anext(blocks)
    await asyncio.to_thread(mic.plug)
    async with mic.microphone.record() as blocks:
        assert len(await anext(blocks)) == BLOCK_BYTES


async def test_cancelling_a_recording_closes_the_device(mic: Mic):
    opened = asyncio.Event()

    async def listen() -> None:
        async with mic.microphone.record() as blocks:
            async for _ in blocks:
                opened.set()
                await asyncio.sleep(0)

    task = asyncio.create_task(listen())
    await opened.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(mic.users) == 0


async def test_speaker_returns_when_a_sound_was_played(loudspeaker: Loudspeaker):
    await loudspeaker.speaker.play(sound_of(tone(440, seconds=0.2)))
    await loudspeaker.speaker.play(sound_of(tone(440, seconds=0.2, rate_hz=22_050)))


async def test_an_empty_sound_is_played_at_once(loudspeaker: Loudspeaker):
    sound = Sound()
    sound.end()
    await loudspeaker.speaker.play(sound)


async def test_cancelled_sound_leaves_the_speaker_usable(loudspeaker: Loudspeaker):
    endless = asyncio.create_task(loudspeaker.speaker.play(Sound()))
    await asyncio.sleep(0.1)
    waiting = asyncio.create_task(loudspeaker.speaker.play(sound_of(tone(440, seconds=0.1))))
    endless.cancel()
    await waiting
    with pytest.raises(asyncio.CancelledError):
        await endless


async def test_a_sound_may_not_change_its_format(loudspeaker: Loudspeaker):
    sound = Sound()
    sound.push(tone(440, seconds=0.1))
    sound.push(tone(440, seconds=0.1, rate_hz=22_050))
    sound.end()
    with pytest.raises(AudioInvalid):
        await loudspeaker.speaker.play(sound)


async def test_missing_speaker_says_so_and_comes_back(loudspeaker: Loudspeaker):
    await asyncio.to_thread(loudspeaker.unplug)
    with pytest.raises(DeviceLost):
        await loudspeaker.speaker.play(sound_of(tone(440, seconds=0.1)))
    await asyncio.to_thread(loudspeaker.plug)
    await loudspeaker.speaker.play(sound_of(tone(440, seconds=0.1)))


# --- what only a real device can show


@pytest.mark.audio_device
@pytest.mark.parametrize("gain_db", [0.0, -12.0])
async def test_what_is_said_is_what_is_recorded(pulse: Pulse, gain_db: float):
    """A 440 Hz tone comes out of the microphone as 440 Hz, at the loudness that was asked for."""
    system = AudioSystem()
    said = tone(440, seconds=1.0, rate_hz=44_100)
    with pulse.said(said):
        async with DeviceMicrophone(system, "EARSHOT_M", gain_db=gain_db).record() as blocks:
            skipped = [await anext(blocks) for _ in range(15)]
            heard = b"".join([await anext(blocks) for _ in range(15)])
    system.close()
    assert len(skipped) == 15
    assert loudest_hz(speech(heard)) == pytest.approx(440, abs=3)
    level = float(np.sqrt(np.mean(mono_floats(speech(heard)) ** 2)))
    assert 20 * np.log10(level / (0.5 / np.sqrt(2))) == pytest.approx(gain_db, abs=1.0)


@pytest.mark.audio_device
async def test_what_is_played_is_what_is_heard(pulse: Pulse, tmp_path: Path):
    """The whole tone, and nothing of it missing at the beginning or the end, has been heard when play() returns."""
    system, recording = AudioSystem(), tmp_path / "heard.raw"
    async with DeviceSpeaker(system, SPEAKER).opened() as speaker:
        with pulse.recorded(recording):
            await speaker.play(sound_of(tone(660, seconds=0.8, rate_hz=22_050)))
            await asyncio.sleep(0.3)  # the monitor's own latency
    system.close()
    heard = Pcm(RATE_HZ, 2, 1, recording.read_bytes()[: recording.stat().st_size // 2 * 2])
    samples = mono_floats(heard)
    loud = np.flatnonzero(np.abs(samples) > 0.05)
    assert (loud[-1] - loud[0]) / RATE_HZ == pytest.approx(0.8, abs=0.05)
    assert loudest_hz(Pcm(RATE_HZ, 2, 1, heard.data[loud[0] * 2 : loud[-1] * 2])) == pytest.approx(660, abs=3)


@pytest.mark.audio_device
async def test_cancelled_playback_is_silent_soon(pulse: Pulse, tmp_path: Path):
    """After a barge-in only what the device itself holds is heard, far less than what was queued."""
    system, recording = AudioSystem(), tmp_path / "heard.raw"
    async with DeviceSpeaker(system, SPEAKER).opened() as speaker:
        with pulse.recorded(recording):
            play = asyncio.create_task(speaker.play(sound_of(tone(660, seconds=10))))
            while pulse.speaker_users == 0:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.5)
            play.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await play
            await asyncio.sleep(1.5)
    system.close()
    loud = np.flatnonzero(np.abs(mono_floats(Pcm(RATE_HZ, 2, 1, recording.read_bytes()))) > 0.05)
    assert 0.1 < (loud[-1] - loud[0]) / RATE_HZ < 2.0


@pytest.mark.audio_device
async def test_speaker_unplugged_in_a_sound_is_lost(pulse: Pulse):
    system = AudioSystem()
    async with DeviceSpeaker(system, SPEAKER, silent_seconds=0.5).opened() as speaker:
        play = asyncio.create_task(speaker.play(sound_of(tone(660, seconds=30))))
        while pulse.speaker_users == 0:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(pulse.unplug_speaker)
        with pytest.raises(DeviceLost) as lost:
            await play
        assert lost.value.code == "speaker-lost"
        await asyncio.to_thread(pulse.plug_speaker)
        await speaker.play(sound_of(tone(660, seconds=0.1)))
    system.close()


@pytest.mark.audio_device
async def test_an_unknown_name_lists_what_is_there(pulse: Pulse):
    """The error names the devices that there are, so that the person can correct the name."""
    system = AudioSystem()
    with pytest.raises(DeviceLost) as missing:
        async with DeviceMicrophone(system, "no such thing").record():
            pass
    system.close()
    assert missing.value.code == "mic-missing"
    assert MIC in missing.value.message


@pytest.mark.audio_device
def test_devices_are_listed_quietly(pulse: Pulse, capfd: pytest.CaptureFixture[str]):
    """ALSA, JACK and PortAudio print nothing to a person's terminal."""
    system = AudioSystem()
    names = {device.name for device in system.devices()}
    system.close()
    assert {MIC, SPEAKER} <= names
    assert capfd.readouterr().err == ""
