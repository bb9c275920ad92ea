"""Which of several Wyoming servers takes the next request: the least busy one, and one that failed rests a while."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class _Server:
    uri: str
    busy: int = 0
    rests_until_seconds: float = float("-inf")


class Pool:
    """URIs in order of preference. A resting server is still used when there is no other: it may be well again."""

    def __init__(
        self,
        uris: Sequence[str],
        *,
        rest_seconds: float = 10.0,
        in_order: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """in_order: the first that does not rest, however busy it is."""
        if not uris:
            raise ValueError("a pool needs at least one server")
        self._servers = [_Server(uri) for uri in dict.fromkeys(uris)]
        self._rest_seconds, self._in_order, self._clock = rest_seconds, in_order, clock

    @contextlib.contextmanager
    def lease(self, *, after: Collection[str] = ()) -> Iterator[str]:
        """Give a server's URI and count it as busy; those in ``after`` only if there is no other."""
        now_seconds = self._clock()
        server = min(self._servers, key=lambda s: (s.uri in after, s.rests_until_seconds > now_seconds, self._load(s)))
        server.busy += 1
        try:
            yield server.uri
        finally:
            server.busy -= 1

    def has_other(self, asked: Collection[str]) -> bool:
        """One that was not asked yet."""
        return any(server.uri not in asked for server in self._servers)

    def failed(self, uri: str) -> None:
        """Let ``uri`` rest."""
        self._find(uri).rests_until_seconds = self._clock() + self._rest_seconds

    def worked(self, uri: str) -> None:
        self._find(uri).rests_until_seconds = float("-inf")

    def _load(self, server: _Server) -> int:
        return 0 if self._in_order else server.busy

    def _find(self, uri: str) -> _Server:
        return next(server for server in self._servers if server.uri == uri)
