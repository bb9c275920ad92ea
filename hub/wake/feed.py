"""Live wake scores for whoever watches: the terminal now, the page later; nobody watching costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager

from hub.stages import ScoreTold

WAITING_SCORES = 1024  # of one watcher: 64 rooms for more than a second; beyond it the oldest are dropped


class ScoreFeed:
    """on_watched: told True when somebody begins to watch and False when nobody does any more."""

    def __init__(self, on_watched: Callable[[bool], None] = lambda _watched: None) -> None:
        self.on_watched = on_watched
        self._watchers: list[asyncio.Queue[ScoreTold]] = []

    @property
    def watched(self) -> bool:
        return bool(self._watchers)

    def tell(self, room: str, words: Mapping[str, float], heard: str | None) -> None:
        for queue in self._watchers:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(ScoreTold(room, dict(words), heard))

    @contextmanager
    def watch(self) -> Iterator[AsyncIterator[ScoreTold]]:
        """Every score of every room, from now on."""
        queue: asyncio.Queue[ScoreTold] = asyncio.Queue(WAITING_SCORES)
        self._watchers.append(queue)
        if len(self._watchers) == 1:
            self.on_watched(True)
        try:
            yield _taken(queue)
        finally:
            self._watchers.remove(queue)
            if not self._watchers:
                self.on_watched(False)


async def _taken(queue: asyncio.Queue[ScoreTold]) -> AsyncIterator[ScoreTold]:
    while True:
        yield await queue.get()
