"""Several commands in one sentence: "turn off the lamp and the fan", each a whole sentence of its own in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.intent.joining import EDGES, Joining, base_language, load_joinings, words
from hub.stages import Intent, NotUnderstood, Several

MOST_PARTS = 6
_PIECES = 2  # of one part
_LONGEST_END = 4  # words that a part takes from the end of a later one: "set the lamp and the fan to 20 percent"
_MOST_FRAMES = 24  # whole sentences tried for one part: 5 ms each
_THING_WORDS = 2  # a part of so few words, or with an article, is a thing: what is not known of it is its name
_QUESTIONS = frozenset({"HassGetState", "HassClimateGetTemperature"})
_TARGETS = ("name", "area", "floor", "device_class")


class SentenceReader(Protocol):
    """An interpreter of single commands, that can also be asked for a sentence that fits whole."""

    async def interpret(self, text: str, *, language: str, area: str | None) -> Intent | NotUnderstood: ...

    async def exact(self, text: str, *, language: str, area: str | None) -> Intent | None: ...


@dataclass(frozen=True, slots=True)
class _Read:
    """A part as a whole sentence, and what it means."""

    sentence: str
    intent: Intent


class CompoundInterpreter:
    """Reads a sentence as one thing, else as several joined by "and" or a comma; all of it or nothing.

    A part that leaves words out takes them from the part before ("and the fan"), or from the end of one that follows
    ("schalte die Lampe und den Ventilator aus").
    """

    def __init__(self, reader: SentenceReader) -> None:
        """Reads package files."""
        self._reader = reader
        self._joinings = load_joinings()

    async def interpret(self, text: str, *, language: str, area: str | None) -> Intent | Several | NotUnderstood:
        """Raises IntentFailed (language-unknown)."""
        whole = await self._reader.interpret(text, language=language, area=area)
        cuts = self._joinings.get(base_language(language))
        if isinstance(whole, Intent) or cuts is None:
            return whole
        spans = cuts.spans(text)
        if not 1 < len(spans) <= MOST_PARTS:
            return whole
        return await _Sentence(self._reader, cuts, language, area).several(spans, whole)


class _Sentence:
    """One sentence while it is read."""

    def __init__(self, reader: SentenceReader, cuts: Joining, language: str, area: str | None) -> None:
        self._reader, self._cuts, self._language, self._area = reader, cuts, language, area

    async def several(self, spans: Sequence[tuple[int, int]], whole: NotUnderstood) -> Several | NotUnderstood:
        read: list[_Read] = []
        while spans:
            before = read[-1] if read else None
            for size in range(1, min(_PIECES, len(spans)) + 1):  # two: the name of a device has a joint in it
                piece, *after = _texts(whole.text, [(spans[0][0], spans[size - 1][1]), *spans[size:]])
                piece = piece if before is None else self._cuts.also.sub("", piece)
                if (part := await self._part(piece, before, after)) is not None:
                    break
            else:
                return await self._problem(_texts(whole.text, spans)[0], before, whole)
            read.append(part)
            spans = spans[size:]
        return Several(tuple(part.intent for part in read))

    async def _part(self, piece: str, before: _Read | None, after: Sequence[str]) -> _Read | None:
        alone = await self._exact(piece)
        if alone is not None and not self._goes_on(alone, before):
            return alone
        for sentence in [*list(self._framed(piece, before))[:_MOST_FRAMES], piece, *_ended(piece, after)]:
            if (found := await self._exact(sentence)) is not None and not self._is_bare(found):
                return found
        return None

    def _goes_on(self, alone: _Read, before: _Read | None) -> bool:
        """Whether a part that fits by itself has no verb: "and the fan off" after a question goes on asking."""
        if before is None:
            return self._is_bare(alone)
        first = words(alone.sentence)[0]
        return first in self._cuts.fillers or any(first in words(said)[:1] for said in alone.intent.spoken.values())

    async def _exact(self, sentence: str) -> _Read | None:
        intent = await self._reader.exact(sentence, language=self._language, area=self._area)
        return None if intent is None else _Read(sentence, intent)

    def _is_bare(self, read: _Read) -> bool:
        """Whether only a name was said, which by itself means that it be turned on; beside other commands, hardly."""
        named = [word for key in _TARGETS for word in words(read.intent.spoken.get(key, ""))]
        return self._cuts.says_nothing(word for word in words(read.sentence) if word not in named)

    def _framed(self, piece: str, before: _Read | None) -> Iterator[str]:
        """The sentence before with this part in the place of some of its words, of the fewest first.

        A name of it is kept whole or left out whole; where it has names, at least one makes room.
        """
        if before is None:
            return
        said = before.sentence.split()
        names = list(_name_spans(said, before.intent))
        first = piece.split(maxsplit=1)[0].lower()
        frames = [
            (start, end)
            for start in range(len(said))
            for end in range(start + 1, len(said) + 1)
            if (start, end) != (0, len(said))
            and not any(_cut_through(start, end, name) for name in names)
            and (not names or any(start <= name[0] and name[1] <= end for name in names))
            and not (start and said[start - 1].lower() == first)  # "the the"
        ]
        for start, end in sorted(frames, key=lambda frame: (frame[1] - frame[0], -frame[0])):
            yield " ".join([*said[:start], piece, *said[end:]])

    async def _problem(self, piece: str, before: _Read | None, whole: NotUnderstood) -> NotUnderstood:
        """What is unknown in the part that was not understood; of the whole where not even its first part was."""
        if before is None:
            return whole
        said, verb = words(piece), before.sentence.split()
        start = min((start for start, _ in _name_spans(verb, before.intent)), default=len(verb) - 1)
        while start > 1 and verb[start - 1].lower() in self._cuts.fillers:
            start -= 1
        is_thing = len(said) <= _THING_WORDS or said[0] in self._cuts.fillers
        for sentence in [" ".join([*verb[:start], piece]), piece] if is_thing else [piece]:
            found = await self._reader.interpret(sentence, language=self._language, area=self._area)
            if isinstance(found, NotUnderstood) and found.unknown_name is not None:
                return NotUnderstood(whole.text, found.unknown_name, found.nearest_names)
        return NotUnderstood(whole.text)


def _texts(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    return [text[start:end].strip(EDGES) for start, end in spans]


def _ended(piece: str, after: Sequence[str]) -> Iterator[str]:
    """The part with the last words of one that follows."""
    for later in after:
        said = later.split()
        for end in range(1, min(_LONGEST_END, len(said) - 1) + 1):
            yield " ".join([piece, *said[-end:]])


def _name_spans(said: Sequence[str], intent: Intent) -> Iterator[tuple[int, int]]:
    """Where the names and values of an intent stand among its words."""
    plain = [" ".join(words(word)) for word in said]
    for spoken in intent.spoken.values():
        name = spoken.lower().split()
        for start in range(len(plain) - len(name) + 1):
            if name and plain[start : start + len(name)] == name:
                yield start, start + len(name)
                break


def _cut_through(start: int, end: int, name: tuple[int, int]) -> bool:
    """Whether words start to end hold some of a name and not all of it."""
    overlap = min(end, name[1]) - max(start, name[0])
    return 0 < overlap < name[1] - name[0]
