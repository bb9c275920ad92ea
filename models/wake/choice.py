"""What people choose of wake words while a satellite runs, before what its configuration says; for both programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

import msgspec
from msgspec import Meta

from models.wake.decision import Rule
from models.wake.settings import HIGHEST, LOWEST

_SEVERAL = " + "
Word = Annotated[str, Meta(min_length=1, max_length=64)]
Sensitivity = Annotated[int, Meta(ge=0, le=100)]


class WakeChoice(msgspec.Struct, frozen=True):
    """word: None is those of the configuration. sensitivity: of each word; None is the configuration's thresholds."""

    word: Word | None = None
    sensitivity: Sensitivity | None = None


class WakeStatus(msgspec.Struct, frozen=True):
    """What a satellite listens for. word: one of ``words``; several that are configured are one of them, joined."""

    word: Annotated[str, Meta(min_length=1, max_length=255)]
    words: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=255)], ...], Meta(max_length=100)]
    sensitivity: Sensitivity


def threshold_of(sensitivity: int) -> float:
    """50 is a threshold of 0.5."""
    return round(HIGHEST - (HIGHEST - LOWEST) * sensitivity / 100, 3)


def sensitivity_of(threshold: float) -> int:
    """Thresholds beyond those that make sense with any word are the least or the most sensitive."""
    return round(min(1.0, max(0.0, (HIGHEST - threshold) / (HIGHEST - LOWEST))) * 100)


def chosen_rules(rules: Mapping[str, Rule], choice: WakeChoice) -> dict[str, Rule]:
    """With the thresholds that the chosen sensitivity means."""
    if choice.sensitivity is None:
        return dict(rules)
    threshold = threshold_of(choice.sensitivity)
    return {word: replace(rule, threshold=threshold) for word, rule in rules.items()}


def word_of(label: str, configured: Sequence[str]) -> str | None:
    """A choice's ``word``, of one of a status' ``words``."""
    return None if label == label_of(configured) else label


def label_of(words: Iterable[str]) -> str:
    return _SEVERAL.join(words)


def status_of(rules: Mapping[str, Rule], configured: Sequence[str], known: Iterable[str]) -> WakeStatus:
    """rules: in force now. configured: words where nobody chose one. known: all that can be listened for."""
    offered = dict.fromkeys([label_of(configured), *sorted(known)])
    threshold = min((rule.threshold for rule in rules.values()), default=HIGHEST)
    return WakeStatus(label_of(rules), tuple(offered), sensitivity_of(threshold))
