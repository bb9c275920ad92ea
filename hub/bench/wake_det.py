"""Draws what ``bench wake --accuracy`` measured: words missed against false wakes, over all thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from hub.bench.figure import empty, save
from hub.bench.wake_rates import curve, false_wakes, hours, missed
from hub.bench.wake_report import ALONE, LOOKED
from hub.bench.wake_trial import CLEAN, RULE, WordResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHOWN = (CLEAN.name, "noise, 10 dB", "noise, 0 dB", "kitchen room, 3 m", "kitchen room, 3 m, noise, 10 dB")
_COLOURS = ("#1b7837", "#2166ac", "#b2182b", "#e08214", "#762a83")
_SIZE_INCHES = (11.0, 4.2)
_AN_HOUR = (0, 1, 3, 10, 30, 100)
_MOST_AN_HOUR = 200
_MOST_MISSED_PERCENT = 70


def draw(results: Sequence[WordResult], picture: Path) -> None:
    """Raises ConfigError (bench-tool-missing)."""
    figure = empty(_SIZE_INCHES)
    places = figure.subplots(1, len(results), sharey=True, squeeze=False)[0]
    for place, result in zip(places, results, strict=True):
        _word(place, result)
    places[0].set_ylabel("words missed, %")
    places[-1].legend(fontsize="x-small", loc="upper right")
    save(figure, picture)


def _word(place: Axes, result: WordResult) -> None:
    others = list(chain.from_iterable(result.others.values()))
    spent = hours(others)
    for name, colour in zip(_SHOWN, _COLOURS, strict=True):
        words = result.words[name]
        points = curve(words, others, RULE)
        place.plot([rate for *_, rate in points], [100 * share for _, share, _ in points], color=colour, label=name)
        for policy, mark in ((ALONE, "o"), (LOOKED, "*")):
            rate = false_wakes(others, policy) / spent
            place.plot([rate], [100 * missed(words, policy) / len(words)], mark, color=colour, markersize=8)
    place.set_title(f"{result.name}: ● at {RULE.threshold}, ★ with a second look", fontsize="small")
    place.set_xscale("symlog", linthresh=1)
    place.set_xlim(0, _MOST_AN_HOUR)
    place.set_xticks(_AN_HOUR, [str(rate) for rate in _AN_HOUR])
    place.set_xlabel(f"false wakes an hour, of {spent / len(result.others):.2f} h heard {len(result.others)} ways")
    place.set_ylim(0, _MOST_MISSED_PERCENT)
    place.grid(alpha=0.3)
