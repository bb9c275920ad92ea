"""Colours survive the way through the forms that lamps speak."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.house.colors import (
    NAMED,
    hs_to_rgb,
    hs_to_xy,
    kelvin_to_mireds,
    mireds_to_kelvin,
    rgb_to_hs,
    xy_to_hs,
)


def distance(one, other):
    turn = abs(one - other) % 360
    return min(turn, 360 - turn)


@given(st.floats(0, 359), st.floats(30, 100))
def test_a_colour_comes_back_from_rgb(hue, saturation):
    back = rgb_to_hs(hs_to_rgb((hue, saturation)))
    assert distance(back[0], hue) < 2
    assert abs(back[1] - saturation) < 2


@given(st.floats(0, 359), st.floats(30, 100))
def test_a_colour_comes_back_from_xy(hue, saturation):
    back = xy_to_hs(hs_to_xy((hue, saturation)))
    assert distance(back[0], hue) < 4
    assert abs(back[1] - saturation) < 4


@pytest.mark.parametrize("xy", [(0.3, 0), (-1, 0.5), (2, 0.5), (0.3, 1.5)])
def test_a_point_that_is_no_colour_is_none(xy):
    assert xy_to_hs(xy) is None


def test_known_colours():
    assert rgb_to_hs(NAMED["red"]) == (0, 100)
    assert rgb_to_hs(NAMED["white"])[1] == 0
    assert hs_to_xy((0, 100)) == pytest.approx((0.64, 0.33), abs=0.001)


def test_warmth_in_both_units():
    assert kelvin_to_mireds(2700) == 370
    assert mireds_to_kelvin(370) == 2703
    assert mireds_to_kelvin(0) is None
