"""What a trained word is worth: its threshold and its figures on held-out voices and sounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.wake.decision import STEP_MS
from models.wake.training.features import WINDOW_STEPS, WORD
from models.wake.training.learning import Examples, Scale
from models.wake.training.perceptron import Perceptron, Values

THRESHOLD = 0.5  # of every word of one's own: its scores are moved so that this is the chosen point

_FALSE_WAKES_PER_HOUR = 2.0  # of made-up sounds, all speech and noise; of recordings that is about 0.5
_LEAST_LOGIT = 0.0
_SCENES_AT_ONCE = 64


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Beside a head, as ``NAME.json``. Rates are of held-out voices in simulated rooms and noise."""

    phrase: str
    language: str
    threshold: float
    missed: float
    false_wakes_per_hour: float
    negative_hours: float
    taken_for_it: float  # of phrases that sound alike
    lag_ms: int  # from the word's end to its score, the median
    voices: int
    held_out_voices: list[str]
    recordings: int
    size: str
    seed: int
    date: str
    seconds: int
    versions: dict[str, str]
    head_sha256: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """threshold: a logit. lag_ms: of the words that were heard."""

    threshold: float
    missed: float
    false_wakes_per_hour: float
    negative_hours: float
    taken_for_it: float
    lag_ms: int


def judge(networks: Sequence[Perceptron], scale: Scale, held_out: Mapping[str, Examples]) -> Judgement:
    """held_out: ``words``, ``alike``, and everything else that must not wake."""
    scores = {kind: _logits(networks, scale, examples) for kind, examples in held_out.items()}
    ordinary = np.concatenate([found for kind, found in scores.items() if kind not in {"words", "alike"}])
    hours = ordinary.size * STEP_MS / 3_600_000
    peaks = np.sort(ordinary.max(axis=1))[::-1]
    threshold = max(_LEAST_LOGIT, float(peaks[min(int(_FALSE_WAKES_PER_HOUR * hours), len(peaks) - 1)]) + 1e-3)
    is_word = held_out["words"].labels == WORD
    heard = (scores["words"] > threshold) & is_word
    lags = (heard.argmax(axis=1) - is_word.argmax(axis=1))[heard.any(axis=1)]
    return Judgement(
        threshold=threshold,
        missed=float(1 - heard.any(axis=1).mean()),
        false_wakes_per_hour=float((peaks > threshold).sum() / hours),
        negative_hours=hours,
        taken_for_it=float((scores["alike"].max(axis=1) > threshold).mean()),
        lag_ms=round(STEP_MS * (float(np.median(lags)) + 0.5)) if len(lags) else 0,
    )


def _logits(networks: Sequence[Perceptron], scale: Scale, examples: Examples) -> NDArray[np.float32]:
    """[scenes, steps]."""
    scenes, steps = examples.labels.shape
    found = []
    for first in range(0, scenes, _SCENES_AT_ONCE):
        part = examples.embeddings[first : first + _SCENES_AT_ONCE].astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(part, WINDOW_STEPS, axis=1).swapaxes(2, 3)
        inputs: Values = scale.inputs(windows.reshape(-1, *windows.shape[2:]))
        found.append(np.mean([network.logits(inputs) for network in networks], axis=0).reshape(len(part), steps))
    return np.concatenate(found)
