"""The second look: only grey scores are asked about, a verifier tells what it was taught, its file cannot run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ModelInvalid
from models.wake.decision import Rule
from models.wake.engine import WakeEngine
from models.wake.layers import EMBEDDING_VALUES
from models.wake.network import Network
from models.wake.second_look import AGREE, Grey, VerifiedLook, looked_at
from models.wake.second_look_verifier import Verifier, from_bytes, trained
from tests.wake_networks import network, noise

WINDOW_STEPS = 16
AUDIO = np.zeros(32_000, np.int16)


@pytest.fixture(scope="module")
def streamed() -> Network:
    return network()


class Asked:
    """A second look that says the same to everything and remembers what it was asked."""

    def __init__(self, *, agrees: bool) -> None:
        self._agrees = agrees
        self.words: list[str] = []

    def agrees(self, word: str, audio: np.ndarray) -> bool:
        self.words.append(word)
        return self._agrees


def windows(random: np.random.Generator, number: int, shift: float) -> np.ndarray:
    some = random.normal(0, 10, (number, WINDOW_STEPS, EMBEDDING_VALUES))
    some[:, 5:9, :10] += shift
    return some.astype(np.float32)


@given(score=st.floats(0, 1), low=st.floats(0.01, 0.4), threshold=st.floats(0.4, 0.99), agrees=st.booleans())
def test_only_a_grey_score_is_looked_at_and_only_raised(*, score: float, low: float, threshold: float, agrees: bool):
    look = Asked(agrees=agrees)
    counted = looked_at(
        {"one": score, "other": score}, AUDIO, look=look, rules={"one": Rule(threshold)}, grey={"one": Grey(low)}
    )
    is_grey = low <= score < threshold
    assert look.words == ["one"] * is_grey
    assert counted == {"one": threshold if is_grey and agrees else score, "other": score}


def test_a_verifier_tells_what_it_was_taught_apart():
    random = np.random.default_rng(3)
    verifier = trained("willow", windows(random, 30, 25), windows(random, 400, 0))
    said, unsaid = (verifier.probabilities(windows(random, 200, shift)) for shift in (25, 0))
    assert (said >= AGREE).mean() > 0.95
    assert (unsaid >= AGREE).mean() < 0.05


def test_training_is_the_same_every_time():
    said, others = windows(np.random.default_rng(1), 10, 9), windows(np.random.default_rng(2), 50, 0)
    first, second = (trained("willow", said, others) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)
    assert first.bias == second.bias


def test_equal_shares_of_both_sides_however_many_there_are():
    """Hundred times as many windows without the word do not make it deaf."""
    random = np.random.default_rng(4)
    same = windows(random, 20, 0)
    verifier = trained("w", same, np.repeat(same, 100, axis=0))
    assert verifier.probabilities(same) == pytest.approx(np.full(20, 0.5), abs=0.01)


def test_a_verifier_survives_its_file():
    random = np.random.default_rng(6)
    verifier = Verifier("hey_willow", random.normal(size=(WINDOW_STEPS, EMBEDDING_VALUES)).astype(np.float32), -1.5)
    again = from_bytes(verifier.to_bytes())
    assert (again.word, again.bias) == (verifier.word, verifier.bias)
    assert np.array_equal(again.weights, verifier.weights)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04\x95",
        b"[]",
        b'{"version":1,"word":"w","bias":0.0,"weights":""}',
        b'{"version":1,"word":"w","bias":0.0,"weights":"AAAA"}',
        Verifier("w", np.full((16, 96), np.nan, np.float32), 0.0).to_bytes(),
        Verifier("w", np.zeros((16, 96), np.float32), 0.0).to_bytes().replace(b'"version":1', b'"version":2'),
    ],
    ids=["empty", "pickle", "list", "no weights", "half a weight", "no number", "other version"],
)
def test_a_broken_file_is_refused(data: bytes):
    with pytest.raises(ModelInvalid, match="wake-verifier-invalid"):
        from_bytes(data)


def test_it_hears_what_the_engine_heard(streamed: Network):
    """The newest two seconds give the embeddings that the stream had, wherever the stream began."""
    steps = noise(60, seed=9, level=2000)
    engine = WakeEngine(streamed, [])
    room = engine.join()
    heard = np.array([engine.step({room: step})[room].embedding for step in steps])
    window = VerifiedLook(streamed, []).window(steps[20:].reshape(-1), WINDOW_STEPS)
    assert np.abs(window - heard[-WINDOW_STEPS:]).max() < 1e-3


def test_audio_shorter_than_two_seconds_counts_as_silence_before_it(streamed: Network):
    look = VerifiedLook(streamed, [])
    short = noise(5, seed=9).reshape(-1)
    assert np.array_equal(look.window(short, WINDOW_STEPS), look.window(np.pad(short, (40_000, 0)), WINDOW_STEPS))


def test_it_agrees_where_the_verifier_is_sure_enough(streamed: Network):
    weights = np.zeros((WINDOW_STEPS, EMBEDDING_VALUES), np.float32)
    probability = 0.6
    verifier = Verifier("w", weights, float(np.log(probability / (1 - probability))))
    assert VerifiedLook(streamed, [verifier], agree=0.59).agrees("w", AUDIO)
    assert not VerifiedLook(streamed, [verifier], agree=0.61).agrees("w", AUDIO)
