"""Text that is still being written, in pieces to speak: the first one short, the others sentence by sentence. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FIRST_CHARACTERS, _CHARACTERS = 60, 240  # the longest piece without a stop in it
_END = re.compile(r"[.!?…:;][\"')]*(?=\s)|[。！？]|\n")  # noqa: RUF001 the full stops of Chinese and Japanese
SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")  # noqa: RUF001
_PAUSE = re.compile(r"[,،、—](?=\s)")
_SHORTEST_PAUSE = 12  # characters before a comma that may end the first piece
_MARKS = re.compile(r"[*_#`~|<>{}\[\]\\]+|^\s*[-•]\s+", re.MULTILINE)


class Clauses:
    """Feed it text; it gives pieces without marks of writing, each with a word in it."""

    def __init__(self) -> None:
        self._held = ""
        self._is_first = True

    def feed(self, text: str) -> Iterator[str]:
        self._held += text
        while (at := self._cut()) is not None:
            piece, self._held = self._held[:at], self._held[at:]
            yield from self._spoken(piece)

    def end(self) -> Iterator[str]:
        """What came last, which no stop ended."""
        held, self._held = self._held, ""
        yield from self._spoken(held)

    def _spoken(self, piece: str) -> Iterator[str]:
        said = " ".join(_MARKS.sub("", piece).split())
        if any(character.isalnum() for character in said):
            self._is_first = False
            yield said

    def _cut(self) -> int | None:
        """Where the next piece ends; None: not yet known."""
        ends = [found.end() for found in _END.finditer(self._held)][:1]
        if self._is_first:
            ends += [found.end() for found in _PAUSE.finditer(self._held) if found.start() >= _SHORTEST_PAUSE][:1]
        if ends:
            return min(ends)
        longest = _FIRST_CHARACTERS if self._is_first else _CHARACTERS
        if len(self._held) <= longest:
            return None
        return self._held.rfind(" ", 1, longest) + 1 or longest
