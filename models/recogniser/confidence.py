"""How sure the recogniser is of a sentence: whether it was said, rather than something that the house does not know."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.recogniser.search import Search, Sentence

ALIKE_NATS = 1.0  # a sentence so little less likely may as well have been said
_NEIGHBOUR_LETTERS = 2  # beside a word: at its edges its neighbours sound, and most of all in "a" and "I"
_CLEAR_NATS = 6.0  # of margin: more says nothing more


@dataclass(frozen=True, slots=True)
class Look:
    """One search of what was heard. second: by the network that hears the whole utterance.

    weights: of its evidence (looks.py), the constant first.
    """

    blank_penalty: float
    second: bool
    weights: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class LookAgain:
    """When speech has ended. accept: confidence from which on what the looks found is believed."""

    looks: tuple[Look, ...]
    accept: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Learned on voices and sentences that trained nothing (models/recogniser/training/calibration.py).

    weights: of ``evidence``, in its order, the constant first. accept: confidence from which on a sentence is believed.
    blank_penalty: of the search, nats a frame.
    """

    weights: tuple[float, ...] = (3.0, 1.5, 0.3, 0.0, 0.0, 0.0, 0.1, 0.0)
    accept: float = 0.5
    blank_penalty: float = 3.0


def evidence(search: Search, sentence: Sentence, ahead: float) -> tuple[float, ...]:
    """ahead: see ``margin``. In this order: nats a phone of the whole sentence below the likeliest sounds of
    any kind, and nats a letter of its worst word; how many more sounds there were than phones in the sentence, as a
    share; one over those phones; how sure those sounds were themselves, nats a phone; the margin, as far
    as it matters; how many sounds were clear, without the penalty that makes phones out of noise, as a share.
    """
    phones = max(1, sentence.phones)
    whole = (sentence.score - search.free_score) / phones
    worst = min(_by_word(search, sentence))
    missed = abs(search.free_phones - sentence.phones) / phones
    sure = search.free_score / max(1, search.free_phones)
    clear = min(1.0, search.clear_phones / phones)
    return whole, worst, missed, 1 / phones, sure, min(ahead, _CLEAR_NATS), clear


def margin(sentence: Sentence, found: Sequence[Sentence]) -> float:
    """Nats that a sentence is ahead of the next one; 0 where another one is ahead. found: likeliest first."""
    others = [other.score for other in found if other.words != sentence.words]
    return max(0.0, sentence.score - others[0]) if others else _CLEAR_NATS


def confidence(calibration: Calibration | Look, found: Sequence[float]) -> float:
    """0 to 1."""
    constant, *weights = calibration.weights
    total = constant + sum(weight * value for weight, value in zip(weights, found, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _by_word(search: Search, sentence: Sentence) -> list[float]:
    """Nats a letter of each word, with its neighbourhood, below the likeliest sounds of any kind."""
    lines: list[float] = []
    began, before = 0, 0.0
    for word, end, score in zip(sentence.words, sentence.ends, sentence.word_scores, strict=True):
        free = search.free_scores[end] - search.free_scores[began]
        lines.append(((score - before) - free) / (len(word) + _NEIGHBOUR_LETTERS))
        began, before = end, score
    return lines
