"""How like two words are, by their letters and by how they sound: what an open recogniser takes for one another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

LETTERS, SOUNDS, CONSONANTS = 0.4, 0.3, 0.3  # shares of what makes two words alike
_MOST_LETTERS = 40  # of one word that is compared

# Letters that sound alike in most languages of the house, applied in this order; voiced and voiceless are one.
_SOUNDS = tuple(
    tuple(pair.split(">"))
    for line in (
        "sch>s tsch>s ph>f gh> ck>k qu>kw ch>k sh>s th>t wh>w wr>r kn>n ij>ai ei>ai ay>ai ey>ai eau>o au>o oo>u ou>u",
        "ee>i ea>i ie>i ce>se ci>si x>ks z>s c>k v>f w>f d>t b>p g>k j>i y>i h> ß>s",
    )
    for pair in line.split()
)


@lru_cache(maxsize=16384)
def plain(word: str) -> str:
    """Lower case without marks over letters."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if char.isalnum())


@lru_cache(maxsize=16384)
def sounds(word: str) -> str:
    letters = plain(word)
    for written, heard in _SOUNDS:
        letters = letters.replace(written, heard)
    letters = re.sub(r"(.)\1+", r"\1", letters)
    return letters.removesuffix("e") or letters


@lru_cache(maxsize=16384)
def consonants(word: str) -> str:
    return re.sub(r"[aeiou]", "", sounds(word))


class Spelled:
    """Many words, ready to be compared with."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self._forms = [[form(word[:_MOST_LETTERS]) for word in self.words] for form in (plain, sounds, consonants)]

    def alike(self, others: Sequence[str]) -> NDArray[np.float32]:
        """How like each of ``others`` is to each of ours, in [0, 1]: a row for each of them."""
        likeness = np.zeros((len(others), len(self.words)), dtype=np.float32)
        for (share, form), ours in zip(_SHARES, self._forms, strict=True):
            theirs = [form(other[:_MOST_LETTERS]) for other in others]
            likeness += share * cdist(theirs, ours, scorer=Levenshtein.normalized_similarity, dtype=np.float32)
        return likeness


_SHARES = ((LETTERS, plain), (SOUNDS, sounds), (CONSONANTS, consonants))


def alike(one: str, other: str) -> float:
    """How like two words or names are, in [0, 1]."""
    return sum(share * Levenshtein.normalized_similarity(form(one), form(other)) for share, form in _SHARES)


def is_inflected(one: str, other: str) -> bool:
    """Whether two words differ by little more than an ending: "light", "lights"; "schalte", "schalten"."""
    a, b = plain(one), plain(other)
    shared = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return shared >= 4 and max(len(a), len(b)) - shared <= 2
