"""What ten times more speech would give, from what an eighth, a quarter and a half gave."""

from __future__ import annotations

from itertools import pairwise

import pytest

from models.recogniser.training.curve import FRACTIONS, PowerLaw, first_shards


def test_a_power_law_is_found_and_continued():
    hours = [1.0, 2.0, 4.0, 8.0]
    law = PowerLaw.through(hours, [0.4 * one**-0.3 for one in hours])
    assert law.exponent == pytest.approx(0.3)
    assert law.at(80) == pytest.approx(0.4 * 80**-0.3)


def test_each_part_holds_the_one_before_and_the_last_is_all():
    shards = [7, 3, 5, 1, 0, 2, 4, 6, 9, 8]
    parts = [first_shards(shards, fraction) for fraction in FRACTIONS]
    assert [len(part) for part in parts] == [1, 2, 5, 10]
    assert all(set(less) < set(more) for less, more in pairwise(parts))
    assert first_shards([4], 1 / 8) == [4]
