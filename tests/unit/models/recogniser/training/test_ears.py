"""What is made into examples: every clip once, and in lively places now and then noise in which nobody speaks."""

from __future__ import annotations

import numpy as np
import pytest

from models.recogniser.training.corpus import Clip
from models.recogniser.training.features import MEL_FRAMES, Ears, Example
from models.recogniser.training.scene import Places
from models.wake.library import load_network
from models.wake.network import Network

CLIPS = 24
SHORT = 6400


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return load_network(tmp_path_factory.mktemp("cache"), taps=True)


def _clips() -> list[Clip]:
    rng = np.random.default_rng(0)
    return [Clip("turn on", "somebody", (1 + one,), rng.integers(-9000, 9000, SHORT, np.int16)) for one in range(CLIPS)]


def _examples(network: Network, *, lively: bool, hardship: float) -> list[Example]:
    places = Places(_clips()[:3], np.random.default_rng(1), lively=lively)
    return Ears(network, places, hardship=hardship).examples(_clips(), np.random.default_rng(2))


@pytest.mark.parametrize(("lively", "hardship"), [(True, 1.0), (False, 1.0), (True, 0.0)])
def test_every_clip_is_heard_and_noise_alone_only_where_it_is_lively(network, lively, hardship):
    examples = _examples(network, lively=lively, hardship=hardship)
    spoken = [example for example in examples if len(example.phones)]
    assert [int(example.phones[0]) for example in spoken] == list(range(1, CLIPS + 1))
    alone = len(examples) - len(spoken)
    assert 0 < alone < CLIPS / 3 if lively and hardship else alone == 0
    for example in examples:
        assert example.frames.shape == (len(example.mel) // MEL_FRAMES, 480)
        assert np.isfinite(example.frames).all()
