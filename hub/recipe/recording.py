"""Records shards of a corpus: voices drawn at random read sentences drawn at random."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.house.still import StillHouse
from hub.recipe.texts import Texts
from hub.recipe.voices import Talker, talkers
from hub.recipe.wake_cast import Speaker
from models.recogniser.jsgf import draw
from models.recogniser.phones import Alphabet
from models.recogniser.training.corpus import Clip, Corpus
from models.wake.training.speech import Manner, resampled, trimmed
from wire.pcm import SPEECH_RATE_HZ

SHARD_CLIPS = 200
TRAIN = "train"
HELD_OUT, HOUSE, ALONE = "held-out", "house", "alone"  # by voices that train nothing; HOUSE: sentences of one house

_PACE_DEVIATION, _PACES = 0.2, (0.65, 1.6)
_SILENCE_DB = -45.0
_SHORTEST_SAMPLES, _LONGEST_SAMPLES = 4000, 14 * SPEECH_RATE_HZ
_PEAK = 0.5
_HOUSE_SEED = 20_261_121
_TRIES = 4  # per clip: voices that say nothing


class Recorder:
    """One per process. language: as in ``en``."""

    def __init__(self, alphabet: Alphabet, folder: Path, seed: int) -> None:
        self._alphabet, self._corpus, self._seed = alphabet, Corpus(folder), seed
        self._speaker = Speaker()
        self._talkers = {
            held_out: talkers(alphabet.language, self._speaker, held_out=held_out) for held_out in (False, True)
        }

    def record(self, part: str, shard: int) -> None:
        """Nothing is done where it was already. Raises OSError."""
        if self._corpus.has(part, shard):
            return
        rng = random.Random(f"{self._seed} {self._alphabet.language} {part} {shard}")  # noqa: S311
        texts = _texts(self._alphabet.language, part, rng)
        cast = self._talkers[part != TRAIN]
        clips = [clip for clip in (self._clip(next(texts), cast, rng) for _ in range(SHARD_CLIPS)) if clip]
        self._corpus.put(part, shard, clips)

    def _clip(self, text: str, cast: list[Talker], rng: random.Random) -> Clip | None:
        shares = [talker.share for talker in cast]
        for _ in range(_TRIES):
            talker = rng.choices(cast, shares)[0]
            pace = min(max(rng.gauss(1.05, _PACE_DEVIATION), _PACES[0]), _PACES[1])
            rate_hz, samples = talker.say(text, Manner(pace, rng.random(), rng.random()))
            sound = _cut(rate_hz, samples)
            if sound is None:
                continue
            self._speaker.select(talker.accent)
            if phones := self._alphabet.read(self._speaker.phonemes(text)):
                return Clip(text, talker.name, phones, sound)
        return None


def house_of(language: str) -> StillHouse:
    """The one house whose sentences the part HOUSE says."""
    return Texts(language, random.Random(f"{_HOUSE_SEED} {language}")).house()  # noqa: S311


def _texts(language: str, part: str, rng: random.Random) -> Iterator[str]:
    texts = Texts(language, rng)
    while part != HOUSE:
        yield texts.alone() if part == ALONE else texts.next()
    grammar = texts.grammar(house_of(language))
    while True:
        yield " ".join(draw(grammar, rng))


def _cut(rate_hz: int, samples: NDArray[np.int16]) -> NDArray[np.int16] | None:
    if len(samples) * SPEECH_RATE_HZ < _SHORTEST_SAMPLES * rate_hz:
        return None
    sound = resampled(samples.astype(np.float32), round(len(samples) * SPEECH_RATE_HZ / rate_hz))
    sound = trimmed(sound, _SILENCE_DB)
    peak = np.abs(sound).max(initial=0)
    if peak == 0 or not _SHORTEST_SAMPLES <= len(sound) <= _LONGEST_SAMPLES:
        return None
    louder: NDArray[np.int16] = (sound * (_PEAK * 2**15 / peak)).astype(np.int16)
    return louder
