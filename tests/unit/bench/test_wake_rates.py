"""Rates of a wake word: the product's rule counts, a second look only adds, bounds are those of the textbooks."""

from __future__ import annotations

import numpy as np
import pytest

from hub.bench.wake_rates import (
    THRESHOLDS,
    Heard,
    Policy,
    curve,
    false_wakes,
    hours,
    missed,
    most_events,
    share_between,
    wakes,
)
from models.wake.decision import Rule

ALONE = Policy(Rule())


def heard(*scores: float, word_from_step: int = 0, looks: dict[int, float] | None = None) -> Heard:
    return Heard(np.array(scores, np.float32), word_from_step, looks or {}, recorded_seconds=900)


def test_a_word_wakes_once_while_its_score_stays_high():
    assert wakes(heard(0, 0.6, 0.9, 0.7, 0), ALONE) == [1]


def test_the_refractory_time_is_the_products():
    again = heard(0.9, *[0.0] * 61, 0.9, 0.0, 0.9)
    assert wakes(again, ALONE) == [0, 64]
    assert wakes(again, Policy(Rule(refractory_seconds=0))) == [0, 62, 64]


def test_steps_in_a_row_are_asked_for():
    assert wakes(heard(0.9, 0, 0.9, 0.9), Policy(Rule(trigger_level=2))) == [3]


def test_a_second_look_wakes_where_it_agrees_and_takes_no_wake_away():
    grey = heard(0.2, 0, 0.9, looks={0: 0.8})
    assert wakes(grey, Policy(Rule(refractory_seconds=0), agree=0.7)) == [0, 2]
    assert wakes(grey, Policy(Rule(refractory_seconds=0), agree=0.9)) == [2]
    assert wakes(grey, ALONE) == [2]


def test_a_wake_before_the_word_does_not_count_as_hearing_it():
    early, early_too = heard(0.9, 0, 0, word_from_step=2), heard(0.9, 0, 0.9, word_from_step=2)
    assert missed([early, early_too, heard(0, 0, 0.9, word_from_step=2)], ALONE) == 1


def test_a_second_look_counts_from_the_word_on_too():
    looked = Policy(Rule(), agree=0.7)
    assert missed([heard(0.2, 0, 0, word_from_step=1, looks={0: 0.9})], looked) == 1
    assert missed([heard(0, 0, 0.2, word_from_step=1, looks={2: 0.9})], looked) == 0


def test_hours_are_those_of_the_recordings():
    assert hours([heard(0.0)] * 2) == 0.5


@pytest.mark.parametrize(("events", "mean"), [(0, 2.996), (1, 4.744), (5, 10.513), (20, 29.062)])
def test_the_bound_of_a_rate_is_poissons(events: int, mean: float):
    """Half the 90th percentile of chi square with 2 (n + 1) degrees of freedom, as tables have it."""
    assert most_events(events) == pytest.approx(mean, abs=2e-3)


def test_the_interval_of_a_share_is_wilsons():
    assert share_between(0, 90) == pytest.approx((0, 0.0409), abs=1e-3)
    assert share_between(4, 90) == pytest.approx((0.0174, 0.1088), abs=1e-3)


def test_a_curve_falls_in_false_wakes_as_it_rises_in_misses():
    random = np.random.default_rng(1)
    words = [heard(*random.beta(4, 2, 40)) for _ in range(30)]
    others = [heard(*random.beta(1, 6, 400)) for _ in range(30)]
    points = curve(words, others, Rule())
    assert [threshold for threshold, *_ in points] == list(THRESHOLDS)
    shares = [share for _, share, _ in points]
    assert shares == sorted(shares)
    assert points[-1][2] == 0 < false_wakes(others, Policy(Rule(threshold=0.3)))
