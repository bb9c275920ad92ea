"""A household's threshold: moved by what it corrected, the more it corrected the further, and never for the worse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.recogniser.household import WRONG_COST, Judged, counted, household_accept

judged = st.lists(st.builds(Judged, st.floats(0, 1), st.booleans()), max_size=30)
shipped = st.floats(0.1, 0.9)


def _cost(turns: list[Judged], accept: float) -> float:
    count = counted(turns, accept)
    return sum(one.right for one in turns if one.confidence < accept) + WRONG_COST * count.wrong


@given(shipped, judged)
def test_no_household_is_worse_off_than_before(accept, turns):
    assert _cost(turns, household_accept(accept, turns)) <= _cost(turns, accept)


@given(shipped, judged)
def test_every_turn_is_counted_once(accept, turns):
    count = counted(turns, accept)
    assert count.right + count.rejected + count.wrong == len(turns)


@given(shipped)
def test_a_household_that_corrected_nothing_has_the_shipped_one(accept):
    assert household_accept(accept, []) == accept


@given(shipped, st.floats(0, 1))
def test_turns_that_were_well_change_nothing(accept, sure):
    assert household_accept(accept, [Judged(sure, right=sure >= accept)] * 20) == accept


@pytest.mark.parametrize(("turns", "is_moved"), [(1, False), (20, True)])
def test_only_several_turns_move_it_far(turns, is_moved):
    """Sentences that are always said with 12 %."""
    assert (household_accept(0.5, [Judged(0.12, right=True)] * turns) < 0.12) is is_moved


def test_talk_that_was_taken_for_commands_makes_it_stricter():
    talk, commands = [Judged(0.6, right=False)] * 6, [Judged(0.9, right=True)] * 6
    assert 0.6 < household_accept(0.4, [*talk, *commands]) <= 0.9
