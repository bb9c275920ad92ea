"""Keeps the recogniser of the newest grammar file that works, and runs all decoding in the one worker thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, TypeVarTuple

from hub.stt.phrase.adaptation import Adaptation, AdaptationBroken
from hub.stt.phrase.grammar import Grammar, GrammarBroken
from hub.stt.phrase.recogniser import Recogniser, load_listener
from models.errors import ModelInvalid
from models.recogniser.listener import Listener
from models.runtime import give_back_memory
from wire.errors import EarshotError
from wire.tasks import Tasks

_UNUSABLE = "recogniser-invalid"
_LOOK_SECONDS = 0.2  # how long after a new name it can be said

_log = logging.getLogger(__name__)
_Arguments = TypeVarTuple("_Arguments")
_Result = TypeVar("_Result")


class HouseRecogniser:
    """The recogniser as the file changes; utterances that began with an older one end with it.

    Its block ends with ModelInvalid (recogniser-invalid) where nothing can ever be heard: whoever runs it is to say so.
    """

    def __init__(self, path: Path, model: Path | None = None, adaptation: Path | None = None) -> None:
        """model: a recogniser's file, instead of the language's own.

        adaptation: file of what the household taught, which may be missing.
        """
        self._path, self._model, self._adaptation = path, model, adaptation
        self._listener: Listener | None = None
        self._seen: tuple[object, object] | None = None
        self._tasks = Tasks()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="stt")
        self.current: Recogniser | None = None
        self.problem: EarshotError = GrammarBroken(
            "grammar-missing", f"{path} was not written yet; the hub does when it has devices"
        )

    async def in_worker(self, work: Callable[[*_Arguments], _Result], *arguments: *_Arguments) -> _Result:
        """Run in the thread that owns the decoders. Cancelling stops the waiting; the work ends in its turn."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, work, *arguments)

    async def __aenter__(self) -> Self:
        await self._look()
        await self._tasks.__aenter__()
        self._tasks.start(self._watch(), name="stt.grammar")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self._tasks.__aexit__(kind, error, traceback)
        except ExceptionGroup as broken:  # of its one task
            raise broken.exceptions[0] from None
        finally:
            await asyncio.to_thread(self._worker.shutdown, cancel_futures=True)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await self._look()

    async def _look(self) -> None:
        seen = await asyncio.to_thread(self._stamps)
        if seen[0] is None or seen == self._seen:
            return
        self._seen = seen
        try:
            self.current = await asyncio.to_thread(self._compiled)
        except (GrammarBroken, ModelInvalid) as broken:
            if broken.code == _UNUSABLE and self.current is None:
                raise
            self.problem = broken
            _log.error("%s; %s", broken, "the one before it stays" if self.current else "nothing can be heard")
        else:
            grammar = self.current.grammar
            _log.info("grammar of %s words and %s names", len(grammar.words), len(grammar.names))

    def _stamps(self) -> tuple[object, object]:
        return _stamp(self._path), _stamp(self._adaptation) if self._adaptation else None

    def _compiled(self) -> Recogniser:
        grammar = Grammar.read(self._path)
        if self._listener is None or self._listener.phones.alphabet.language != grammar.language:
            self._listener = load_listener(grammar.language, self._model)
            give_back_memory()
        return Recogniser(grammar, self._listener, self._taught())

    def _taught(self) -> Adaptation | None:
        try:
            return Adaptation.read(self._adaptation) if self._adaptation else None
        except AdaptationBroken as broken:
            _log.error("%s", broken)
            return None


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
