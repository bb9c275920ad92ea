"""The engine keeps rooms apart, whatever joins and leaves, and refuses what is no step of sound."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from models.wake.engine import Room, WakeEngine
from models.wake.head import Head
from models.wake.head_graph import EMBEDDINGS, HeadModel, Operation, head_graph
from tests.wake_networks import head, network, noise
from wire.errors import AudioInvalid

STEPS = 20


@pytest.fixture(scope="module")
def shared_network():
    return network()


@pytest.fixture
def engine(shared_network) -> WakeEngine:
    return WakeEngine(shared_network, [head("okay_nabu"), head("alexa")])


def _newest(window_steps: int) -> Head:
    """Its score is the mean of its window, squashed: it shows which embeddings a head was given."""
    operations = (
        Operation("ReduceMean", (EMBEDDINGS,), "mean", (1, 2)),
        Operation("Sigmoid", ("mean",), "score"),
    )
    return Head(f"newest{window_steps}", head_graph(HeadModel(window_steps, operations, {}, "score")))


def _scores(engine: WakeEngine, room: Room, steps: NDArray[np.int16]) -> list[tuple[float, ...]]:
    return [tuple(engine.step({room: step})[room].words.values()) for step in steps]


def _same(ours: list[tuple[float, ...]], theirs: list[tuple[float, ...]]) -> None:
    np.testing.assert_allclose(np.array(ours), np.array(theirs), atol=1e-5)


def _visits(random: np.random.Generator, rooms: int) -> Iterator[tuple[int, int]]:
    """(first step, steps) of each room's stay."""
    for _ in range(rooms):
        first = int(random.integers(0, STEPS))
        yield first, int(random.integers(1, STEPS))


@pytest.mark.parametrize("seed", range(4))
def test_a_room_scores_the_same_alone_and_among_others(shared_network, engine, seed):
    """Rooms that come and go at random, some silent for a step: each hears what it would hear by itself."""
    random = np.random.default_rng(seed)
    visits = list(_visits(random, 24))
    sounds = [
        noise(steps, seed=number, level=10.0 ** random.integers(0, 4)) for number, (_, steps) in enumerate(visits)
    ]
    here: dict[int, Room] = {}
    heard: list[list[tuple[float, ...]]] = [[] for _ in visits]
    for now in range(3 * STEPS):
        for number, (first, _) in enumerate(visits):
            if now == first:
                here[number] = engine.join(f"room {number}")
        speaking = {number: room for number, room in here.items() if random.random() < 0.8}
        scores = engine.step({room: sounds[number][len(heard[number])] for number, room in speaking.items()})
        for number, room in speaking.items():
            heard[number].append(tuple(scores[room].words.values()))
            if len(heard[number]) == len(sounds[number]):
                engine.leave(here.pop(number))
    for number, sound in enumerate(sounds):
        alone = WakeEngine(shared_network, engine.heads)
        _same(heard[number], _scores(alone, alone.join(), sound[: len(heard[number])]))


def test_silence_after_join_wakes_nobody(engine):
    room = engine.join()
    assert max(max(scores) for scores in _scores(engine, room, np.zeros((40, 1280), np.int16))) < 0.01


def test_a_reset_forgets_everything(engine):
    """After a reset a room scores as one that has just joined: no word is heard twice from one sound."""
    room, sound = engine.join(), noise(12, seed=1)
    first = _scores(engine, room, sound)
    engine.reset(room)
    assert _scores(engine, room, sound) == first


def test_a_place_that_was_left_begins_clean(engine):
    sound = noise(12, seed=2)
    room = engine.join()
    first = _scores(engine, room, sound)
    engine.leave(room)
    assert _scores(engine, engine.join(), sound) == first


def test_a_room_that_left_is_refused(engine):
    """Also when another has its place."""
    room = engine.join("hall")
    engine.leave(room)
    engine.join("attic")
    with pytest.raises(ValueError, match="hall is not in this engine"):
        engine.step({room: noise(1, seed=0)[0]})
    with pytest.raises(ValueError, match="hall is not in this engine"):
        engine.leave(room)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros(1280, np.float32),
        np.full(1280, np.nan),
        np.zeros(1279, np.int16),
        np.zeros(0, np.int16),
        np.zeros((1280, 1), np.int16),
        np.zeros(1280, np.uint16),
        np.zeros(1280, ">i2"),
    ],
    ids=["float", "nan", "short", "empty", "two axes", "unsigned", "big endian"],
)
def test_wrong_samples_are_refused_by_name_and_move_no_room(engine, wrong):
    sound = noise(12, seed=3)
    good, bad = engine.join("hall"), engine.join("attic")
    before = _scores(engine, good, sound[:6])
    with pytest.raises(AudioInvalid, match="attic") as caught:
        engine.step({good: sound[6], bad: wrong})
    assert caught.value.code == "audio-format"
    after = _scores(engine, good, sound[6:])
    engine.reset(good)
    _same(before + after, _scores(engine, good, sound))


def test_words_come_and_go_while_rooms_listen(engine):
    """A new word hears what was said before it came; one with a longer window has silence before that."""
    sound = noise(STEPS, seed=4)
    room = engine.join()
    _scores(engine, room, sound[:-1])
    engine.heads = [_newest(1), _newest(16), _newest(40)]
    embeddings = np.repeat(engine._network.silence.embedding, 40, axis=0)
    other = engine.join()
    engine.heads = [_newest(1), _newest(16), _newest(40)]
    for step in sound:
        last = engine.step({other: step})[other]
        embeddings = np.concatenate([embeddings[1:], last.embedding[np.newaxis]])
    scores = engine.step({room: sound[-1]})[room].words
    for steps in (1, 16):
        assert scores[f"newest{steps}"] == pytest.approx(1 / (1 + np.exp(-embeddings[-steps:].mean())), abs=1e-4)
    assert last.words["newest40"] == pytest.approx(1 / (1 + np.exp(-embeddings.mean())), abs=1e-4)


def test_an_engine_without_words_still_gives_embeddings(shared_network):
    engine = WakeEngine(shared_network, [])
    room = engine.join()
    scores = engine.step({room: noise(1, seed=0)[0]})[room]
    assert (scores.words, scores.embedding.shape, scores.taps) == ({}, (96,), None)


def test_taps_come_only_when_asked_for():
    engine = WakeEngine(network(taps=True), [])
    room = engine.join()
    assert engine.step({room: noise(1, seed=0)[0]})[room].taps.shape == (2, 480)


def test_no_rooms_is_no_work(engine):
    assert engine.step({}) == {}
