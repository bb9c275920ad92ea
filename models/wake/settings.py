"""What a configuration file may say of wake words, in satellite.toml and hub.toml alike, and the rules it makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from models.wake.decision import Rule

WordName = Annotated[str, Meta(min_length=1, max_length=256)]
Threshold = Annotated[float, Meta(gt=0, lt=1)]
TriggerLevel = Annotated[int, Meta(ge=1, le=20)]
Refractory = Annotated[float, Meta(ge=0, le=60)]

THRESHOLD = 0.5  # of a word that nobody measured
LOWEST, HIGHEST = 0.1, 0.9  # thresholds that make sense with any word


class WordSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One word; what is not set is as in ``[wake]``.

    threshold: score that counts. trigger_level: 80 ms steps in a row above it. refractory_seconds: pause before it
    counts again. second_look: scores below the threshold are judged by what ``earshot wake teach`` learned. grey_from:
    the lowest score that is looked at twice.
    """

    threshold: Threshold | None = None
    trigger_level: TriggerLevel | None = None
    refractory_seconds: Refractory | None = None
    second_look: bool = False
    grey_from: Threshold = 0.05


def rule(
    own: WordSection, *, threshold: float | None, trigger_level: int, refractory_seconds: float, trained: float | None
) -> Rule:
    """The word's own settings, then those for all words, then what its training measured.

    threshold and the others: for all words. trained: the threshold that came with the word.
    """
    return Rule(
        threshold=next(one for one in (own.threshold, threshold, trained, THRESHOLD) if one is not None),
        trigger_level=own.trigger_level or trigger_level,
        refractory_seconds=refractory_seconds if own.refractory_seconds is None else own.refractory_seconds,
    )


def section_of(word: str, sections: Mapping[str, WordSection]) -> WordSection:
    return sections.get(word, WordSection())
