"""The mel spectrogram: the bands and levels that openWakeWord's networks expect, room by room."""

from __future__ import annotations

import numpy as np
import pytest

from models.wake.mel import PAST_SAMPLES, STEP_SAMPLES, mel_frames, silent_frames
from tests.wake_networks import NETWORKS

SAMPLES = PAST_SAMPLES + STEP_SAMPLES


def _tone(hz: float, amplitude: float = 8000) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(SAMPLES) / 16_000)).astype(np.float32)


def _sounds() -> np.ndarray:
    random = np.random.default_rng(0)
    return np.stack(
        [
            np.zeros(SAMPLES, np.float32),
            random.normal(0, 1, SAMPLES).astype(np.float32),
            random.normal(0, 3000, SAMPLES).astype(np.float32),
            random.normal(2000, 3, SAMPLES).astype(np.float32),
            _tone(440),
            _tone(3500),
            np.where(np.arange(SAMPLES) > 1200, _tone(1000), 0).astype(np.float32),
        ]
    )


def test_equals_the_published_spectrogram():
    """Within 1e-3 of openWakeWord's own network for silence, noise, tones, an offset and an onset."""
    model = NETWORKS / "melspectrogram.onnx"
    if not model.is_file():
        pytest.skip(f"no {model}")
    from onnx.reference import ReferenceEvaluator  # noqa: PLC0415 - only where there is something to compare with

    published = ReferenceEvaluator(str(model))
    for sound in _sounds():
        (decibels,) = published.run(None, {"input": sound[np.newaxis]})
        np.testing.assert_allclose(mel_frames(sound[np.newaxis])[0], decibels.reshape(-1, 32) / 10 + 2, atol=1e-3)


def test_a_tone_is_loudest_in_its_own_band():
    """32 bands from 60 to 3800 Hz: 100 Hz is in the first, 3700 Hz in the last."""
    frames = mel_frames(np.stack([_tone(100), _tone(3700)]))
    assert frames[0].argmax(axis=1).tolist() == [0] * 8
    assert frames[1].argmax(axis=1).tolist() == [31] * 8


def test_no_band_is_more_than_80_db_below_the_loudest_of_its_step():
    frames = mel_frames(_sounds())
    assert (frames.max(axis=(1, 2)) - frames.min(axis=(1, 2))).max() <= 8.0001


def test_a_loud_room_does_not_raise_the_floor_of_another():
    sounds = _sounds()
    for room, frames in enumerate(mel_frames(sounds)):
        np.testing.assert_array_equal(frames, mel_frames(sounds[room : room + 1])[0])


def test_silence_is_as_quiet_as_it_gets():
    assert np.unique(silent_frames()).tolist() == [pytest.approx(-8.0, abs=2e-6)]  # a last bit of some processors
