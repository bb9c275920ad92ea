"""Prometheus' text form of what happened."""

from __future__ import annotations

import re

from hub.health import Component, summarize
from hub.machine import Sample
from hub.metrics import Histogram, Metrics
from hub.trace import ErrorTrace, UnderstoodTrace
from tests.fakes_control import trace

LINE = re.compile(r'^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"\})? -?[0-9.e+]+)$')


def test_turns_and_actions_are_counted_by_how_they_ended():
    metrics = Metrics()
    metrics.count(trace())
    metrics.count(trace(understood=UnderstoodTrace(), actions=[]))
    metrics.count(trace(error=ErrorTrace("stt-lost", "it died")))
    text = metrics.exposition(summarize([Component("stt", "ok"), Component("tts", "failed")]))
    assert 'earshot_turns_total{understood="intents"} 1\n' in text
    assert 'earshot_turns_total{understood="none"} 1\n' in text
    assert 'earshot_turns_total{understood="failed"} 1\n' in text
    assert 'earshot_actions_total{outcome="confirmed"} 2\n' in text
    assert "earshot_ready 0\n" in text
    assert 'earshot_component_ok{component="tts"} 0\n' in text


def test_every_line_is_in_the_format():
    metrics = Metrics()
    metrics.count(trace())
    text = metrics.exposition(summarize([Component("stt", "ok")]))
    assert text.endswith("\n")
    assert [line for line in text.splitlines() if not LINE.match(line)] == []


def test_the_box_is_told_where_it_was_looked_at():
    sample = Sample(1, 12.5, 40.0, 3.0, 412.5)
    text = Metrics().exposition(summarize([]), sample)
    assert [line for line in text.splitlines() if not LINE.match(line)] == []
    assert "earshot_machine_cpu_percent 12.5\n" in text
    assert "earshot_hub_memory_bytes 412500000\n" in text
    assert "temperature" not in text  # this box does not tell
    assert "earshot_machine" not in Metrics().exposition(summarize([]))


def test_no_word_room_or_device_is_in_it():
    metrics = Metrics()
    metrics.count(trace(text="call the doctor"))
    text = metrics.exposition(summarize([]))
    assert not any(word in text.lower() for word in ("doctor", "bedroom", "bed_light"))


def test_buckets_are_cumulative():
    histogram = Histogram((10, 100))
    for value in (5, 10, 50, 1000):
        histogram.add(value)
    assert [line for line in histogram.lines("x", "help") if not line.startswith("#")] == [
        'x_bucket{le="10"} 2',
        'x_bucket{le="100"} 3',
        'x_bucket{le="+Inf"} 4',
        "x_sum 1065",
        "x_count 4",
    ]
