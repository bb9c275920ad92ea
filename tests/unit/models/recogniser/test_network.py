"""The shipped network says what torch says, step by step; a file that is none says so."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from models.errors import ModelInvalid
from models.recogniser.confidence import Calibration
from models.recogniser.network import FRAMES_LATE, PhoneNetwork
from models.recogniser.phones import alphabet
from models.wake.layers import TAP_ROWS, TAP_VALUES
from tests.unit.models.recogniser.networks import tiny_file, tiny_head, tiny_network

STEPS = 30


def _taps(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (STEPS, TAP_ROWS, TAP_VALUES)).astype(np.float32)


def _streamed(network: PhoneNetwork, taps: np.ndarray) -> np.ndarray:
    state, found = network.begin(), []
    for step in taps:
        likelihoods, state = network.step(step, state)
        found.append(likelihoods)
    return np.concatenate(found)


@pytest.mark.parametrize(("bits", "near"), [(32, 1e-4), (8, 0.05)])
def test_steps_are_the_trained_head_on_the_whole(tmp_path, bits, near):
    """Its likelihoods come two frames late and are otherwise the same, to the rounding of eight bits."""
    torch = pytest.importorskip("torch")
    network = tiny_network(tmp_path, bits=bits)
    taps = _taps()
    with torch.no_grad():
        head = tiny_head(len(network.alphabet.phones) + 1)
        whole = head(torch.from_numpy(taps.reshape(1, -1, TAP_VALUES))).log_softmax(-1)[0].numpy()
    np.testing.assert_allclose(_streamed(network, taps)[FRAMES_LATE:], whole[:-FRAMES_LATE], atol=near)


def test_the_file_is_read_back_as_it_runs(tmp_path):
    """To teach another head on it: rounded weights, and nothing is lost on the way."""
    torch = pytest.importorskip("torch")
    from models.recogniser.training.export import read_head  # noqa: PLC0415 - torch

    network, taps = tiny_network(tmp_path), _taps()
    with torch.no_grad():
        whole = read_head((tmp_path / "tiny-8.onnx").read_bytes())(torch.from_numpy(taps.reshape(1, -1, TAP_VALUES)))
    whole = whole.log_softmax(-1)[0].numpy()
    np.testing.assert_allclose(_streamed(network, taps)[FRAMES_LATE:], whole[:-FRAMES_LATE], atol=1e-4)


def test_likelihoods_are_those_of_one_frame(tmp_path):
    found = _streamed(tiny_network(tmp_path), _taps())
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, atol=1e-4)


def test_an_utterance_knows_nothing_of_another(tmp_path):
    """All that is kept between steps is the state, which the caller keeps."""
    network = tiny_network(tmp_path)
    alone = _streamed(network, _taps(1))
    _streamed(network, _taps(2))
    np.testing.assert_array_equal(_streamed(network, _taps(1)), alone)


def test_eight_bits_are_a_quarter(tmp_path):
    small, large = (tiny_file(tmp_path, alphabet("en"), bits=bits) for bits in (8, 32))
    assert small.stat().st_size < 0.4 * large.stat().st_size


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_the_file_says_what_it_is(tmp_path, language):
    """Language, phones, and how sure to be, as they were given."""
    sure = Calibration(tuple(2 * weight for weight in Calibration().weights), accept=0.7, blank_penalty=1.25)
    network = PhoneNetwork(tiny_file(tmp_path, alphabet(language), calibration=sure))
    assert network.calibration == sure
    assert network.alphabet.language == language
    assert tuple(network.alphabet.accents) == alphabet(language).accents
    ipa = "".join(alphabet(language).spelling)
    assert network.alphabet.read(ipa) == alphabet(language).read(ipa)


def _refused(path) -> str:
    with pytest.raises(ModelInvalid) as raised:
        PhoneNetwork(path)
    assert raised.value.code == "recogniser-invalid"
    assert "\n" not in raised.value.message
    return raised.value.message


@pytest.mark.parametrize("content", [b"", b"garbage", bytes(1000), b"\x08\x0a" * 50])
def test_a_file_that_is_no_network(tmp_path, content):
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    assert str(path) in _refused(path)


def test_a_file_that_is_missing_or_too_long(tmp_path):
    _refused(tmp_path / "nothing.onnx")
    long = tmp_path / "long.onnx"
    with long.open("wb") as file:
        file.truncate((16 << 20) + 1)
    assert "too long" in _refused(long)


@pytest.mark.parametrize("end", [0.1, 0.5, 0.95, 0.999])
def test_half_a_file(tmp_path, end):
    path = tiny_file(tmp_path, alphabet("en"))
    content = path.read_bytes()
    path.write_bytes(content[: int(end * len(content))])
    _refused(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("language", None),
        ("phones", None),
        ("phones", "["),
        ("phones", '["a", "b"]'),
        ("spelling", "5"),
        ("accents", "null"),
        ("calibration", '{"weights": [1], "accept": 0.5, "blank_penalty": 1}'),
        ("calibration", '{"weights": [1, 2, 3, 4, "x"], "accept": 0.5, "blank_penalty": 1}'),
    ],
)
def test_a_network_whose_description_is_wrong(tmp_path, key, value):
    """Refused when it is loaded, not while somebody speaks."""
    path = tiny_file(tmp_path, alphabet("en"))
    model = onnx.load(path)
    told = {entry.key: entry.value for entry in model.metadata_props}
    assert key in told
    onnx.helper.set_model_props(model, {**told, key: value} if value else {k: v for k, v in told.items() if k != key})
    onnx.save(model, path)
    _refused(path)
