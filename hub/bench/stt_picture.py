"""Draws what ``bench stt --scenes`` measured: commands heard rightly as noise and distance grow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hub.bench.figure import empty, save
from hub.bench.stt_report import PEOPLE, VOICES, Measured, counted
from hub.bench.stt_scenes import FAR, NOISY
from hub.bench.wake_scenes import Condition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE_INCHES = (9.0, 3.8)
_COLOURS = ("#2166ac", "#b2182b", "#1b7837")
_KINDS = {PEOPLE: ("people", "-"), VOICES: ("synthetic voices", "--")}
_RECORDED = "recorded"


def draw(measured: Measured, picture: Path) -> None:
    """Raises ConfigError (bench-tool-missing)."""
    figure = empty(_SIZE_INCHES)
    noisy, far = figure.subplots(1, 2, sharey=True)
    _lines(noisy, measured, NOISY, "kitchen noise")
    _lines(far, measured, FAR, "a room of 0.4 s reverberation")
    noisy.set_ylabel("commands heard rightly, %")
    figure.legend(*far.get_legend_handles_labels(), fontsize="small", loc="outside lower center", ncols=4)
    save(figure, picture)


def _lines(place: Axes, measured: Measured, conditions: Sequence[Condition], title: str) -> None:
    names: list[str | None] = [None, *(condition.name for condition in conditions if condition.name in measured.scenes)]
    for contestant, colour in zip(measured.contestants, _COLOURS, strict=False):
        for kind, (label, style) in _KINDS.items():
            right = [counted(measured.of_kind(kind, name), contestant)["right_percent"] for name in names]
            place.plot(right, style, marker="o", color=colour, label=f"{contestant}, {label}")
    place.set_xticks(range(len(names)), [(name or _RECORDED).rpartition(", ")[2] for name in names])
    place.set_title(title, fontsize="small")
    place.set_ylim(0, 102)
    place.grid(alpha=0.3)
