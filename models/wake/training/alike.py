"""Texts that sound like a phrase and are not it: what a head must learn to refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

import numpy as np

from models.wake.training.phrase import VOWELS, Phrase

Pronounce = Callable[[str], str]
"""From a text to its IPA."""

_CONSIDERED_WORDS = 20_000
_NEAR = 40  # words for each word of the phrase
_RHYMES = 20
_LEAST_LIKENESS = 0.5
_TOO_LIKE = 0.9  # nobody could say which it was
_MARKS = frozenset("ˈˌːˑ. ‍͡-")
# Vowels, and sounds that come and go with an accent: two words that differ in these alone may be the same word.
_LOOSE = VOWELS | frozenset("ɹrɾhʔʲ")  # noqa: RUF001  # IPA


def alike(phrase: Phrase, vocabulary: Sequence[str], pronounce: Pronounce, rng: np.random.Generator) -> list[str]:
    """Parts of the phrase, its words among others, and words and rhymes that are near to its own."""
    near = {
        word: [*_near(word, vocabulary, pronounce, rng), *_rhymes(word, vocabulary, pronounce, rng)]
        for word in phrase.words
    }
    texts = [*_swapped(phrase, near)]
    if vocabulary and len(phrase.words) > 1:
        texts += _among_others(phrase, vocabulary, rng)
    whole = _sounds(pronounce(phrase.text))
    others = [text for text in texts if _is_another(_sounds(pronounce(text)), whole)]
    parts = [text for text in _parts(phrase) if whole not in _sounds(pronounce(text))]
    return list(dict.fromkeys([*parts, *others]))


def _is_another(heard: str, whole: str) -> bool:
    return whole not in heard and _other_word(heard, whole) and _likeness(whole, heard) < _TOO_LIKE


def _parts(phrase: Phrase) -> Iterator[str]:
    words = phrase.words
    if len(words) > 1:
        yield from words
        yield " ".join(reversed(words))
    for word in words:
        for cut in range(2, len(word) - 1):
            if len(word) > 4:
                yield word[:cut]
                yield word[cut:]


def _swapped(phrase: Phrase, near: dict[str, list[str]]) -> Iterator[str]:
    """One word of the phrase is another one, or all are."""
    words = phrase.words
    for place, word in enumerate(words):
        for other in near[word]:
            yield " ".join([*words[:place], other, *words[place + 1 :]])
    if len(words) > 1:
        for others in zip(*(near[word] for word in words), strict=False):
            yield " ".join(others)


def _among_others(phrase: Phrase, vocabulary: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    for word in phrase.words:
        for other in rng.choice(vocabulary, _NEAR):
            yield f"{word} {other}"
            yield f"{other} {word}"


def _near(word: str, vocabulary: Sequence[str], pronounce: Pronounce, rng: np.random.Generator) -> list[str]:
    """Words of the language that sound most like this one."""
    sounds = _sounds(pronounce(word))
    considered = vocabulary
    if len(vocabulary) > _CONSIDERED_WORDS:
        considered = [str(one) for one in rng.choice(vocabulary, _CONSIDERED_WORDS, replace=False)]
    likeness: dict[str, float] = {}
    for other in considered:
        if abs(len(other) - len(word)) > 2:
            continue
        heard = _sounds(pronounce(other))
        if _other_word(heard, sounds):
            likeness[other] = _likeness(sounds, heard)
    near = sorted(likeness, key=lambda other: (-likeness[other], other))[:_NEAR]
    return [other for other in near if likeness[other] >= _LEAST_LIKENESS]


def _rhymes(word: str, vocabulary: Sequence[str], pronounce: Pronounce, rng: np.random.Generator) -> list[str]:
    """The word with another letter at one place; mostly no words at all."""
    letters = sorted({letter for one in vocabulary[:: max(1, len(vocabulary) // 1000)] for letter in one} | set(word))
    sounds = _sounds(pronounce(word))
    found: dict[str, None] = {}
    for _ in range(20 * _RHYMES):
        place = rng.integers(len(word))
        other = word[:place] + letters[rng.integers(len(letters))] + word[place + 1 :]
        heard = _sounds(pronounce(other))
        if abs(len(heard) - len(sounds)) <= 1 and _other_word(heard, sounds):
            found[other] = None
        if len(found) == _RHYMES:
            break
    return list(found)


def _sounds(ipa: str) -> str:
    return "".join(sound for sound in ipa if sound not in _MARKS)


def _likeness(sounds: str, others: str) -> float:
    return SequenceMatcher(None, sounds, others, autojunk=False).ratio()


def _other_word(heard: str, sounds: str) -> bool:
    firm, own = ("".join(sound for sound in one if sound not in _LOOSE) for one in (heard, sounds))
    return firm != own
