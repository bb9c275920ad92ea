"""The second look's network says what torch says of a whole utterance, and belongs to one first network."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import onnx
import pytest

from models.errors import ModelInvalid
from models.recogniser.confidence import Look, LookAgain
from models.recogniser.installed import second_beside
from models.recogniser.looks import LOOKS, UNLEARNED, VALUES
from models.recogniser.network import PhoneNetwork
from models.recogniser.second import SecondNetwork
from models.wake.layers import MEL_BINS, STEP_FRAMES
from tests.unit.models.recogniser.networks import (
    tap_network,
    tiny_head,
    tiny_network,
    tiny_second_file,
    tiny_second_head,
)
from tests.wake_networks import network as wake_network

AGAIN = LookAgain((Look(0.5, second=False, weights=(1.0,) * (VALUES + 1)),), accept=0.4)


@pytest.fixture
def first(tmp_path) -> PhoneNetwork:
    return tiny_network(tmp_path)


def _mel(steps: int) -> np.ndarray:
    """Of whole steps of 80 ms."""
    return np.random.default_rng(steps).normal(5, 2, (STEP_FRAMES * steps, MEL_BINS)).astype(np.float32)


@pytest.mark.parametrize(("bits", "near"), [(32, 1e-4), (8, 0.25)])
@pytest.mark.parametrize("steps", [1, 2, 7, 75])
def test_it_is_the_trained_head_on_an_utterance_of_any_length(tmp_path, first, bits, near, steps):
    """To the rounding of eight bits."""
    torch = pytest.importorskip("torch")
    network = SecondNetwork(tiny_second_file(tmp_path, first, bits=bits), first)
    with torch.no_grad():
        head = tiny_second_head(len(first.alphabet.phones) + 1)
        whole = head(torch.from_numpy(_mel(steps))[None]).log_softmax(-1)[0].numpy()
    heard = network.hear(_mel(steps))
    assert heard.shape == (4 * steps, len(first.alphabet.phones) + 1)
    np.testing.assert_allclose(heard, whole, atol=near)


def test_the_end_is_known_at_the_beginning(tmp_path, first):
    """Both directions: another last frame changes the first likelihoods."""
    network = SecondNetwork(tiny_second_file(tmp_path, first), first)
    mel = _mel(20)
    before = network.hear(mel)
    mel[-60:] += 3
    assert np.abs(network.hear(mel)[0] - before[0]).max() > 1e-4


def test_below_it_is_what_the_wake_engine_hears():
    """Its network with taps, step by step, from silence on: the same, before anything is learned."""
    torch = pytest.importorskip("torch")
    mel, streamed = _mel(12), wake_network(taps=True)
    state, taps = streamed.silence.state, []
    for step in mel.reshape(-1, 1, STEP_FRAMES, MEL_BINS):
        heard = streamed.step(step, state)
        state = heard.state
        taps.append(heard.taps[0])
    with torch.no_grad():
        whole = tap_network()(torch.from_numpy(mel)[None])[0].numpy()
    np.testing.assert_allclose(whole, np.concatenate(taps), atol=1e-3)


def test_it_begins_with_saying_what_the_first_says():
    """A head that has learned nothing yet is the first one, but for what its new layers add."""
    torch = pytest.importorskip("torch")
    from models.recogniser.training.second_head import SecondHead  # noqa: PLC0415 - torch

    first, hears = tiny_head(10), tap_network()
    torch.manual_seed(1)
    second = SecondHead(first, hears, width=24, recurrent=16).eval()
    mel = torch.from_numpy(_mel(15))[None]
    with torch.no_grad():
        assert (second(mel) - first(hears(mel))).abs().max() < 0.1 * first(hears(mel)).abs().max()
    with torch.no_grad():
        second.first.leave.weight.zero_()
    assert first.leave.weight.abs().max() > 0


def test_the_file_says_what_is_looked_at(tmp_path, first):
    assert SecondNetwork(tiny_second_file(tmp_path, first, again=AGAIN), first).again == AGAIN
    assert [look.second for look in UNLEARNED.looks] == [look.second for look in LOOKS]


def test_it_is_found_beside_the_first(tmp_path, first):
    assert second_beside(tmp_path / "recogniser.onnx") is None
    path = tiny_second_file(tmp_path, first)
    assert second_beside(tmp_path / "recogniser.onnx") == path


def test_one_that_belongs_to_another_first_file_is_refused(tmp_path, first):
    path = tiny_second_file(tmp_path, first)
    with pytest.raises(ModelInvalid, match="belongs to another") as raised:
        SecondNetwork(path, tiny_network(tmp_path, bits=32))
    assert raised.value.code == "recogniser-invalid"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("first", None),
        ("again", None),
        ("again", "["),
        ("again", json.dumps(asdict(LookAgain((), 0.5)))),
        ("again", json.dumps(asdict(LookAgain((Look(3.0, second=True, weights=(1.0, 2.0)),), 0.5)))),
        ("again", json.dumps(asdict(LookAgain((replace(AGAIN.looks[0], dry=True), AGAIN.looks[0]), 0.5)))),
    ],
)
def test_one_whose_description_is_wrong_is_refused(tmp_path, first, key, value):
    path = tiny_second_file(tmp_path, first)
    model = onnx.load(path)
    told = {entry.key: entry.value for entry in model.metadata_props}
    assert key in told
    onnx.helper.set_model_props(model, {**told, key: value} if value else {k: v for k, v in told.items() if k != key})
    onnx.save(model, path)
    with pytest.raises(ModelInvalid) as raised:
        SecondNetwork(path, first)
    assert raised.value.code == "recogniser-invalid"


@pytest.mark.parametrize("content", [b"", b"garbage", bytes(1000)])
def test_a_file_that_is_none_is_refused(tmp_path, first, content):
    path = tmp_path / "second.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelInvalid) as raised:
        SecondNetwork(path, first)
    assert raised.value.code == "recogniser-invalid"
