"""What was heard, in words: sentences of searches, and how sure of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.recogniser.confidence import Calibration, LookAgain, confidence, evidence, margin
from models.recogniser.looks import Looks
from models.recogniser.search import Search, Sentence


@dataclass(frozen=True, slots=True)
class Guess:
    """words: as in the grammar. confidence: 0 to 1. score: log likelihood. goes_on: more may follow.

    complete: the grammar lets a sentence end here.
    """

    words: tuple[str, ...]
    confidence: float
    score: float
    goes_on: bool
    complete: bool = True


def guesses(search: Search, calibration: Calibration, most: int = 5) -> list[Guess]:
    """Likeliest first, of what the search was fed."""
    found = search.sentences(max(most, 2))
    return [_guess(search, calibration, sentence, found) for sentence in found[:most]]


def decided(looks: Looks, again: LookAgain, most: int = 5) -> list[Guess]:
    """What the looks agree on, as the surest of them has it; likeliest first."""

    def found(place: int) -> list[Guess]:
        look, sentences = again.looks[place], looks.found[place][:most]
        return [
            Guess(each.words, confidence(look, looks.evidence(place, each)), each.score, each.goes_on)
            for each in sentences
        ]

    return max(map(found, looks.agreed(again.looks)), key=lambda guesses: guesses[0].confidence, default=[])


def best_so_far(search: Search, calibration: Calibration) -> Guess | None:
    """The likeliest beginning of a sentence; a whole one where it is as likely. None: not a word yet.

    As likely: in silence blank costs its price, and what may be the first sound of one word more does not.
    """
    found = search.sentences(2)
    begun = search.begun()
    if found and found[0].score > begun.score - calibration.blank_penalty:
        return _guess(search, calibration, found[0], found)
    if not begun.words:
        return None
    return replace(_guess(search, calibration, begun, [begun]), complete=False)


def _guess(search: Search, calibration: Calibration, sentence: Sentence, found: Sequence[Sentence]) -> Guess:
    """found: with all others, likeliest first."""
    told = evidence(search, sentence, margin(sentence, found))
    return Guess(sentence.words, confidence(calibration, told), sentence.score, sentence.goes_on)
