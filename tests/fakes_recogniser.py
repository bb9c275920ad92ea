"""The embedded recogniser's service with a script in place of its networks, for tests of what goes over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hub.stt.phrase.grammar import Grammar
from hub.stt.phrase.recogniser import Heard
from hub.stt.phrase.service import PhraseService
from tests.fakes_engines import GRAMMAR, SETTINGS
from wire.server import serve

NOTHING = Heard("", 0.0)
BEGUN = Heard("turn on the", 0.8, goes_on=True)
WHOLE = Heard("turn on the TV", 0.9, complete=True)


@dataclass
class ScriptedHouse:
    """Behaves as HouseRecogniser: one of ``heard`` after another, whatever is said; at the end its last one."""

    heard: list[Heard]
    looks: int = 0
    current: Any = field(init=False)
    problem: Exception = field(init=False)

    def __post_init__(self) -> None:
        self.current = SimpleNamespace(grammar=Grammar(**GRAMMAR), listen=self._listen)

    async def in_worker(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)

    def _listen(self) -> SimpleNamespace:
        heard: Iterator[Heard] = iter(self.heard)

        def so_far() -> Heard:
            self.looks += 1
            return next(heard, self.heard[-1])

        return SimpleNamespace(feed=lambda _: None, so_far=so_far, finish=lambda: self.heard[-1])

    @asynccontextmanager
    async def listening(self, folder: Path) -> AsyncIterator[str]:
        """Its service on a socket; gives the URI."""
        async with serve(f"unix://{folder}/phrase", PhraseService(self), SETTINGS) as uri:  # type: ignore[arg-type]
            yield uri
