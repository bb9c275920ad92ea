"""What happens now, for whoever looks: one feed, any number of watchers, none of whom can hold up the house.

A watcher is told ten times a second, and one that does not keep up loses the oldest events and is told how many.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal, get_args

import msgspec
from aiohttp import WSMsgType, web

from hub.web.refusal import RequestRefused
from hub.web.routes import Route

Topic = Literal["turn", "progress", "satellites", "house", "health", "reminders", "scores", "levels", "jobs", "notify"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
MOST_WATCHERS = 40
FRAME_BYTES = 1024  # of what a page may send: it has nothing to say here
HEARTBEAT_SECONDS = 20.0  # a phone that left the house is noticed
GATHER_SECONDS = 0.1  # twenty pages must not be served in the middle of a turn, event by event
SPREAD_SECONDS = 0.002  # from one page to the next
WAITING_EVENTS = 256  # for each watcher: some seconds of a lively house


class LiveEvent(msgspec.Struct, frozen=True):
    """A message to a page is an array of these. topic: what it is about; value: shaped by topic (docs/api.md)."""

    topic: Topic | Literal["missed"]
    value: Any


class Watcher:
    """One reader of the feed."""

    def __init__(self, topics: Collection[Topic]) -> None:
        self.topics = frozenset(topics)
        self._waiting: deque[bytes] = deque()
        self._stir = asyncio.Event()
        self._missed = 0

    def give(self, message: bytes) -> None:
        if len(self._waiting) >= WAITING_EVENTS:
            self._waiting.popleft()
            self._missed += 1
        self._waiting.append(message)

    @property
    def waits(self) -> bool:
        """Something is there that was not told yet."""
        return bool(self._waiting)

    def stir(self) -> None:
        """Let ``next`` take what is there."""
        self._stir.set()

    async def next(self) -> bytes:
        """What happened since the last time, as a JSON array of events; ready when the feed stirs this watcher."""
        await self._stir.wait()
        self._stir.clear()
        events = list(self._waiting)
        self._waiting.clear()
        if self._missed:
            events.insert(0, msgspec.json.encode(LiveEvent("missed", self._missed)))
            self._missed = 0
        return b"[" + b",".join(events) + b"]"


class LiveFeed:
    """Events of the house to all watchers.

    on_wanted: told, by topic, True when somebody begins to look and False when nobody does any more.
    """

    def __init__(self, gather_seconds: float = GATHER_SECONDS) -> None:
        self._gather_seconds = gather_seconds
        self._stirring: asyncio.TimerHandle | None = None
        self._watchers: set[Watcher] = set()
        self.on_wanted: dict[Topic, Callable[[bool], None]] = {}

    def routes(self) -> Iterable[Route]:
        summary = "WebSocket of events; ?topics=turn,health for only these"
        return [Route(method="GET", path="/live", handler=self._serve, summary=summary, status=101)]

    def wanted(self, topic: Topic) -> bool:
        """Whether anybody looks: what is costly to tell need not be made when nobody does."""
        return any(topic in watcher.topics for watcher in self._watchers)

    def tell(self, topic: Topic, value: object) -> None:
        """Hand ``value`` to whoever watches ``topic``; encoded once for all, and never waits."""
        if not self.wanted(topic):
            return
        message = msgspec.json.encode(LiveEvent(topic, value), enc_hook=_plain)
        for watcher in self._watchers:
            if topic in watcher.topics:
                watcher.give(message)
        if self._stirring is None:
            self._stir_after(self._gather_seconds, [])

    def _stir_after(self, seconds: float, rest: list[Watcher]) -> None:
        self._stirring = asyncio.get_running_loop().call_later(seconds, self._stir, rest)

    def _stir(self, rest: list[Watcher]) -> None:
        """One watcher after another: what twenty pages are sent at once would hold up a turn."""
        rest = rest or [watcher for watcher in self._watchers if watcher.waits]
        if rest:
            rest.pop().stir()
        if rest:
            self._stir_after(SPREAD_SECONDS, rest)
        elif any(watcher.waits for watcher in self._watchers):
            self._stir_after(self._gather_seconds, [])
        else:
            self._stirring = None

    @contextmanager
    def watch(self, topics: Collection[Topic] = TOPICS) -> Iterator[Watcher]:
        watcher = Watcher(topics)
        fresh = [topic for topic in self.on_wanted if topic in watcher.topics and not self.wanted(topic)]
        self._watchers.add(watcher)
        for topic in fresh:
            self.on_wanted[topic](True)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            for topic in self.on_wanted:
                if topic in watcher.topics and not self.wanted(topic):
                    self.on_wanted[topic](False)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        topics = _topics(request.query.get("topics"))
        if len(self._watchers) >= MOST_WATCHERS:
            raise RequestRefused("live-full", f"{MOST_WATCHERS} pages watch already; close one", status=429)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=FRAME_BYTES, compress=False)
        await socket.prepare(request)
        with self.watch(topics) as watcher:
            sending = asyncio.ensure_future(_send(watcher, socket))
            try:
                while (await socket.receive()).type not in _ENDINGS:
                    pass
            finally:
                sending.cancel()
                await asyncio.wait([sending])
        return socket


_ENDINGS = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})


async def _send(watcher: Watcher, socket: web.WebSocketResponse) -> None:
    with suppress(ConnectionError):  # the page is gone: its own receive() ends
        while True:
            await socket.send_str((await watcher.next()).decode())


def _topics(asked: str | None) -> frozenset[Topic]:
    if asked is None:
        return frozenset(TOPICS)
    named = frozenset(asked.split(","))
    if unknown := named - frozenset(TOPICS):
        message = f"topics has {min(unknown)[:40]!r}; there are {', '.join(TOPICS)}"
        raise RequestRefused("request-invalid", message)
    return frozenset(topic for topic in TOPICS if topic in named)


def _plain(value: object) -> Any:
    """Read-only views are JSON objects and lists like any other."""
    if hasattr(value, "items"):
        return dict(value.items())
    raise NotImplementedError(type(value).__name__)
