"""A sentence as plain tokens: lower case, no accents or marks, number words as digits; each knows where it stood."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# "7:30", "7.30", "3.12.", "7h30" and "3rd" begin with digits; "o'clock", "what's" and "'s" are words.
_TOKEN = re.compile(r"(?P<digits>\d+(?:[:./]\d+)*)(?P<dot>\.(?=\s))?|'?[^\W\d_]+(?:'[^\W\d_]+)*'?|\+|\N{DEGREE SIGN}")
_ELISION = re.compile(r"(?<=')(?=\w)")
_NUMBER_WORDS = 4  # tokens: "quatre vingt dix neuf"
ORDINAL = "#"  # ends an ordinal: "third" and "3rd" are "3#"


@dataclass(frozen=True, slots=True)
class Token:
    """plain: how it is matched. start, end: where it stands in the text."""

    plain: str
    start: int
    end: int


def plain(word: str) -> str:
    """Without case and accents; as long as it sounds the same, it is the same."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@dataclass(frozen=True, slots=True)
class Lexer:
    """One language's tokens.

    numbers: plain words (several joined by spaces) to digits, ordinals with their mark. compounds: words that are two.
    ordinal_endings: what follows digits in "3rd". ordinal_dot: "3." is "third". elisions: "d'aller" is two words.
    """

    numbers: Mapping[str, str]
    compounds: Mapping[str, tuple[str, str]]
    ordinal_endings: frozenset[str]
    ordinal_dot: bool
    elisions: bool

    def tokens(self, text: str) -> list[Token]:
        """The tokens of a text whose apostrophes are straight."""
        return self._numbers(self._words(text))

    def _words(self, text: str) -> list[Token]:
        words: list[Token] = []
        for found in _TOKEN.finditer(text):
            start, end, word = found.start(), found.end(), plain(found.group())
            glued = bool(words) and words[-1].end == start
            if found["digits"]:
                mark = ORDINAL if found["dot"] and self.ordinal_dot else ""
                words.append(Token(found["digits"] + mark, start, end))
            elif glued and word in self.ordinal_endings and words[-1].plain.isdigit():
                words[-1] = Token(words[-1].plain + ORDINAL, words[-1].start, end)
            elif word in self.compounds:
                first, second = self.compounds[word]
                words += [Token(first, start, start + len(first)), Token(second, start + len(first), end)]
            else:
                words += self._elided(word, start, end)
        return words

    def _elided(self, word: str, start: int, end: int) -> list[Token]:
        if not self.elisions or len(word) != end - start:
            return [Token(word, start, end)]
        parts: list[Token] = []
        for part in _ELISION.split(word):
            at = parts[-1].end if parts else start
            parts.append(Token(part, at, at + len(part)))
        return parts

    def _numbers(self, words: list[Token]) -> list[Token]:
        """Number words, the longest first, as one token of digits."""
        tokens: list[Token] = []
        place = 0
        while place < len(words):
            for count in range(min(_NUMBER_WORDS, len(words) - place), 0, -1):
                run = words[place : place + count]
                digits = self.numbers.get(" ".join(word.plain for word in run))
                if digits is not None:
                    tokens.append(Token(digits, run[0].start, run[-1].end))
                    place += count
                    break
            else:
                tokens.append(words[place])
                place += 1
        return tokens


class Line:
    """Tokens as one string for regular expressions, each followed by a space."""

    def __init__(self, tokens: list[Token], text: str) -> None:
        self.tokens = tokens
        self.text = text
        self.string = "".join(f"{token.plain} " for token in tokens)
        self._starts = [0]
        for token in tokens:
            self._starts.append(self._starts[-1] + len(token.plain) + 1)

    def place(self, offset: int) -> int:
        """The number of the token that begins at an offset of the string."""
        return bisect_left(self._starts, offset)

    def offset(self, place: int) -> int:
        """Where a token begins in the string."""
        return self._starts[place]

    def string_of(self, part: range) -> str:
        """Some of the string."""
        return self.string[self._starts[part.start] : self._starts[part.stop]]

    def written(self, places: Iterable[int]) -> str:
        """What people wrote there, with its capitals, and its marks between tokens that stand together."""
        runs: list[list[int]] = []
        for place in places:
            if runs and runs[-1][-1] == place - 1:
                runs[-1].append(place)
            else:
                runs.append([place])
        return " ".join(self.text[self.tokens[run[0]].start : self.tokens[run[-1]].end] for run in runs)
