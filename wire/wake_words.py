"""Wake words in time and in words: where in the audio one ends, and how it is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from types import MappingProxyType

STEP_MS = 80  # openWakeWord tells a score so often
OTHER_LAG_MS = 200  # of a word that nobody measured
PRE_ROLL_MS = 150  # of audio before the word's end: voices differ by about so much
WORD_MS = 1000  # of audio before the word's end hold it whole, in nearly every voice

LAG_MS: Mapping[str, int] = MappingProxyType(
    {
        "alexa": 20,
        "hey_jarvis": 230,
        "hey_mycroft": 150,
        "hey_rhasspy": 130,
        "okay_nabu": 370,
    }
)
"""From a built-in word's end to its detection: the median of ``python -m tests.measure_wake_lag`` over all voices.

okay_nabu has the 5th percentile instead: half of the voices were not noticed at all, the others barely and late.
"""


def lag_ms(word: str, *, trigger_level: int = 1) -> int:
    """Of any word, also one that is the path of a model. Each level of ``trigger_level`` waits for one more step."""
    return LAG_MS.get(word, OTHER_LAG_MS) + (trigger_level - 1) * STEP_MS


def kept_ms(word: str, *, pre_roll_ms: float = PRE_ROLL_MS, trigger_level: int = 1) -> float:
    """How much of the newest audio belongs to the command when ``word`` is noticed."""
    return max(0.0, lag_ms(word, trigger_level=trigger_level) + pre_roll_ms)


def phrase(word: str) -> str:
    """How people say it: ``okay_nabu``, and also ``/etc/earshot/okay_nabu.tflite``, is "okay nabu"."""
    name = PurePath(word).stem if "/" in word or PurePath(word).suffix in {".tflite", ".onnx"} else word
    return " ".join(name.replace("_", " ").replace("-", " ").lower().split())


def command_after(words: Iterable[str], text: str) -> str:
    """What was said after one of the wake words where a transcript begins with it; else the transcript."""
    said = "|".join(r"\W+".join(map(re.escape, phrase(word).split())) for word in words)
    return re.sub(rf"^\W*(?:{said})(?:\W+|$)", "", text, count=1, flags=re.IGNORECASE)


def longest_kept_ms(*, pre_roll_ms: float = PRE_ROLL_MS, trigger_level: int = 1) -> float:
    """``kept_ms`` of the word that is noticed latest: what must be remembered."""
    words = (*LAG_MS, "")
    return max(kept_ms(word, pre_roll_ms=pre_roll_ms, trigger_level=trigger_level) for word in words)
