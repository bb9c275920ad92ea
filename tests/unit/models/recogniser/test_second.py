"""The second look's network says what torch says of a whole utterance, and belongs to one first network."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import onnx
import pytest

from models.errors import ModelInvalid
from models.recogniser.confidence import Look, LookAgain
from models.recogniser.installed import second_beside
from models.recogniser.looks import LOOKS, UNLEARNED, VALUES
from models.recogniser.network import Kept, PhoneNetwork
from models.recogniser.second import SecondNetwork
from models.wake.layers import MEL_BINS, STEP_FRAMES, TAP_VALUES
from tests.unit.models.recogniser.networks import (
    tap_network,
    tiny_head,
    tiny_looks,
    tiny_network,
    tiny_second_file,
)
from tests.wake_networks import network as wake_network

AGAIN = LookAgain((Look(0.5, second=False, weights=(1.0,) * (VALUES + 1)),), accept=0.4)


@pytest.fixture
def first(tmp_path) -> PhoneNetwork:
    return tiny_network(tmp_path)


def _kept(rows: int, values: int = 32) -> Kept:
    rng = np.random.default_rng(rows)
    return Kept(*(rng.normal(0, 1, (rows, many)).astype(np.float32) for many in (TAP_VALUES, values)))


@pytest.mark.parametrize(("bits", "near"), [(32, 1e-4), (8, 0.25)])
@pytest.mark.parametrize("rows", [1, 2, 7, 150])
def test_it_is_the_trained_head_on_an_utterance_of_any_length(tmp_path, first, bits, near, rows):
    """To the rounding of eight bits."""
    torch = pytest.importorskip("torch")
    network, kept = SecondNetwork(tiny_second_file(tmp_path, first, bits=bits), first), _kept(rows)
    with torch.no_grad():
        head = tiny_looks(len(first.alphabet.phones) + 1).second
        given = torch.from_numpy(kept.taps)[None], torch.from_numpy(kept.known)[None]
        whole = head(*given).log_softmax(-1)[0].numpy()
    heard = network.hear(kept)
    assert heard.shape == (2 * rows, len(first.alphabet.phones) + 1)
    np.testing.assert_allclose(heard, whole, atol=near)


def test_the_file_is_read_back_as_it_runs(tmp_path, first):
    torch = pytest.importorskip("torch")
    from models.recogniser.training.second_export import read_second  # noqa: PLC0415 - torch

    path, kept = tiny_second_file(tmp_path, first), _kept(30)
    with torch.no_grad():
        head = read_second(path.read_bytes(), tiny_head(len(first.alphabet.phones) + 1))
        whole = head(torch.from_numpy(kept.taps)[None], torch.from_numpy(kept.known)[None])
    heard = SecondNetwork(path, first).hear(kept)
    np.testing.assert_allclose(heard, whole.log_softmax(-1)[0].numpy(), atol=1e-4)


def test_the_end_is_known_at_the_beginning(tmp_path, first):
    """Both directions: another last row changes the first likelihoods."""
    network, kept = SecondNetwork(tiny_second_file(tmp_path, first), first), _kept(40)
    before = network.hear(kept)
    kept.known[-15:] += 3
    assert np.abs(network.hear(kept)[0] - before[0]).max() > 1e-4


def test_below_it_is_what_the_wake_engine_hears():
    """Its network with taps, step by step, from silence on: the same, before anything is learned."""
    torch = pytest.importorskip("torch")
    mel = np.random.default_rng(12).normal(5, 2, (12 * STEP_FRAMES, MEL_BINS)).astype(np.float32)
    streamed = wake_network(taps=True)
    state, taps = streamed.silence.state, []
    for step in mel.reshape(-1, 1, STEP_FRAMES, MEL_BINS):
        heard = streamed.step(step, state)
        state = heard.state
        taps.append(heard.taps[0])
    with torch.no_grad():
        whole = tap_network()(torch.from_numpy(mel)[None])[0].numpy()
    np.testing.assert_allclose(whole, np.concatenate(taps), atol=1e-3)


def test_it_begins_with_saying_what_the_first_says():
    """A head that has learned nothing yet says what the first one does, but for what its new layers add."""
    torch = pytest.importorskip("torch")
    from models.recogniser.training.head import Size  # noqa: PLC0415 - torch
    from models.recogniser.training.second_head import SecondHead  # noqa: PLC0415 - torch

    first, taps = tiny_head(10), torch.from_numpy(_kept(60).taps)[None]
    torch.manual_seed(1)
    second = SecondHead(first, Size(10, width=24, recurrent=16)).eval()
    with torch.no_grad():
        said = first(taps)
        assert (second(taps, first.remembered(taps)) - said).abs().max() < 0.1 * said.abs().max()


def test_one_that_wants_to_know_more_than_the_first_tells_is_refused(tmp_path, first):
    pytest.importorskip("torch")
    from models.recogniser.training.head import Head, Size  # noqa: PLC0415 - torch
    from models.recogniser.training.second_export import whole_graph  # noqa: PLC0415 - torch
    from models.recogniser.training.second_head import SecondHead  # noqa: PLC0415 - torch

    outputs, path = len(first.alphabet.phones) + 1, tmp_path / "second.onnx"
    other = Head(Size(outputs, width=48, recurrent=33))
    path.write_bytes(whole_graph(SecondHead(other, Size(outputs, 24, 16)), first.sha256, AGAIN))
    with pytest.raises(ModelInvalid, match="33 values") as raised:
        SecondNetwork(path, first)
    assert raised.value.code == "recogniser-invalid"


def test_the_file_says_what_is_looked_at(tmp_path, first):
    assert SecondNetwork(tiny_second_file(tmp_path, first, again=AGAIN), first).again == AGAIN
    assert [look.second for look in UNLEARNED.looks] == [look.second for look in LOOKS]


def test_it_is_found_beside_the_first(tmp_path, first):
    assert second_beside(tmp_path / "recogniser.onnx") is None
    path = tiny_second_file(tmp_path, first)
    assert second_beside(tmp_path / "recogniser.onnx") == path


def test_one_of_before_is_refused(tmp_path, first):
    """It began with mel frames."""
    path = tiny_second_file(tmp_path, first)
    model = onnx.load(path)
    known = next(each for each in model.graph.input if each.name == "known")
    model.graph.node.insert(0, onnx.helper.make_node("Identity", ["mel"], ["known"]))
    known.name = "mel"
    onnx.save(model, path)
    with pytest.raises(ModelInvalid, match="older Earshot, or none of a recogniser; install") as raised:
        SecondNetwork(path, first)
    assert raised.value.code == "recogniser-invalid"


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
