"""Figures of turns and of the box, by time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.machine import Sample
from hub.past_figures import of_machine, of_turns, percentile
from hub.store.turns import MarkedTurn
from hub.trace import ErrorTrace, SttTrace, WakeTrace
from tests.fakes_control import trace

DAY = 24 * 3600
NOON = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp())


def spoken(at: int, *, mark=None, error=None, wake=True, **timings_ms: float) -> MarkedTurn:
    started = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    record = trace(started=started, stt=SttTrace("phrase"), timings_ms=timings_ms, error=error)
    record.wake = WakeTrace("alexa", 0.9) if wake else None
    return MarkedTurn(record, mark)


def line(history, name):
    return next(one.values for one in history.series if one.name == name)


@pytest.mark.parametrize(
    ("values", "p50", "p95"), [([7.0], 7, 7), ([1.0, 2.0], 1, 2), (list(map(float, range(1, 101))), 50, 95)]
)
def test_percentiles_are_values_that_were(values, p50, p95):
    assert (percentile(values, 50), percentile(values[::-1], 95)) == (p50, p95)


def test_each_stage_is_told_by_itself_and_the_whole_from_the_last_word():
    turns = [
        spoken(NOON - 60, endpoint=300, transcript=320, understood=330, acted=380, first_audio=450),
        spoken(NOON - 50, endpoint=700, transcript=720, understood=740, first_audio=800),
    ]
    history = of_turns("latency", turns, since=NOON - 3600, until=NOON)
    assert (history.unit, history.step_seconds) == ("ms", 300)
    assert line(history, "whole_p50")[-2:] == [450, None]
    assert line(history, "whole_p95")[-2] == 800
    assert line(history, "acted_p50")[-2] == 50
    assert line(history, "first_audio_p95")[-2] == 70  # since the stage before, whichever that was
    assert all(len(one.values) == len(history.at) for one in history.series)


def test_written_turns_are_no_waiting_time():
    written = MarkedTurn(trace(started="2026-11-22T11:59:00.000Z"))
    history = of_turns("latency", [written], since=NOON - 3600, until=NOON)
    assert {value for one in history.series for value in one.values} == {None}


def test_wakes_are_counted_with_those_that_were_false():
    turns = [
        spoken(NOON - 100),
        spoken(NOON - 90, mark="false-wake", error=ErrorTrace("no-speech", "x")),
        spoken(NOON - 80, error=ErrorTrace("no-speech", "x")),
        spoken(NOON - 70, mark="false-wake", wake=False),
    ]
    history = of_turns("wakes", turns, since=NOON - DAY, until=NOON)
    assert (sum(line(history, "wakes")), sum(line(history, "false_wakes")), sum(line(history, "silent"))) == (3, 1, 1)


def test_errors_are_told_by_kind_and_silence_is_none():
    turns = [spoken(NOON - 100, error=ErrorTrace(code, "x")) for code in ("stt-lost", "not-understood", "no-speech")]
    history = of_turns("errors", turns, since=NOON - DAY, until=NOON)
    assert {one.name: sum(one.values) for one in history.series} == {"failed": 1, "not-understood": 1}


def test_a_month_has_few_points_and_a_turn_of_tomorrow_is_in_the_last():
    history = of_turns("turns", [spoken(NOON + DAY)], since=NOON - 30 * DAY, until=NOON)
    assert history.step_seconds == DAY
    assert len(history.at) <= 62
    assert line(history, "turns")[-1] == 1


def test_a_month_of_the_box_is_told_in_means():
    samples = [Sample(NOON + 300 * n, float(n % 2 * 100), 40.0, 5.0, 400.0) for n in range(8640)]
    history = of_machine("cpu", samples)
    assert len(history.at) <= 360
    assert set(line(history, "box")) == {50.0}
    assert history.step_seconds == 300 * 24
    assert of_machine("temperature", samples).series[0].values == [None] * len(history.at)


def test_of_the_last_hour_every_sample_is_told():
    history = of_machine("memory", [Sample(NOON, 1, 40.0, 1, 0.0, 51.0), Sample(NOON + 10, 1, 41.0, 1, 0.0, 52.0)])
    assert (history.at, line(history, "box"), history.step_seconds) == ([NOON, NOON + 10], [40.0, 41.0], 10)
    assert of_machine("memory", []).at == []
