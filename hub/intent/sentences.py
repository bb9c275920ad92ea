"""Sentences to intents: the first stage of understanding, in a worker thread of its own."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from hub.intent.language import Sentences, load_sentences, resolve_language
from hub.intent.matching import TEXT_LENGTH, match, reading
from hub.intent.names import HouseNames
from hub.intent.near.guessing import Guesser
from hub.intent.near.reading import guarded, read
from hub.intent.near.repertoire import Repertoire, is_guessed
from hub.stages import Area, Entity, House, Intent, NotUnderstood

CACHED_SENTENCES = 128  # people repeat themselves: the lights of an evening are the lights of every evening

_Answer = TypeVar("_Answer")
_Key = tuple[int, str, str, str | None]
_Snapshot = tuple[int, Sequence[Entity], Sequence[Area]]


class SentenceInterpreter:
    """Matches sentences of home-assistant-intents against the house. Used as an async context manager.

    languages: tags loaded at once, in the background; others are loaded when first heard.
    Cancelling ``interpret`` is safe: what the worker computes is dropped.
    """

    def __init__(self, house: House, *, languages: Sequence[str] = ("en",)) -> None:
        self._house = house
        self._languages = [resolve_language(language) for language in languages]
        self._known: OrderedDict[_Key, Intent | NotUnderstood] = OrderedDict()
        self._matcher = _Matcher()
        self._worker: ThreadPoolExecutor | None = None

    async def __aenter__(self) -> Self:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="intent")
        for code in self._languages:
            self._worker.submit(self._matcher.repertoire, code)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._worker is not None
        worker, self._worker = self._worker, None
        await asyncio.to_thread(worker.shutdown, cancel_futures=True)  # what it loads just now, it loads to its end

    async def interpret(self, text: str, *, language: str, area: str | None) -> Intent | NotUnderstood:
        """Match one sentence against the house. Raises IntentFailed (language-unknown)."""
        code = resolve_language(language)
        key = (self._house.names_version, text, code, area)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        understood = await self._work(self._matcher.match, text, code, area)
        if self._worker is not None:  # names that changed are made ready while nobody waits
            self._worker.submit(self._matcher.prepare, self._snapshot(), code)
        self._known[key] = understood
        while len(self._known) > CACHED_SENTENCES:
            self._known.popitem(last=False)
        return understood

    async def exact(self, text: str, *, language: str, area: str | None) -> Intent | None:
        """A sentence that fits whole, in a third of the time that it takes to say why another does not.

        Raises IntentFailed (language-unknown).
        """
        return await self._work(self._matcher.exact, text, resolve_language(language), area)

    async def guess(self, text: str, *, language: str, area: str | None) -> Intent | None:
        """What was probably said, where no sentence fits: ``near``, with its ``doubt``; None where nothing is near.

        Raises IntentFailed (language-unknown).
        """
        return await self._work(self._matcher.guess, text, resolve_language(language), area)

    def _snapshot(self) -> _Snapshot:
        return self._house.names_version, self._house.entities(), self._house.areas()

    async def _work(
        self, read: Callable[[_Snapshot, str, str, str | None], _Answer], text: str, code: str, area: str | None
    ) -> _Answer:
        assert self._worker is not None, "use as an async context manager"
        return await asyncio.get_running_loop().run_in_executor(self._worker, read, self._snapshot(), text, code, area)


class _Matcher:
    """What the worker thread owns: parsed languages and the names of the house as it last was."""

    def __init__(self) -> None:
        self._sentences: dict[str, Sentences] = {}
        self._names: dict[str, tuple[int, HouseNames]] = {}
        self._repertoires: dict[str, Repertoire] = {}
        self._guessers: dict[str, tuple[int, Guesser, frozenset[str]]] = {}

    def sentences(self, code: str) -> Sentences:
        if code not in self._sentences:
            self._sentences[code] = load_sentences(code)
        return self._sentences[code]

    def repertoire(self, code: str) -> Repertoire | None:
        """None for a language that nothing is guessed in."""
        if code not in self._repertoires and is_guessed(code):
            self._repertoires[code] = Repertoire(self.sentences(code))
        self.sentences(code)
        return self._repertoires.get(code)

    def match(self, snapshot: _Snapshot, text: str, code: str, area: str | None) -> Intent | NotUnderstood:
        return match(text, self.sentences(code), self._house_names(snapshot, code), area)

    def exact(self, snapshot: _Snapshot, text: str, code: str, area: str | None) -> Intent | None:
        return reading(text, self.sentences(code), self._house_names(snapshot, code), area)

    def guess(self, snapshot: _Snapshot, text: str, code: str, area: str | None) -> Intent | None:
        self.prepare(snapshot, code)
        if code not in self._guessers or len(text) > TEXT_LENGTH:
            return None
        _, guesser, named = self._guessers[code]
        found = guesser.guess(text, here=area is not None)
        return None if found is None else read(found, code, area, named)

    def prepare(self, snapshot: _Snapshot, code: str) -> None:
        """Make the names of the house ready to be guessed at."""
        known = self._guessers.get(code)
        if (known is None or known[0] != snapshot[0]) and (repertoire := self.repertoire(code)):
            guesser = Guesser(repertoire, self._house_names(snapshot, code))
            self._guessers[code] = (snapshot[0], guesser, guarded(snapshot[1]))

    def _house_names(self, snapshot: _Snapshot, code: str) -> HouseNames:
        version, entities, areas = snapshot
        if code not in self._names or self._names[code][0] != version:
            self._names[code] = (version, HouseNames(entities, areas, code))
        return self._names[code][1]
