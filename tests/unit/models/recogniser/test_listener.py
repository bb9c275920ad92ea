"""An utterance is heard the same in any pieces, stays bounded, and is rejected when nobody spoke."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.recogniser.confidence import Calibration, LookAgain
from models.recogniser.graph import compiled
from models.recogniser.hearing import QUIET_STEPS, Hearing
from models.recogniser.listener import PAUSE_STEPS, Listener
from models.recogniser.looks import LOOKS
from models.recogniser.search import Effort, Search
from models.recogniser.second import SecondNetwork
from models.wake.mel import STEP_SAMPLES
from tests.unit.models.recogniser.networks import tiny_network, tiny_second_file
from tests.wake_networks import noise

GRAPH = compiled(
    "public <command> = ( turn | switch ) on [ now ];\n", {"turn": [(1, 2)], "switch": [(3,)], "on": [(4, 5)]}
)
SECOND = 16_000


@pytest.fixture(scope="module")
def listener(tmp_path_factory) -> Listener:
    return Listener(tiny_network(tmp_path_factory.mktemp("network")))


class _Kept(Search):
    """A search that keeps what it was given."""

    def __init__(self, of: Search) -> None:
        super().__init__(of._graph, of._effort)
        self.given: list[np.ndarray] = []

    def feed(self, log_likelihoods):
        self.given.append(log_likelihoods)
        super().feed(log_likelihoods)


def _heard(listener: Listener, pieces: list[np.ndarray]) -> tuple[np.ndarray, list]:
    utterance = listener.listen(GRAPH)
    kept = utterance.search = _Kept(utterance.search)
    for piece in pieces:
        utterance.feed(piece)
    utterance.finish()
    return np.concatenate(kept.given), utterance.guesses()


@given(st.lists(st.integers(0, SECOND), max_size=8))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sound_in_any_pieces_is_heard_the_same(listener, cuts):
    sound = noise(13, seed=1).ravel()[:SECOND]
    whole, guesses = _heard(listener, [sound])
    pieces, same = _heard(listener, np.split(sound, sorted(cuts)))
    np.testing.assert_array_equal(pieces, whole)
    assert same == guesses


@pytest.mark.parametrize("samples", [0, 1, 1279, 1280, 1281, 5000])
def test_the_end_is_heard_however_long_the_sound_was(listener, samples):
    """Zeros behind it until the networks have said all: four frames a step, but for the first that says nothing."""
    heard, _ = _heard(listener, [noise(4, seed=2).ravel()[:samples]])
    steps = -(-samples // STEP_SAMPLES) + QUIET_STEPS
    assert len(heard) == 4 * steps - 4


@pytest.fixture(scope="module")
def looking(listener, tmp_path_factory) -> Listener:
    """Looks again in the end, and is as sure of each look as blank costs there."""
    plain = (0.0,) * len(Calibration().weights)
    looks = tuple(replace(each, weights=(each.blank_penalty, *plain)) for each in LOOKS)
    path = tiny_second_file(tmp_path_factory.mktemp("second"), listener.phones, again=LookAgain(looks, 0.5))
    return Listener(listener.phones, SecondNetwork(path, listener.phones))


def test_in_the_end_what_the_looks_agree_on_counts(looking):
    """And as it is told when all of it is heard at once."""
    sound = noise(13, seed=1).ravel()[:SECOND]
    utterance = looking.listen(GRAPH)
    utterance.feed(sound)
    along = utterance.guesses()
    utterance.finish()
    heard = looking.hear(sound)
    by_look = {}
    for network, price in (("first", 3.0), ("second", 1.5), ("second", 3.0)):
        search = Search(GRAPH, Effort(blank_penalty=price))
        search.feed(getattr(heard, network))
        by_look[network, price] = [(one.words, one.score) for one in search.sentences(5)]
    found = utterance.guesses()
    assert [(guess.words, guess.score) for guess in found] in by_look.values()
    assert found[0].confidence in [pytest.approx(1 / (1 + np.exp(-price))) for price in (1.5, 3.0)]
    assert along[0].confidence != found[0].confidence
    assert found == looking.guesses(GRAPH, heard)


QUIET = np.zeros(PAUSE_STEPS * STEP_SAMPLES, np.int16)


class _Counted:
    """The second network, and how often it heard something."""

    def __init__(self, of: SecondNetwork) -> None:
        self._of, self.again, self.times = of, of.again, 0

    def hear(self, kept):
        self.times += 1
        return self._of.hear(kept)


@pytest.fixture
def counted(looking) -> _Counted:
    return _Counted(looking.second)


def _spoken(looking: Listener, counted: _Counted, *pieces: np.ndarray):
    utterance = Listener(looking.phones, counted).listen(GRAPH)
    for piece in pieces:
        utterance.feed(piece)
    return utterance


def _said(seed: int) -> np.ndarray:
    return noise(13, seed=seed).ravel()[: 10 * STEP_SAMPLES]


def test_in_the_pause_at_the_end_the_second_look_is_done_already(looking, counted):
    utterance = _spoken(looking, counted, _said(1), QUIET, QUIET)
    before = counted.times
    assert before >= 1
    utterance.finish()
    assert utterance.guesses()
    assert counted.times == before
    expected = looking.guesses(GRAPH, looking.hear(np.concatenate([_said(1), QUIET])))
    assert utterance.guesses() == expected


@pytest.mark.parametrize("steps", [9, 10])
def test_when_it_is_taken_for_the_end_all_of_it_was_heard(looking, steps):
    """Steps are heard two at a time; the one that waits then is not left out."""
    hearing = Hearing(looking.phones, keep=True)
    sound = noise(13, seed=1).ravel()[: steps * STEP_SAMPLES]
    first = hearing.feed(sound)
    ended, rest = hearing.ended()
    np.testing.assert_array_equal(np.concatenate([first, rest]), looking.hear(sound).first)
    assert len(ended.kept.taps) == len(ended.kept.known)
    np.testing.assert_array_equal(np.concatenate([first, rest]), np.concatenate([first, hearing.finish()]))


def test_a_pause_that_was_not_the_end_changes_nothing(looking, counted):
    utterance = _spoken(looking, counted, _said(1), QUIET, _said(2))
    utterance.finish()
    sound = np.concatenate([_said(1), QUIET, _said(2)])
    assert utterance.guesses() == looking.guesses(GRAPH, looking.hear(sound))


def test_with_pauses_too_sound_in_any_pieces_is_heard_the_same(looking, counted):
    sound = np.concatenate([_said(1), QUIET, _said(2), QUIET, QUIET])
    whole = _spoken(looking, counted, sound)
    whole.finish()
    for size in (700, 1280, 1900, 5000):
        pieces = _spoken(looking, counted, *np.split(sound, range(size, len(sound), size)))
        pieces.finish()
        for found, expected in zip(pieces.guesses(), whole.guesses(), strict=True):
            assert found.words == expected.words
            assert (found.confidence, found.score) == pytest.approx((expected.confidence, expected.score), rel=1e-4)


def test_of_many_pauses_few_are_taken_for_the_end(looking, counted):
    utterance = _spoken(looking, counted, *[part for seed in range(12) for part in (_said(seed), QUIET)])
    utterance.finish()
    utterance.guesses()
    assert counted.times <= 4 + 1


@pytest.mark.parametrize("samples", [0, 1, 1281, SECOND])
def test_both_networks_hear_the_same_frames(looking, samples):
    heard = looking.hear(noise(13, seed=1).ravel()[:samples])
    assert len(heard.second) == len(heard.first)


def test_what_was_learned_belongs_to_both_files(listener, looking):
    assert looking.identity != listener.identity
    assert looking.identity.startswith(listener.identity)
    assert looking.accept == 0.5


def test_without_a_second_look_the_search_that_went_along_counts(listener):
    sound = noise(13, seed=1).ravel()[:SECOND]
    utterance = listener.listen(GRAPH)
    utterance.feed(sound)
    utterance.finish()
    assert utterance.guesses() == listener.guesses(GRAPH, listener.hear(sound))
    assert [guess.words for guess in utterance.guesses()] == [one.words for one in utterance.search.sentences(5)]


def test_an_utterance_knows_nothing_of_the_one_before(listener):
    sound = noise(12, seed=3).ravel()
    first, _ = _heard(listener, [sound])
    _heard(listener, [noise(12, seed=4).ravel()])
    np.testing.assert_array_equal(_heard(listener, [sound])[0], first)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(2 * SECOND, np.int16),
        noise(25, seed=5, level=8000).ravel(),
        np.full(2 * SECOND, -(2**15), np.int16),
        np.tile(np.array([-(2**15), 2**15 - 1], np.int16), SECOND),
    ],
    ids=["silence", "noise", "offset", "loudest"],
)
def test_any_sound_gives_likelihoods_and_a_confidence(listener, sound):
    heard, guesses = _heard(listener, [sound])
    assert np.isfinite(heard).all()
    assert all(0 <= guess.confidence <= 1 for guess in guesses)


def test_thirty_seconds_keep_no_more_than_their_frames(listener):
    """No sound is kept, and no more paths than at any other time."""
    utterance = listener.listen(GRAPH)
    for second in range(30):
        utterance.feed(noise(13, seed=second, level=3000).ravel()[:SECOND])
        assert len(utterance._hearing._waiting) < 2 * STEP_SAMPLES
    utterance.finish()
    assert utterance.search.frames == len(utterance.search.free_scores) - 1
    assert len(utterance.search._nodes) <= listener.effort.paths
