"""Samples: every width means the same sound, and a stream converts to the same whatever its blocks are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import AudioInvalid
from wire.pcm import Converter, Pcm, mono_floats, rms_dbfs, silence, speech, to_16_bit, to_speech

Floats = npt.NDArray[np.float64]


def tone(frequency_hz: float, rate_hz: int, seconds: float = 0.5, level: float = 0.5) -> Floats:
    return level * np.sin(2 * np.pi * frequency_hz * np.arange(int(rate_hz * seconds)) / rate_hz)


def interleaved(channels: list[Floats], width_bytes: int) -> bytes:
    full = 2 ** (8 * width_bytes - 1)
    samples = np.rint(np.stack(channels, axis=1) * full).astype("<i8").reshape(-1)
    return samples.view(np.uint8).reshape(-1, 8)[:, :width_bytes].tobytes()


def strongest_hz(pcm: Pcm) -> float:
    samples = mono_floats(pcm)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * pcm.rate_hz / len(samples))


# widths and channels


@pytest.mark.parametrize("width_bytes", [2, 3, 4])
def test_every_width_means_the_same_sound(width_bytes: int) -> None:
    wave = tone(440, 16_000)
    pcm = Pcm(16_000, width_bytes, 1, interleaved([wave], width_bytes))
    assert np.max(np.abs(mono_floats(pcm) - wave)) < 1e-4


@pytest.mark.parametrize(
    ("width_bytes", "lowest", "highest"),
    [
        (2, b"\x00\x80", b"\xff\x7f"),
        (3, b"\x00\x00\x80", b"\xff\xff\x7f"),
        (4, b"\x00\x00\x00\x80", b"\xff\xff\xff\x7f"),
    ],
)
def test_the_ends_of_the_scale(width_bytes: int, lowest: bytes, highest: bytes) -> None:
    floats = mono_floats(Pcm(16_000, width_bytes, 1, lowest + highest + bytes(width_bytes)))
    assert floats[0] == -1
    assert floats[1] == pytest.approx(1, abs=1e-4)
    assert floats[2] == 0


def test_channels_are_averaged() -> None:
    wave = tone(440, 16_000)
    pcm = Pcm(16_000, 2, 2, interleaved([wave, wave * 0], 2))
    assert np.max(np.abs(mono_floats(pcm) - wave / 2)) < 1e-4
    opposite = Pcm(16_000, 2, 2, interleaved([wave, -wave], 2))
    assert rms_dbfs(opposite) < -80


@given(st.binary(max_size=200).map(lambda data: data[: len(data) // 2 * 2]))
def test_16_bit_samples_survive_the_way_through_floats(data: bytes) -> None:
    assert to_16_bit(mono_floats(speech(data))) == data


def test_too_loud_is_clipped_and_not_wrapped() -> None:
    assert to_16_bit(np.array([2.0, -2.0, 1.0], np.float32)) == b"\xff\x7f\x00\x80\xff\x7f"


def test_loudness() -> None:
    assert rms_dbfs(speech(b"")) == float("-inf")
    assert rms_dbfs(silence(100)) == float("-inf")
    assert rms_dbfs(speech(interleaved([tone(1000, 16_000, level=1)], 2))) == pytest.approx(-3.01, abs=0.05)


def test_lengths() -> None:
    pcm = Pcm(48_000, 3, 2, bytes(6 * 480))
    assert (pcm.frame_bytes, pcm.frames, pcm.duration_ms) == (6, 480, 10.0)
    assert silence(20).frames == 320
    assert silence(20).is_speech_format
    assert not pcm.is_speech_format


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ((7_999, 2, 1, b""), "7999 Hz"),
        ((192_001, 2, 1, b""), "192001 Hz"),
        ((16_000, 1, 1, b""), "8-bit"),
        ((16_000, 5, 1, b""), "40-bit"),
        ((16_000, 2, 0, b""), "0 channels"),
        ((16_000, 2, 17, b""), "17 channels"),
        ((16_000, 2, 2, b"123"), "3 bytes"),
    ],
)
def test_other_forms_are_refused_by_name(form: tuple[int, int, int, bytes], says: str) -> None:
    with pytest.raises(AudioInvalid, match=says) as refused:
        Pcm(*form)
    assert refused.value.code == "audio-format"


# conversion


def test_speech_is_passed_on_as_it_is() -> None:
    pcm = silence(20)
    assert Converter().convert(pcm) is pcm
    assert to_speech(pcm) is pcm


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("width_bytes", [2, 3, 4])
def test_frequency_length_and_loudness_are_kept(rate_hz: int, channels: int, width_bytes: int) -> None:
    wave = tone(440, rate_hz)
    pcm = to_speech(Pcm(rate_hz, width_bytes, channels, interleaved([wave] * channels, width_bytes)))
    assert pcm.is_speech_format
    assert pcm.duration_ms == pytest.approx(500, abs=1)
    assert strongest_hz(pcm) == pytest.approx(440, abs=3)
    assert rms_dbfs(pcm) == pytest.approx(-9.03, abs=0.2)


def test_what_16_khz_cannot_hold_does_not_fold_back() -> None:
    pcm = to_speech(Pcm(48_000, 2, 1, interleaved([tone(10_000, 48_000)], 2)))
    assert rms_dbfs(speech(pcm.data[3200:-3200])) < -80  # without the click where the tone begins and ends


@given(
    form=st.sampled_from([(48_000, 2, 2), (44_100, 3, 1), (22_050, 2, 1), (8_000, 4, 2), (16_000, 3, 2)]),
    cuts=st.lists(st.integers(0, 10_000), max_size=12),
    seed=st.integers(0, 2**32 - 1),
    end_known=st.booleans(),
)
def test_a_stream_converts_to_the_same_whatever_its_blocks_are(
    form: tuple[int, int, int], cuts: list[int], seed: int, *, end_known: bool
) -> None:
    rate_hz, width_bytes, channels = form
    frame_bytes = width_bytes * channels
    data = np.random.default_rng(seed).integers(0, 256, 3_000 * frame_bytes, np.uint8).tobytes()
    whole = to_speech(Pcm(rate_hz, width_bytes, channels, data))
    places = sorted({0, *(cut % 3_000 for cut in cuts)})
    converter, blocks = Converter(), []
    for begin, end in zip(places, [*places[1:], 3_000], strict=True):
        block = Pcm(rate_hz, width_bytes, channels, data[begin * frame_bytes : end * frame_bytes])
        blocks.append(converter.convert(block, last=end_known and end == 3_000).data)
    if not end_known:
        blocks.append(converter.finish().data)
    ours = np.frombuffer(b"".join(blocks), "<i2").astype(int)
    theirs = np.frombuffer(whole.data, "<i2").astype(int)
    assert len(ours) == len(theirs)
    assert np.max(np.abs(ours - theirs), initial=0) <= 1


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_nothing_converts_to_nothing(rate_hz: int) -> None:
    assert Converter().finish().data == b""
    assert to_speech(Pcm(rate_hz, 2, 2, b"")).data == b""


def test_a_stream_cannot_change_its_format() -> None:
    converter = Converter()
    converter.convert(Pcm(48_000, 2, 2, bytes(4 * 480)))
    with pytest.raises(AudioInvalid) as refused:
        converter.convert(Pcm(44_100, 2, 2, bytes(4 * 480)))
    assert refused.value.code == "audio-format"


def test_other_target_rates() -> None:
    pcm = Converter(22_050).convert(Pcm(16_000, 2, 1, interleaved([tone(440, 16_000)], 2)), last=True)
    assert pcm.rate_hz == 22_050
    assert strongest_hz(pcm) == pytest.approx(440, abs=3)
