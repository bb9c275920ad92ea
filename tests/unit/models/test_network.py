"""The streamed speech-embedding network gives what the published one gives over whole windows, taps included."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import ModelInvalid
from models.wake.build import build_embedding
from models.wake.embedding_files import read_embedding
from models.wake.layers import Conv, Floor, Layer, LeakyRelu, MaxPool, checked
from models.wake.mel import silent_frames
from models.wake.network import Network, Step
from tests.wake_networks import EMBEDDING_FILE, network

STEPS = 24
SETTLED_STEPS = 10  # a window has 76 frames


def _mel(*, rooms: int = 1, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 2, (rooms, STEPS * 8, 32)).astype(np.float32)


def _streamed(network: Network, mel: NDArray[np.float32]) -> list[Step]:
    steps, state = [], None
    for start in range(0, mel.shape[1], 8):
        steps.append(network.step(mel[:, start : start + 8], state))
        state = steps[-1].state
    return steps


def _windows(values: NDArray[np.float32], *, end: int) -> NDArray[np.float32]:
    return values[:, end - 76 : end]


def _plainly(layers: tuple[Layer, ...], window: NDArray[np.float32]) -> list[NDArray[np.float64]]:
    """The network by its definition, in float64: the value before each layer and at the end, [rows, bins, channels]."""
    values = [window[..., np.newaxis].astype(np.float64)]
    for layer in layers:
        before = values[-1]
        match layer:
            case Conv(weights, bias, pad_bins):
                padded = np.pad(before, ((0, 0), (pad_bins, pad_bins), (0, 0)))
                seen = np.lib.stride_tricks.sliding_window_view(padded, weights.shape[:2], axis=(0, 1))
                values.append(np.einsum("tfcij,ijco->tfo", seen, weights) + bias)
            case LeakyRelu(slope):
                values.append(np.where(before > 0, before, before * slope))
            case Floor(value):
                values.append(np.maximum(before, value))
            case MaxPool(rows, bins):
                whole = before[: before.shape[0] // rows * rows]
                shape = (whole.shape[0] // rows, rows, whole.shape[1] // bins, bins, whole.shape[2])
                values.append(whole.reshape(shape).max(axis=(1, 3)))
    return values


def test_an_embedding_is_that_of_the_whole_window():
    """Ten steps after the start every embedding equals the published network over the last 76 frames."""
    mel, layers = _mel(), read_embedding(EMBEDDING_FILE.read_bytes())
    steps = _streamed(network(), mel)
    for number in range(SETTLED_STEPS - 1, STEPS):
        whole = _plainly(layers, _windows(mel, end=8 * (number + 1))[0])[-1]
        np.testing.assert_allclose(steps[number].embedding[0], whole.reshape(96), atol=1e-3)


def test_taps_are_those_of_the_windows_that_end_every_40_ms():
    """Each row: before the fourth pool and before the fifth, at the middle of the window, then its embedding."""
    mel, layers = _mel(), read_embedding(EMBEDDING_FILE.read_bytes())
    steps = _streamed(network(taps=True), mel)
    fourth, fifth = [place for place, layer in enumerate(layers) if isinstance(layer, MaxPool)][-2:]
    for number in range(SETTLED_STEPS, STEPS):
        for row, end in ((0, 8 * number + 4), (1, 8 * number + 8)):
            values = _plainly(layers, _windows(mel, end=end)[0])
            middle4, middle5 = values[fourth][4:6].max(axis=0), values[fifth][2:4].max(axis=0)
            halves = np.maximum(middle4[0::2], middle4[1::2])
            whole = np.concatenate([halves.T.ravel(), middle5.T.ravel(), values[-1].ravel()])
            np.testing.assert_allclose(steps[number].taps[0, row], whole, atol=1e-3)
        np.testing.assert_array_equal(steps[number].taps[0, 1, -96:], steps[number].embedding[0])


@pytest.mark.parametrize("at_once", [2, 4])
def test_with_taps_several_steps_at_once_are_the_same(at_once):
    mel, streamed = _mel(rooms=2, seed=4), network(taps=True)
    alone = _streamed(streamed, mel)
    rows = STEPS // at_once * at_once
    state, taps = None, []
    for number in range(0, rows, at_once):
        done = streamed.step(mel[:, 8 * number : 8 * (number + at_once)], state)
        state = done.state
        taps.append(done.taps)
        np.testing.assert_allclose(done.embedding, alone[number + at_once - 1].embedding, atol=1e-4)
    np.testing.assert_allclose(
        np.concatenate(taps, 1), np.concatenate([step.taps for step in alone[:rows]], 1), atol=1e-3
    )


def test_rooms_in_one_batch_do_not_touch_each_other():
    mel, streamed = _mel(rooms=5, seed=3), network()
    together = _streamed(streamed, mel)
    for room in range(5):
        alone = _streamed(streamed, mel[room : room + 1])
        for one, all_rooms in zip(alone, together, strict=True):
            np.testing.assert_allclose(all_rooms.embedding[room], one.embedding[0], atol=1e-4)


def test_silence_changes_nothing_any_more():
    """The state that rooms begin with is the one that endless silence leaves."""
    from_silence = network()
    again = from_silence.step(silent_frames(), from_silence.silence.state)
    np.testing.assert_array_equal(again.state, from_silence.silence.state)
    np.testing.assert_array_equal(again.embedding, from_silence.silence.embedding)


def test_another_network_is_refused():
    """A file that is read but is no speech embedding of 76 frames every 8 says what it is."""
    first, slope, floor, *rest = read_embedding(EMBEDDING_FILE.read_bytes())
    with pytest.raises(ModelInvalid, match="96 values from 78 frames every 8"):
        checked([Conv(np.zeros((3, 1, 1, 1), np.float32), np.zeros(1, np.float32), 0), first, slope, floor, *rest])
    with pytest.raises(ModelInvalid, match="a convolution of 24 channels after one that gives 1"):
        checked(rest)


@pytest.mark.parametrize("length", [0, 3, 8, 100, 5000, 400_000, 1_330_000])
def test_a_truncated_file_never_gives_a_network(length):
    """Whatever a parser makes of half a file, it is no network. (In the product the parser has its own process.)"""
    source = EMBEDDING_FILE.read_bytes()[:length]
    with pytest.raises(Exception):  # noqa: B017 - any: the child's exit says the rest
        build_embedding(source)
