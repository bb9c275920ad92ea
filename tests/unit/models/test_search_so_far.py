"""What the search says before a sentence is over: how far it came, and whether more may follow."""

from __future__ import annotations

import numpy as np
import pytest

from models.recogniser.confidence import Calibration
from models.recogniser.graph import compiled
from models.recogniser.guesses import best_so_far
from models.recogniser.search import Effort, Search

LEXICON = {"put": [(1,)], "bed": [(2,)], "light": [(3,)], "out": [(4,)], "now": [(5,)], "please": [(6,)]}
JSGF = """#JSGF V1.0;
grammar house;
<lamp> = bed | bed light;
public <command> = put <lamp> out [ now ] | put <lamp>;
"""


def heard(*phones: int, jsgf: str = JSGF) -> Search:
    """A search after these phones, each as clear as can be, with a blank between."""
    search = Search(compiled(jsgf, LEXICON), Effort())
    for phone in phones:
        for sounding in (phone, 0):
            frame = np.full((1, 7), np.log(1e-3), np.float32)
            frame[0, sounding] = np.log(0.99)
            search.feed(frame)
    return search


@pytest.mark.parametrize(
    ("phones", "words"),
    [((), ""), ((1,), "put"), ((1, 2), "put bed"), ((1, 2, 3), "put bed light"), ((1, 2, 3, 4), "put bed light out")],
)
def test_the_words_so_far(phones: tuple[int, ...], words: str) -> None:
    assert " ".join(heard(*phones).begun().words) == words


@pytest.mark.parametrize(
    ("phones", "goes_on"),
    [((1, 2), True), ((1, 2, 3), True), ((1, 2, 3, 4), True), ((1, 2, 3, 4, 5), False)],
    ids=["a longer name begins so", "another word of the command may follow", "a word may be left out", "all was said"],
)
def test_whether_more_may_follow(phones: tuple[int, ...], *, goes_on: bool) -> None:
    assert heard(*phones).sentences(1)[0].goes_on is goes_on


def test_a_name_that_begins_a_longer_name_goes_on() -> None:
    """Also where the command is over after it: somebody who pauses in a name is let speak."""
    (best, *_) = heard(1, 2, jsgf=JSGF.replace("put <lamp> out [ now ] | ", "")).sentences()
    assert (best.words, best.goes_on) == (("put", "bed"), True)


@pytest.mark.parametrize("called", ["", " | please [ please ]"], ids=["commands alone", "and a call"])
def test_politeness_at_the_end_adds_nothing(called: str) -> None:
    """Wherever it stands; a word that means something goes on."""
    polite = JSGF.replace("public <command> = ", "<sentence> = ")
    polite += f"public <command> = <sentence> [ now{{rare}} please{{rare}} ]{called};\n"
    assert heard(1, 2, 4, jsgf=polite).sentences(1)[0].goes_on is True, "put bed out now: a word of the sentence"
    assert heard(1, 2, 4, 5, jsgf=polite).sentences(1)[0].goes_on is False


@pytest.mark.parametrize(("sounding", "complete"), [(0.5, True), (0.9, False)], ids=["hardly", "clearly"])
def test_a_whole_command_is_whole_while_hardly_a_sound_follows(sounding: float, *, complete: bool) -> None:
    """In silence blank costs its price, and a sound that may be another word's first does not."""
    lexicon = {"put": [(1,)], "out": [(2,)], "slowly": [(3, 4)]}
    search = Search(compiled("public <command> = put out [ slowly ];\n", lexicon), Effort())
    for phone, likelihood in ((1, 0.99), (0, 0.99), (2, 0.99), (0, 0.99), (3, sounding), (0, 0.99)):
        frame = np.full((1, 7), np.log(1e-3), np.float32)
        frame[0, 0] = np.log(1 - likelihood)
        frame[0, phone] = np.log(likelihood)
        search.feed(frame)
    guess = best_so_far(search, Calibration())
    assert guess is not None
    assert (guess.words, guess.complete) == (("put", "out"), complete)
