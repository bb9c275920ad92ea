"""Voices that make sounds of a text's letters, in no time and always the same: what trainings are tested with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.wake.network import Network
from models.wake.training.job import Order, Places, Training
from models.wake.training.parts import Size
from models.wake.training.phrase import phrase
from models.wake.training.progress import Progress
from models.wake.training.speech import Cast, Manner, Sound

RATE_HZ = 22_050
LETTER_SECONDS = 0.07
TINY = Size(
    "tiny",
    dict.fromkeys(("words", "alike", "speech", "foreign", "noise"), (1, 1)),
    steps=100,
    networks=2,
    scenes=8,
    rooms=4,
    beside=10,
)
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass(frozen=True)
class LetterVoice:
    """Two tones for each letter, as formants; spaces are pauses. spoken: texts, as they were asked for."""

    name: str
    depth: float
    spoken: list[str]
    share: float = 1.0

    def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]:
        self.spoken.append(text)
        seconds = np.arange(int(RATE_HZ * LETTER_SECONDS / manner.pace)) / RATE_HZ
        tones = [self._letter(letter, seconds) for letter in text]
        return RATE_HZ, (np.concatenate(tones) * 12_000).astype(np.int16)

    def _letter(self, letter: str, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        if letter == " ":
            return np.zeros(len(seconds))
        number = ord(letter) % 26
        low_hz, high_hz = self.depth * (300 + 90 * (number % 6)), self.depth * (1000 + 350 * (number // 6))
        return (np.sin(2 * np.pi * low_hz * seconds) + 0.5 * np.sin(2 * np.pi * high_hz * seconds)) / 1.5


def cast() -> Cast:
    voices = [LetterVoice(f"voice {number}", 0.9 + 0.05 * number, []) for number in range(5)]
    return Cast(
        familiar=voices[:3],
        held_out=voices[3:4],
        texts=["lights on now", "what time", "open the door", "more music", "say hey willow to it"],
        words=["lamp", "door", "pillow", "window", "below", "hay", "stone", "fridge"],
        rivals=["alexa", "hey willow please"],
        foreign=voices[4:],
        foreign_texts=[["quatre", "lampe du salon"]],
    )


def training(
    network: Network,
    folder: Path,
    cast: Cast,
    *,
    text: str = "hey willow",
    told: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
    fresh: bool = False,
    recordings: Sequence[Sound] = (),
    others: Sequence[Sound] = (),
) -> Training:
    ticks: Iterator[float] = iter(np.arange(0, 1e6).tolist())
    return Training(
        Order(phrase(text), "en", lambda said: said, recordings, others, TINY, fresh),
        cast,
        network,
        Places(words=folder / "words", work=folder / "work", cache=folder / "cache"),
        told=told,
        stopped=stopped,
        clock=lambda: next(ticks),
        now=lambda: NOW,
    )
