"""Synthetic speech for a training: the installed voices, each made into many speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from wire.pcm import SPEECH_RATE_HZ

Item = TypeVar("Item")
Sound = NDArray[np.float32]  # 16 kHz mono; speech has its peak at 1

_WARPS = 0.84, 1.2  # of a voice's formants: from a large man to a child
_PACE_DEVIATION = 0.18
_PACES = 0.65, 1.5
_SILENCE_DB = -40.0  # below a clip's loudest 10 ms: not part of the word
_POWER_SAMPLES = 160
_MARGIN_SAMPLES = 160
_SHORTEST_SAMPLES = 1600


@dataclass(frozen=True, slots=True)
class Manner:
    """How something is said. pace: 1 is the voice's own. pitch, melody: 0 lowest and flattest, 1 the other end."""

    pace: float
    pitch: float
    melody: float


class Voice(Protocol):
    """A synthetic voice; used in one thread. A new kind of voice (Piper, a Wyoming server) is another of these."""

    @property
    def name(self) -> str: ...

    @property
    def share(self) -> float:
        """How often it speaks, against the others: a natural voice more than an artificial one."""

    def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]:
        """Rate in Hz and samples; none where the voice cannot say it."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who speaks in a training. familiar: train the head. held_out: only judge it. foreign: speak as a television may.

    texts: what to say beside the phrase, in the phrase's language. words: single ones that may be put together freely.
    rivals: other phrases that boxes are called by. foreign_texts: one list for each foreign voice.
    """

    familiar: Sequence[Voice]
    held_out: Sequence[Voice]
    texts: Sequence[str]
    words: Sequence[str]
    rivals: Sequence[str] = ()
    foreign: Sequence[Voice] = ()
    foreign_texts: Sequence[Sequence[str]] = ()


def one_of(items: Sequence[Item], rng: np.random.Generator) -> Item:
    return items[int(rng.integers(len(items)))]


def spoken(voice: Voice, text: str, rng: np.random.Generator) -> Sound | None:
    """By somebody who sounds a little like ``voice``, silence around it cut away; None if nothing is heard."""
    warp = float(np.exp(rng.uniform(*np.log(_WARPS))))
    pace = float(np.clip(rng.normal(1, _PACE_DEVIATION), *_PACES)) / warp**0.5
    rate_hz, samples = voice.say(text, Manner(pace, float(rng.uniform()), float(rng.uniform())))
    if len(samples) < _SHORTEST_SAMPLES:
        return None
    heard: Sound = samples.astype(np.float32) / np.float32(2**15)
    sound = trimmed(resampled(heard, round(len(heard) * SPEECH_RATE_HZ / rate_hz / warp)), _SILENCE_DB)
    peak = np.abs(sound).max(initial=0)
    return (sound / peak).astype(np.float32) if peak > 0 and len(sound) >= _SHORTEST_SAMPLES else None


def resampled(sound: Sound, samples: int) -> Sound:
    """The same in so many samples, as a tape played faster or slower: pitch, formants and pace move together."""
    spectrum = np.fft.rfft(sound)
    bins = samples // 2 + 1
    kept = np.zeros(bins, spectrum.dtype)
    kept[: len(spectrum)] = spectrum[:bins]
    return (np.fft.irfft(kept, samples) * (samples / len(sound))).astype(np.float32)


def trimmed(sound: Sound, silence_db: float) -> Sound:
    """Without what is further than ``silence_db`` below the loudest, before and after."""
    power = np.convolve(sound**2, np.full(_POWER_SAMPLES, 1 / _POWER_SAMPLES, np.float32), "same")
    loud = np.flatnonzero(power > power.max() * 10 ** (silence_db / 10))
    if not len(loud):
        return sound[:0]
    return sound[max(0, loud[0] - _MARGIN_SAMPLES) : loud[-1] + _MARGIN_SAMPLES]
