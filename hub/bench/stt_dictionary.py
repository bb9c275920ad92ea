"""Pronunciations for the acoustic model: the wheel's CMU dictionary, and espeak-ng for words that it does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from hub.engines.espeak import phonemes
from models.recogniser.phones import alphabet

VOICE = "en-us"  # the accent that the acoustic model was trained on


def arpabet(ipa: str) -> str:
    """CMU phones, a space between: our English alphabet is of them."""
    english = alphabet("en")
    assert english is not None
    return " ".join(english.phones[number - 1] for number in english.read(ipa))


def dictionary(words: Collection[str], cmudict: Path) -> list[str]:
    """Lines of a pronunciation dictionary for exactly ``words``; alternatives are ``word(2)``, as in the CMU's."""
    lines = list(_known(words, cmudict))
    known = {line.split(None, 1)[0] for line in lines}
    lines += [f"{word} {phones}" for word in sorted(words) if word not in known and (phones := _guessed(word))]
    return lines


def _known(words: Collection[str], cmudict: Path) -> Iterable[str]:
    with cmudict.open(encoding="utf-8") as lines:
        for line in lines:
            if line.partition(" ")[0].partition("(")[0] in words:
                yield line.rstrip()


def _guessed(word: str) -> str:
    return arpabet(phonemes(VOICE, word))
