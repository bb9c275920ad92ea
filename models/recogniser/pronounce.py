"""Pronunciations of a grammar's words, as a voice of espeak-ng reads them aloud."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from models.recogniser.graph import Lexicon
from models.recogniser.phones import Alphabet

Read = Callable[[str, str], str]  # accent and text to IPA

_SHORT = 4  # letters: words that change with their neighbours ("the", "a", "to")
_AMONG = ("{}", "it {} book", "it {} apple")


def lexicon(words: Iterable[str], alphabet: Alphabet, read: Read) -> Lexicon:
    """Every different way in which its accents say each word; a word that is not said in any is left out."""
    found: dict[str, list[tuple[int, ...]]] = {}
    for word in words:
        ways = dict.fromkeys(way for accent in alphabet.accents for way in _ways(word, accent, alphabet, read))
        if said := [way for way in ways if way]:
            found[word] = said
    return found


def _ways(word: str, accent: str, alphabet: Alphabet, read: Read) -> Iterable[tuple[int, ...]]:
    for frame in _AMONG if len(word) <= _SHORT else _AMONG[:1]:
        ipa = read(accent, frame.format(word)).split()
        place = frame.split().index("{}")
        if len(ipa) == len(frame.split()):
            yield alphabet.read(ipa[place])
        elif frame == "{}":
            yield alphabet.read("".join(ipa))
