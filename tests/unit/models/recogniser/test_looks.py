"""In the end an utterance is searched again, at other prices of blank and as another network heard it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.recogniser.confidence import Calibration, Look, LookAgain
from models.recogniser.graph import compiled
from models.recogniser.guesses import Guess, decided
from models.recogniser.looks import Heard, Looks, agreed, looked
from models.recogniser.phones import BLANK
from models.recogniser.search import Effort, Search
from tests.unit.models.recogniser.grammars import clear_frames

LEXICON = {"turn": [(1, 2)], "it": [(4,)], "on": [(3, 2)], "please": [(5, 1)]}
GRAPH = compiled("public <command> = turn [ it ] on [ please{rare} ];\n", LEXICON)
OUTPUTS = 6
CHEAP, DEAR = 0.5, 3.0
NO_WEIGHTS = (0.0,) * len(Calibration().weights)

Floats = np.ndarray


def _look(price: float, constant: float = 0.0, *, second: bool = False) -> Look:
    return Look(price, second, (constant, *NO_WEIGHTS))


LOOKS = (_look(CHEAP), _look(1.5), _look(DEAR))


def _looks(frames: Floats, looks: tuple[Look, ...] = LOOKS, *, second: Floats | None = None) -> Looks:
    effort = Effort(blank_penalty=1.5)
    along = Search(GRAPH, effort)
    along.feed(frames)
    return looked(GRAPH, effort, Heard(frames, frames if second is None else second), looks, along)


def _words(looks: Looks) -> list[str]:
    return [" ".join(found[0].words) if found else "" for found in looks.found]


def _with(frames: Floats, at: int, phone: int, blank_nats: float) -> Floats:
    """One frame more in which blank is likelier than a phone, by so many nats."""
    row = np.full((1, OUTPUTS), -12.0)
    row[0, phone], row[0, BLANK] = 0.0, blank_nats
    row -= np.log(np.exp(row).sum())
    return np.insert(frames, at, row, axis=0).astype(np.float32)


@pytest.fixture
def faint() -> Floats:
    """ "turn it on", and "it" is hardly heard: blank is likelier by 2 nats."""
    return _with(clear_frames([1, 2, 3, 2], OUTPUTS), 18, 4, 2.0)


def test_what_is_faint_is_found_where_blank_costs_much(faint):
    assert _words(_looks(faint)) == ["turn on", "turn on", "turn it on"]


def test_the_search_that_went_along_is_not_done_again(faint):
    effort = Effort(blank_penalty=1.5)
    along = Search(GRAPH, effort)
    along.feed(faint)
    looks = looked(GRAPH, effort, Heard(faint, faint), (*LOOKS, _look(1.5, second=True)), along)
    assert [search is along for search in looks.searches] == [False, True, False, False]
    assert along.frames == len(faint)


def test_a_look_says_how_many_found_the_same(faint):
    looks = _looks(faint)
    shares = [looks.evidence(place, found[0])[-1] for place, found in enumerate(looks.found)]
    assert shares == pytest.approx([2 / 3, 2 / 3, 1 / 3])


def test_a_word_that_changes_nothing_is_no_other_sentence():
    """ "please" is heard where blank costs much, and all looks agree."""
    frames = _with(_with(clear_frames([1, 2, 3, 2], OUTPUTS), 27, 5, 2.0), 30, 1, 2.0)
    looks = _looks(frames)
    assert len(set(_words(looks))) == 2
    assert all(looks.evidence(place, found[0])[-1] == 1 for place, found in enumerate(looks.found))


def test_the_second_network_is_heard_where_a_look_says_so(faint):
    looks = (_look(1.5), _look(1.5, second=True))
    assert _words(_looks(faint, looks, second=clear_frames([1, 2, 4, 3, 2], OUTPUTS))) == ["turn on", "turn it on"]


ALL = (_look(1.5), _look(1.5, second=True), _look(DEAR, second=True))


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        ("aaa", [0, 1, 2]),
        ("aab", [0, 1]),
        ("aba", [0, 2]),
        ("baa", [1, 2]),
        ("abc", [2]),  # each another: by the second network, where blank costs most
        ("ab ", [1]),
        ("a  ", [0]),
        ("   ", []),
    ],
)
def test_what_most_looks_found_counts(found, counts):
    """Each letter a sentence, a space for none."""
    assert agreed(ALL, [None if letter == " " else letter for letter in found]) == counts


def _decided(frames: Floats, again: LookAgain, second: Floats | None = None) -> list[Guess]:
    along = Search(GRAPH, Effort(blank_penalty=1.5))
    along.feed(frames)
    heard = Heard(frames, frames if second is None else second)
    return decided(looked(GRAPH, Effort(blank_penalty=1.5), heard, again.looks, along), again)


def test_the_second_look_counts_where_the_first_is_alone(faint):
    """ "it" is hardly heard, and only the second network hears it clearly."""
    clear = clear_frames([1, 2, 4, 3, 2], OUTPUTS)
    assert _decided(faint, LookAgain(ALL, 0.5))[0].words == ("turn", "on")
    assert _decided(faint, LookAgain(ALL, 0.5), clear)[0].words == ("turn", "it", "on")


def test_it_is_as_sure_as_the_surest_look_that_found_it():
    again = LookAgain(tuple(replace(look, weights=(place / 2, *NO_WEIGHTS)) for place, look in enumerate(ALL)), 0.5)
    best, *_ = _decided(clear_frames([1, 2, 3, 2], OUTPUTS), again)
    assert best.confidence == pytest.approx(1 / (1 + np.exp(-1.0)))


def test_where_no_look_finds_a_sentence_there_is_none():
    nothing = np.full((1, OUTPUTS), -30.0, np.float32)
    nothing[0, BLANK] = 0.0
    assert _decided(nothing, LookAgain(LOOKS, 0.5)) == []
