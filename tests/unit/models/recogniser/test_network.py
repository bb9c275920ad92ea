"""The shipped network says what torch says, step by step; a file that is none says so."""

from __future__ import annotations

import msgspec
import numpy as np
import onnx
import pytest

from models.errors import ModelInvalid
from models.recogniser.confidence import Calibration
from models.recogniser.network import FRAMES_LATE, Kept, PhoneNetwork
from models.recogniser.phones import alphabet
from models.recogniser.shape import AHEAD_FRAMES
from models.wake.layers import MEL_BINS, STEP_FRAMES, Conv
from models.wake.mel import silent_frames
from tests.unit.models.recogniser.networks import published_layers, tap_network, tiny_file, tiny_head, tiny_network

STEPS = 30


def _mel(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(5, 2, (STEPS, 1, STEP_FRAMES, MEL_BINS)).astype(np.float32)


def _streamed(network: PhoneNetwork, mel: np.ndarray) -> tuple[np.ndarray, Kept]:
    state, found, kept = network.begin(), [], []
    for frames in mel:
        done = network.step(frames, state)
        state = done.state
        found.append(done.likelihoods)
        kept.append((done.taps, done.known))
    return np.concatenate(found), Kept.of(kept)


@pytest.mark.parametrize(("bits", "near"), [(32, 1e-4), (8, 0.05)])
def test_steps_are_the_trained_layers_on_the_whole(tmp_path, bits, near):
    """Its likelihoods come two frames late and are otherwise the same, to the rounding of eight bits; so is what is
    kept for the second look.
    """
    torch = pytest.importorskip("torch")
    network, mel = tiny_network(tmp_path, bits=bits), _mel()
    likelihoods, kept = _streamed(network, mel)
    with torch.no_grad():
        head = tiny_head(len(network.alphabet.phones) + 1)
        taps = tap_network()(torch.from_numpy(mel.reshape(1, -1, MEL_BINS)))
        whole = head(taps).log_softmax(-1)[0].numpy()
        known = head.remembered(taps)[0].numpy()
    np.testing.assert_allclose(likelihoods[FRAMES_LATE:], whole[:-FRAMES_LATE], atol=near)
    np.testing.assert_allclose(kept.taps, taps[0, :-AHEAD_FRAMES], atol=1e-3)
    np.testing.assert_allclose(kept.known, known[:-AHEAD_FRAMES], atol=near)


@pytest.mark.parametrize("at_once", [2, 3, 10, STEPS])
def test_several_steps_at_once_are_those_one_after_another(tmp_path, at_once):
    network, mel = tiny_network(tmp_path), _mel()
    likelihoods, kept = _streamed(network, mel)
    together, same = _streamed(network, mel.reshape(STEPS // at_once, 1, at_once * STEP_FRAMES, MEL_BINS))
    np.testing.assert_allclose(together, likelihoods, atol=1e-4)
    np.testing.assert_allclose(same.taps, kept.taps, atol=1e-3)
    np.testing.assert_allclose(same.known, kept.known, atol=1e-4)


def test_a_file_that_takes_one_step_at_a_time_is_refused(tmp_path):
    tiny_network(tmp_path)
    model = onnx.load(tmp_path / "tiny-8.onnx")
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = STEP_FRAMES
    onnx.save(model, tmp_path / "before.onnx")
    assert "older Earshot" in _refused(tmp_path / "before.onnx")


def test_it_begins_in_a_silent_room(tmp_path):
    """More silence changes nothing of what is heard, and the layers above have not heard any."""
    network = tiny_network(tmp_path)
    begun = network.begin()
    following = network.step(silent_frames(), begun).state
    np.testing.assert_allclose(following.hears, begun.hears, atol=1e-4)
    assert not begun.phones.any()


def test_the_file_is_read_back_as_it_runs(tmp_path):
    """To go on learning: rounded weights, and nothing is lost on the way."""
    torch = pytest.importorskip("torch")
    from models.recogniser.training.export import language_of, read_head, read_hears  # noqa: PLC0415 - torch
    from models.recogniser.training.tap_network import TapNetwork  # noqa: PLC0415 - torch

    network, mel = tiny_network(tmp_path), _mel()
    model = (tmp_path / "tiny-8.onnx").read_bytes()
    unlearned = [
        msgspec.structs.replace(each, weights=0 * each.weights) if isinstance(each, Conv) else each
        for each in published_layers()
    ]
    with torch.no_grad():
        hears, head = TapNetwork(read_hears(model, unlearned)), read_head(model)
        whole = head(hears(torch.from_numpy(mel.reshape(1, -1, MEL_BINS)))).log_softmax(-1)[0].numpy()
    np.testing.assert_allclose(_streamed(network, mel)[0][FRAMES_LATE:], whole[:-FRAMES_LATE], atol=1e-4)
    assert language_of(model) == "en"


def test_likelihoods_are_those_of_one_frame(tmp_path):
    found = _streamed(tiny_network(tmp_path), _mel())[0]
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, atol=1e-4)


def test_an_utterance_knows_nothing_of_another(tmp_path):
    """All that is kept between steps is the state, which the caller keeps."""
    network = tiny_network(tmp_path)
    alone = _streamed(network, _mel(1))[0]
    _streamed(network, _mel(2))
    np.testing.assert_array_equal(_streamed(network, _mel(1))[0], alone)


def test_eight_bits_are_a_quarter():
    """Of the head; the layers below stay as they are."""
    pytest.importorskip("torch")
    from models.recogniser.training.export import head_graph  # noqa: PLC0415 - torch

    small, large = (len(head_graph(tiny_head(40), alphabet("en"), Calibration(), bits=bits)) for bits in (8, 32))
    assert small < 0.4 * large


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


def test_a_file_of_before_is_refused(tmp_path):
    """It was a head alone, on the wake engine's taps."""
    pytest.importorskip("torch")
    from models.recogniser.training.export import head_graph  # noqa: PLC0415 - torch

    path = tmp_path / "old.onnx"
    path.write_bytes(head_graph(tiny_head(40), alphabet("en"), Calibration()))
    assert "older Earshot" in _refused(path)


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
