"""Sounds, cues, blocks, device names and troubles."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.cues import Cue, cue
from satellite.microphone import BLOCK_BYTES, BlockQueue, Shaper
from satellite.portaudio import Device, choose
from satellite.sound import Sound, sound_of
from satellite.troubles import Troubles
from wire.errors import AudioInvalid, DeviceLost, EarshotError, PeerClosed
from wire.pcm import Pcm, mono_floats, silence


def test_sound_gives_its_blocks_in_order_and_knows_what_waits():
    sound = Sound()
    blocks = [silence(20), silence(30)]
    assert all(sound.push(block) for block in blocks)
    assert sound.waiting_ms == 50
    assert [sound.take(), sound.take(), sound.take()] == [*blocks, None]
    assert sound.waiting_ms == 0
    assert not sound.ended


def test_sound_drops_what_is_beyond_its_limit():
    sound = Sound(limit_seconds=0.1)
    assert sound.push(silence(100))
    assert not sound.push(silence(1))
    sound.take()
    assert sound.push(silence(1))


async def test_whole_waits_for_the_end():
    sound = Sound()
    sound.push(silence(20))
    waiting = asyncio.ensure_future(sound.whole())
    await asyncio.sleep(0)
    assert not waiting.done()
    sound.end()
    assert await waiting == [silence(20)]
    assert await sound_of(silence(5)).whole() == [silence(5)]


@pytest.mark.parametrize("name", ["awake", "done", "error", "timer"])
def test_cues_do_not_click_or_clip(name: Cue):
    """They begin and end near zero and stay below full scale at full volume; their volume can be set."""
    samples = mono_floats(cue(name, volume=1.0))
    assert abs(samples[0]) < 0.01
    assert abs(samples[-1]) < 0.01
    assert 0.2 < float(np.max(np.abs(samples))) < 0.9
    assert float(np.max(np.abs(np.diff(samples)))) < 0.3
    assert float(np.max(np.abs(mono_floats(cue(name, volume=0.0))))) == 0


def test_awake_cue_is_over_before_a_command_is():
    assert cue("awake").duration_ms <= 150


def pcm_of(samples: list[int], channels: int = 1, rate_hz: int = 16_000) -> Pcm:
    return Pcm(rate_hz, 2, channels, np.array(samples, "<i2").tobytes())


@given(st.lists(st.integers(0, 3000), max_size=20))
def test_shaper_loses_and_invents_nothing(lengths: list[int]):
    """Whole blocks come out, in order, whatever the device's own block length is."""
    shaper, count = Shaper(), 0
    whole = b""
    for length in lengths:
        samples = [(count + index) % 30_000 for index in range(length)]
        count += length
        blocks = shaper.shape(pcm_of(samples))
        assert all(len(block) == BLOCK_BYTES for block in blocks)
        whole += b"".join(blocks)
    expected = np.array([index % 30_000 for index in range(count)], "<i2").tobytes()
    assert whole == expected[: len(expected) // BLOCK_BYTES * BLOCK_BYTES]


@pytest.mark.parametrize("channel", [0, 1])
def test_shaper_takes_the_channel_that_was_chosen(channel: int):
    stereo = pcm_of([100, 200] * 1024, channels=2)
    assert Shaper(channel=channel).shape(stereo) == [np.full(1024, 100 * (channel + 1), "<i2").tobytes()]


def test_shaper_amplifies_and_clips():
    louder = Shaper(gain_db=20).shape(pcm_of([100] * 512 + [20_000] * 512))
    samples = np.frombuffer(louder[0], "<i2")
    assert samples[0] == 1000
    assert samples[-1] == 32_767


def test_shaper_resamples():
    blocks = [block for _ in range(50) for block in Shaper().shape(pcm_of([0] * 480, rate_hz=48_000))]
    assert blocks == []  # a converter of its own each time: 160 samples are no block
    shaper = Shaper()
    blocks = [block for _ in range(50) for block in shaper.shape(pcm_of([0] * 4800, rate_hz=48_000))]
    assert len(blocks) == 50 * 1600 // 1024 - 1 or len(blocks) == 50 * 1600 // 1024


async def test_full_block_queue_drops_the_oldest_and_keeps_the_error():
    queue = BlockQueue(maxsize=2)
    for item in (b"1", b"2", b"3"):
        queue.put(item)
    queue.put(DeviceLost("mic-lost", "gone"))
    assert queue.dropped == 2
    assert await queue.get() == b"3"
    with pytest.raises(DeviceLost):
        await queue.get()


def device(name: str, *, inputs: int = 0, outputs: int = 0) -> Device:
    return Device(0, name, inputs, outputs, 48_000)


def test_devices_are_found_by_part_of_their_name():
    webcam, array, headset = (
        device("USB Camera: Audio (hw:2,0)", inputs=1),
        device("ReSpeaker 4 Mic Array", inputs=6),
        device("respeaker", outputs=2),
    )
    devices = [webcam, array, headset]
    assert choose(devices, "mic", "camera") is webcam
    assert choose(devices, "mic", "RESPEAKER") is array
    assert choose(devices, "speaker", "ReSpeaker") is headset
    assert choose(devices, "mic", "hdmi") is None
    assert choose(devices, "speaker", "camera") is None


def test_an_exact_name_wins_over_a_part():
    longer, exact = device("jack 2", outputs=2), device("Jack", outputs=2)
    assert choose([longer, exact], "speaker", "jack") is exact


class Told:
    def __init__(self) -> None:
        self.told: list[str] = []

    async def report(self, error: EarshotError) -> None:
        self.told.append(error.code)

    async def recovered(self, device: str) -> None:
        self.told.append(f"{device} back")


class Gone(Told):
    async def report(self, error: EarshotError) -> None:
        await super().report(error)
        raise PeerClosed("peer-closed", "gone")


async def test_a_trouble_is_told_once_and_so_is_its_end():
    troubles = Troubles()
    troubles.hub = hub = Told()
    for code in ("mic-lost", "mic-missing", "mic-missing", "speaker-lost"):
        await troubles.report(DeviceLost(code, "x"))
    await troubles.recovered("mic")
    await troubles.recovered("mic")
    await troubles.report(DeviceLost("mic-missing", "x"))
    assert hub.told == ["mic-lost", "mic-missing", "speaker-lost", "mic back", "mic-missing"]


async def test_a_new_hub_is_told_what_is_broken():
    troubles = Troubles()
    await troubles.report(DeviceLost("mic-lost", "x"))
    await troubles.report(AudioInvalid("audio-format", "x"))
    troubles.hub = hub = Told()
    await troubles.tell_all()
    assert hub.told == ["mic-lost"]


async def test_a_hub_that_is_gone_is_not_our_trouble():
    troubles = Troubles()
    troubles.hub = hub = Gone()
    await troubles.report(DeviceLost("mic-lost", "x"))
    await troubles.tell_all()
    assert hub.told == ["mic-lost"] * 2
