"""One link to a Wyoming peer, as client or server: reads, writes and pings, each with a deadline, until it ends."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, SupportsIndex

from wyoming.audio import AudioChunk
from wyoming.error import Error
from wyoming.event import Event
from wyoming.ping import Ping, Pong

from wire.address import TcpAddress, parse_uri
from wire.errors import ConfigError, FrameMalformed, FrameTooLarge, PeerClosed, PeerError, PeerRefused, PeerTimeout
from wire.frame import Limits, begin_event, encode, finish_event
from wire.pulse import Pulse
from wire.queues import Inbox, Outbox
from wire.tasks import Tasks

_PING_BACK_SECONDS = 2.0  # what stock satellites wait between a pong and their next ping
_LINGER_SECONDS = 1.0  # how long a peer may take to read our last words before we close
_TCP_OPTIONS = {
    "TCP_NODELAY": 1,
    "TCP_NOTSENT_LOWAT": 65_536,  # bytes held unsent, 2 s of speech: stale audio waits where we can still drop it
    "TCP_KEEPIDLE": 10,  # seconds of silence, then
    "TCP_KEEPCNT": 3,  # probes,
    "TCP_KEEPINTVL": 5,  # seconds apart: the host of a peer that is never pinged is known to be gone after 25 s,
    "TCP_USER_TIMEOUT": 20_000,  # or when it has acknowledged nothing for so many milliseconds
}


@dataclass(frozen=True, slots=True)
class PeerSettings:
    """What a peer may cost us, and how long it may take. Raises ConfigError (ping-too-slow).

    limits: the longest frames. queue_events: held in each direction, or fewer once they are ``limits.payload_bytes``.
    write_seconds: how long a peer may take nothing while something is to be written. connect_seconds: until accepted.
    ping_seconds: we ping so long after the last pong; None: never. ping_back: begin once the peer has pinged.
    silent_seconds: not one byte for so long, in the middle of a frame or after our ping, and the peer is gone (Pulse
    has the exceptions).
    """

    limits: Limits = field(default_factory=Limits)
    queue_events: int = 512
    write_seconds: float = 5.0
    connect_seconds: float = 5.0
    ping_seconds: float | None = None
    silent_seconds: float = 5.0
    ping_back: bool = False

    def __post_init__(self) -> None:
        if self.pings and self.ping_interval_seconds >= self.silent_seconds:
            raise ConfigError(
                "ping-too-slow",
                f"pings every {self.ping_interval_seconds} s cannot show within {self.silent_seconds} s that a peer is "
                "there; set ping_seconds below silent_seconds",
            )

    @property
    def pings(self) -> bool:
        return self.ping_back or self.ping_seconds is not None

    @property
    def ping_interval_seconds(self) -> float:
        return _PING_BACK_SECONDS if self.ping_seconds is None else self.ping_seconds


class Ear(asyncio.StreamReader):
    """A StreamReader that tells a Pulse of every byte, long before it is a whole frame."""

    def __init__(self, settings: PeerSettings) -> None:
        super().__init__(limit=settings.limits.line_bytes)
        clock = asyncio.get_running_loop().time
        self.pulse = Pulse(clock, settings.silent_seconds, settings.ping_interval_seconds)

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        self.pulse.heard()
        super().feed_data(data)


class Connection:
    """A link to one peer. Use as ``async with``; leaving writes what is queued, then closes, and raises nothing itself.

    An error ends the link: calls that wait raise it, and so does every later one, ``receive`` after it gave the events
    that came before. Pings are answered and pongs taken here: ``receive`` does not give them.
    """

    def __init__(self, name: str, settings: PeerSettings, ear: Ear, writer: asyncio.StreamWriter) -> None:
        self.name = name
        self.dropped_events = 0
        self._settings, self._ear, self._writer, self._pulse = settings, ear, writer, ear.pulse
        self._inbox = Inbox(settings.queue_events, settings.limits.payload_bytes)
        self._outbox = Outbox(settings.queue_events, settings.limits.payload_bytes)
        self._tasks, self._ended = Tasks(), False
        self._may_ping, self._ponged = asyncio.Event(), asyncio.Event()
        if settings.ping_seconds is not None:
            self._may_ping.set()
        self._lifetime = self._live()
        writer.transport.set_write_buffer_limits(high=0)  # drain() means: all of it is with the kernel
        _tune(writer.get_extra_info("socket"))

    async def receive(self, timeout_seconds: float | None = None) -> Event:
        """The next event. Nothing within ``timeout_seconds`` is PeerTimeout too, but leaves the link as it is.

        Raises PeerClosed, PeerTimeout, FrameTooLarge or FrameMalformed when the link has ended.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._inbox.get()
        except TimeoutError as late:
            raise PeerTimeout(
                "peer-timeout", f"{self.name} sent nothing for {timeout_seconds} s; see whether it is overloaded"
            ) from late

    async def send(self, event: Event) -> None:
        """Queue an event that will not be dropped. No room in the queue for ``write_seconds`` ends the link."""
        frame = encode(event)
        try:
            async with asyncio.timeout(self._settings.write_seconds):
                await self._outbox.put(frame)
        except TimeoutError as stalled:
            error = self._too_slow()
            self._end(error)
            raise error from stalled

    def offer(self, event: Event) -> bool:
        """Queue live audio without waiting: when the queue is full, the oldest chunk offered gives way.

        False if something was dropped (counted in ``dropped_events``): an old chunk, or this event if no chunk can go.
        """
        dropped = self._outbox.offer(encode(event), live_audio=AudioChunk.is_type(event.type))
        self.dropped_events += dropped
        return not dropped

    async def drain(self) -> None:
        """Wait until everything queued is with the kernel; each write has its deadline."""
        await self._outbox.drain()

    def abort(self) -> None:
        """End the link at once; nothing queued is written."""
        self._end(PeerClosed("peer-closed", f"this side ended the connection to {self.name}"))
        self._writer.transport.abort()

    @property
    def peer_seen_seconds_ago(self) -> float:
        """Since the last byte of the peer; 0 while it is kept waiting by whoever should call ``receive``."""
        return self._pulse.heard_seconds_ago

    async def __aenter__(self) -> Self:
        await self._lifetime.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return await self._lifetime.__aexit__(kind, error, traceback)

    @contextlib.asynccontextmanager
    async def _live(self) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as closing:
            closing.push_async_callback(self._close)
            closing.push_async_callback(self._linger)
            await closing.enter_async_context(self._tasks)
            for work in (self._read, self._write, self._ping, self._watch):
                self._tasks.start(self._until_it_ends(work), name=f"wire[{self.name}]{work.__name__}")
            try:
                yield
                with contextlib.suppress(PeerError):
                    await self._outbox.drain()
            finally:
                self._end(PeerClosed("peer-closed", f"this side closed the connection to {self.name}"))

    async def _linger(self) -> None:
        """Half-close and read on a little: closing over unread input resets the link, which loses our last words."""
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            return
        with contextlib.suppress(OSError):  # TimeoutError is one
            self._writer.write_eof()
            async with asyncio.timeout(_LINGER_SECONDS):
                while await self._ear.read(65_536):
                    pass

    async def _close(self) -> None:
        if self._writer.transport.get_write_buffer_size():
            self._writer.transport.abort()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _until_it_ends(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except (FrameTooLarge, FrameMalformed) as error:
            self._end(error)
            self._writer.write(encode(Error(text=error.message, code=error.code).event()))
        except PeerError as error:
            self._end(error)
        except TimeoutError as error:  # TCP's own
            self._end(PeerTimeout("peer-timeout", self._broke(error)))
        except OSError as error:
            self._end(PeerClosed("peer-closed", self._broke(error)))

    def _end(self, error: PeerError) -> None:
        """The first error is the one that stays."""
        if not self._ended:
            self._ended = True
            self._inbox.end(error)
            self._outbox.end(error)
            self._tasks.cancel()
            if isinstance(error, PeerTimeout):  # what it did not take by now it will not take
                self._writer.transport.abort()

    async def _read(self) -> None:
        while True:
            first = await begin_event(self._ear)
            self._pulse.frame_begins()
            event, size_bytes = await finish_event(first, self._ear, self._settings.limits)
            self._pulse.frame_ends()
            if Ping.is_type(event.type):
                self._answer(event)
            elif Pong.is_type(event.type):
                self._pulse.got_pong()
                self._ponged.set()
            else:
                self._pulse.reading_stops()
                await self._inbox.put(event, size_bytes)
                self._pulse.reading_goes_on()
            await asyncio.sleep(0)  # frames that are already here need no waiting: a flood must not keep the loop

    def _answer(self, ping: Event) -> None:
        self._pulse.got_ping()
        text = ping.data.get("text")
        self._outbox.offer_urgent(encode(Pong(text=text if isinstance(text, str) else None).event()))
        if self._settings.ping_back:
            self._may_ping.set()

    async def _write(self) -> None:
        while True:
            self._writer.write(await self._outbox.get())
            await self._flush()
            self._outbox.written()

    async def _flush(self) -> None:
        """Wait until the kernel has the frame, as long as the peer takes at least some of it each ``write_seconds``."""
        while left_bytes := self._writer.transport.get_write_buffer_size():
            try:
                async with asyncio.timeout(self._settings.write_seconds):
                    await self._writer.drain()
            except TimeoutError as stalled:
                if self._writer.transport.get_write_buffer_size() >= left_bytes:
                    raise self._too_slow() from stalled

    async def _ping(self) -> None:
        await self._may_ping.wait()
        while True:
            await asyncio.sleep(self._settings.ping_interval_seconds)
            self._ponged.clear()
            self._pulse.pinged()
            self._outbox.offer_urgent(encode(Ping().event()))
            await self._ponged.wait()

    async def _watch(self) -> None:
        """End the link when the peer's silence has lasted too long."""
        silent_seconds = self._settings.silent_seconds
        # A deadline that comes up while there is none is at least this far away: see Pulse.
        rest_seconds = silent_seconds - (self._settings.ping_interval_seconds if self._settings.pings else 0)
        clock = asyncio.get_running_loop().time
        while True:
            deadline_seconds = self._pulse.deadline_seconds
            if deadline_seconds is not None and deadline_seconds <= clock():
                raise PeerTimeout(
                    "peer-timeout",
                    f"{self.name} was silent for {silent_seconds} s; see whether it has power and network",
                )
            await asyncio.sleep(rest_seconds if deadline_seconds is None else deadline_seconds - clock())

    def _broke(self, error: OSError) -> str:
        return f"the connection to {self.name} broke: {error}; see whether it has power and network"

    def _too_slow(self) -> PeerTimeout:
        return PeerTimeout(
            "peer-timeout",
            f"{self.name} took nothing for {self._settings.write_seconds} s; see whether it hangs or its network does",
        )


async def connect(uri: str, settings: PeerSettings, *, name: str | None = None) -> Connection:
    """Open a link, whose lifetime is then an ``async with await`` of this call.

    Raises PeerRefused (peer-refused), PeerTimeout (peer-timeout) after ``connect_seconds``, ConfigError (uri-invalid).
    """
    address = parse_uri(uri)
    loop = asyncio.get_running_loop()
    ear = Ear(settings)
    protocol = asyncio.StreamReaderProtocol(ear)
    transport: asyncio.Transport
    try:
        async with asyncio.timeout(settings.connect_seconds):
            if isinstance(address, TcpAddress):
                transport, _ = await loop.create_connection(lambda: protocol, address.host, address.port)
            else:
                transport, _ = await loop.create_unix_connection(lambda: protocol, str(address.path))
    except TimeoutError as late:
        raise PeerTimeout(
            "peer-timeout", f"{address} did not answer within {settings.connect_seconds} s; check its power and address"
        ) from late
    except OSError as error:
        raise PeerRefused("peer-refused", f"{address}: {error}; check that it runs and listens there") from error
    return Connection(name or str(address), settings, ear, asyncio.StreamWriter(transport, protocol, ear, loop))


def _tune(link: socket.socket) -> None:
    if link.family not in (socket.AF_INET, socket.AF_INET6):
        return
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _TCP_OPTIONS.items():
        link.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
