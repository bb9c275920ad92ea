"""Figures over time for the charts: of turns from their records, of the box from samples. Mostly pure."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from hub.machine import Sample
from hub.outcome import outcome
from hub.store.journal import Journal
from hub.store.machine import SampleStore
from hub.store.turns import MarkedTurn
from hub.web.history_api import Figure, History, Series, Unit

STAGES = ("endpoint", "transcript", "understood", "acted", "first_audio")
_STEPS_SECONDS = (300, 900, 3600, 4 * 3600, 24 * 3600)
_MOST_POINTS = 60  # of figures of turns: fewer have more turns behind each
_MOST_SAMPLES = 360  # of the machine
_NO_ERROR = frozenset({"done", "answered", "asked", "silent", "stopped"})
_UNITS: dict[Figure, Unit] = {"latency": "ms", "cpu": "percent", "memory": "percent", "temperature": "celsius"}
_Line = tuple[str, list[float | None]]


class PastFigures:
    """recent: samples of the last hour, closer together than the store has them. Implements Past."""

    def __init__(
        self,
        journal: Journal,
        store: SampleStore | None,
        recent: Callable[[], Sequence[Sample]],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._journal, self._store, self._recent, self._clock = journal, store, recent, clock

    async def history(self, figure: Figure, hours: int) -> History:
        """Raises StoreLost."""
        now = int(self._clock())
        since = now - hours * 3600
        if figure in {"cpu", "memory", "temperature"}:
            return of_machine(figure, await self._samples(since, hours))
        turns = await self._journal.turns.since(datetime.fromtimestamp(since, UTC).isoformat().replace("+00:00", "Z"))
        return of_turns(figure, turns, since=since, until=now)

    async def _samples(self, since: int, hours: int) -> Sequence[Sample]:
        if hours == 1 or self._store is None:
            return [sample for sample in self._recent() if sample.at >= since]
        return await self._store.since(since)


def of_machine(figure: Figure, samples: Sequence[Sample]) -> History:
    """The box, and of it the hub with its engines; a month is told in means of hours, not in thousands of samples."""
    together = max(1, math.ceil(len(samples) / _MOST_SAMPLES))
    groups = [samples[first : first + together] for first in range(0, len(samples), together)]
    step = groups[1][0].at - groups[0][0].at if len(groups) > 1 else 10
    values: dict[str, list[tuple[str, Callable[[Sample], float | None]]]] = {
        "cpu": [("box", lambda one: one.cpu_percent), ("hub", lambda one: one.hub_cpu_percent)],
        "memory": [("box", lambda one: one.memory_percent), ("hub", lambda one: one.hub_memory_percent)],
        "temperature": [("box", lambda one: one.temperature_c)],
    }
    lines = [(name, [_mean(map(value, group)) for group in groups]) for name, value in values[figure]]
    return _history(figure, step, [group[0].at for group in groups], lines)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 1) if known else None


def of_turns(figure: Figure, turns: Iterable[MarkedTurn], *, since: int, until: int) -> History:
    step = next((one for one in _STEPS_SECONDS if (until - since) / one <= _MOST_POINTS), _STEPS_SECONDS[-1])
    first = since // step * step
    at = list(range(first, until + 1, step))
    within: dict[int, list[MarkedTurn]] = defaultdict(list)
    for turn in turns:
        began = int(datetime.fromisoformat(turn.trace.started).timestamp())
        within[min(max(began, first), until) // step * step].append(turn)
    columns = [within.get(one, []) for one in at]
    series = _latency(columns) if figure == "latency" else _counts(figure, columns)
    return _history(figure, step, at, series)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is not below ``percent`` of all (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(percent / 100 * len(ranked)) - 1)]


def _latency(columns: Sequence[Sequence[MarkedTurn]]) -> list[_Line]:
    """Of each stage how long it took by itself; of the whole from the last word to the first sound of the answer."""
    spent = {
        stage: [[ms for turn in column if (ms := _spent_ms(turn, stage)) is not None] for column in columns]
        for stage in STAGES
    }
    spent["whole"] = [
        [turn.trace.timings_ms["first_audio"] for turn in column if _is_spoken(turn)] for column in columns
    ]
    return [
        (f"{name}_p{percent}", [percentile(ms, percent) if ms else None for ms in lists])
        for name, lists in spent.items()
        for percent in (50, 95)
    ]


def _is_spoken(turn: MarkedTurn) -> bool:
    return turn.trace.stt is not None and "first_audio" in turn.trace.timings_ms


def _spent_ms(turn: MarkedTurn, stage: str) -> float | None:
    """Since the stage before, of those that were reached."""
    reached = turn.trace.timings_ms
    if stage not in reached or turn.trace.stt is None:
        return None
    before = [reached[one] for one in STAGES[: STAGES.index(stage)] if one in reached]
    return round(reached[stage] - max(before, default=0.0), 1)


def _counts(figure: Figure, columns: Sequence[Sequence[MarkedTurn]]) -> list[_Line]:
    if figure == "wakes":
        woken = [[turn for turn in column if turn.trace.wake] for column in columns]
        false = [[turn for turn in column if turn.mark == "false-wake"] for column in woken]
        silent = [
            [turn for turn in column if turn.mark is None and outcome(turn.trace) == "silent"] for column in woken
        ]
        return [("wakes", _lengths(woken)), ("false_wakes", _lengths(false)), ("silent", _lengths(silent))]
    outcomes = [Counter(outcome(turn.trace) for turn in column) for column in columns]
    kinds = dict.fromkeys(kind for counted in outcomes for kind in counted)
    if figure == "errors":
        return [(kind, [float(counted[kind]) for counted in outcomes]) for kind in kinds if kind not in _NO_ERROR]
    return [("turns", _lengths(columns))]


def _lengths(columns: Sequence[Sequence[MarkedTurn]]) -> list[float | None]:
    return [float(len(column)) for column in columns]


def _history(figure: Figure, step: int, at: list[int], series: Iterable[_Line]) -> History:
    unit = _UNITS.get(figure, "count")
    return History(
        figure=figure, unit=unit, step_seconds=step, at=at, series=[Series(name, values) for name, values in series]
    )
