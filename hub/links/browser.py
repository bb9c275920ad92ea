"""A browser as a session's link: its microphone and speaker over one WebSocket of the page (docs/talk.md)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal, Protocol

import msgspec
from msgspec import Meta

from hub.links.link import AudioArrived, AudioEnded, LinkEvent, ListenRequested
from hub.stages import Wake
from hub.trace import Trace
from wire.errors import AudioInvalid, FrameMalformed, PeerClosed, PeerTimeout
from wire.pcm import Converter, Pcm, mono_floats, to_16_bit

WRITE_SECONDS = 5.0
PLAYED_GRACE_SECONDS = 1.0  # a page in the background may never say "played": believe the length of the audio
BLOCK_BYTES = 8192

RateHz = Annotated[int, Meta(ge=8_000, le=192_000)]
PageName = Annotated[str, Meta(pattern=r"^page-[a-z0-9]{1,24}$")]
AreaName = Annotated[str, Meta(min_length=1, max_length=64)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}([-_][A-Za-z]{2,4})?$")]


class BrowserHello(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Query of the WebSocket. name: of this page, which it keeps. rate_hz: of the samples that it will send."""

    name: PageName
    rate_hz: RateHz = 16_000
    area: AreaName | None = None
    language: Language | None = None


class Listen(msgspec.Struct, frozen=True, tag="listen"):
    """From now on samples come. ``asr``: they are a command; ``wake``: the wake word comes first."""

    stage: Literal["wake", "asr"]


class End(msgspec.Struct, frozen=True, tag="end"):
    """The button was let go: nothing more comes of this command."""


class Played(msgspec.Struct, frozen=True, tag="played"):
    """The last reply was heard to its end."""


FromPage = Listen | End | Played


class BrowserSocket(Protocol):
    """The WebSocket, as far as a link needs it; ``hub.web.talk`` has one."""

    async def receive(self) -> bytes | str | None:
        """Samples, a message as JSON, or None when the page is gone."""

    async def send(self, message: bytes | str) -> None:
        """Raises ConnectionError when the page is gone."""


class BrowserLink:
    """Implements Link over one page."""

    def __init__(self, socket: BrowserSocket, hello: BrowserHello) -> None:
        self._socket, self._hello = socket, hello
        self._converter = Converter()
        self._played = asyncio.Event()
        self._speaker = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._hello.name

    @property
    def area(self) -> str | None:
        return self._hello.area

    async def next_event(self) -> LinkEvent:
        """Raises PeerClosed, FrameMalformed."""
        while True:
            message = await self._socket.receive()
            if message is None:
                raise PeerClosed("peer-closed", "the page was closed")
            if isinstance(message, bytes):
                return AudioArrived(self._audio(message))
            if (told := self._told(_message(message))) is not None:
                return told

    async def detected(self, wake: Wake) -> None:
        await self._tell("detected", word=wake.word, score=wake.score)

    async def listening(self, language: str) -> None:
        await self._tell("listening", language=language)

    async def voice_started(self, at_ms: float) -> None:
        await self._tell("voice-started", at_ms=at_ms)

    async def voice_stopped(self, at_ms: float) -> None:
        await self._tell("voice-stopped", at_ms=at_ms)

    async def heard(self, text: str) -> None:
        await self._tell("heard", text=text)

    async def failed(self, code: str, message: str) -> None:
        await self._tell("failed", code=code, message=message)

    async def done(self, trace: Trace) -> None:
        """A turn is over, whatever came of it; a reply may still sound."""
        await self._tell("done", trace=trace)

    async def listen_again(self) -> None:
        await self._tell("listen-again")

    async def stop_playback(self) -> None:
        await self._tell("stop-playback")

    async def say(self, text: str, blocks: AsyncIterator[Pcm]) -> None:
        """The page plays as it comes: ``saying``, samples (16-bit, mono, ``rate_hz``), ``said``."""
        async with self._speaker:
            self._played.clear()
            began, sent_ms, told = time.monotonic(), 0.0, False
            try:
                async for block in blocks:
                    if not told:
                        began, told = time.monotonic(), True
                        await self._tell("saying", text=text, rate_hz=block.rate_hz)
                    await self._send_samples(block)
                    sent_ms += block.duration_ms
                if not told:
                    await self._tell("saying", text=text, rate_hz=None)
            finally:
                if told:
                    await self._tell("said")
            if told:
                await self._wait_played(began + sent_ms / 1000)

    async def _send_samples(self, block: Pcm) -> None:
        if (block.width_bytes, block.channels) != (2, 1):
            block = Pcm(block.rate_hz, 2, 1, to_16_bit(mono_floats(block)))
        for at in range(0, len(block.data), BLOCK_BYTES):
            await self._send(block.data[at : at + BLOCK_BYTES])

    async def _wait_played(self, audio_over_at: float) -> None:
        left_seconds = audio_over_at + PLAYED_GRACE_SECONDS - time.monotonic()
        try:
            async with asyncio.timeout(max(left_seconds, PLAYED_GRACE_SECONDS)):
                await self._played.wait()
        except TimeoutError:
            return

    def _audio(self, data: bytes) -> Pcm:
        try:
            return self._converter.convert(Pcm(self._hello.rate_hz, 2, 1, data))
        except AudioInvalid as error:
            raise FrameMalformed("frame-malformed", error.message) from error

    def _told(self, message: FromPage) -> LinkEvent | None:
        match message:
            case Listen(stage):
                self._converter = Converter()
                return ListenRequested(stage)
            case End():
                return AudioEnded()
            case Played():
                self._played.set()
        return None

    async def _tell(self, kind: str, **values: Any) -> None:
        await self._send(msgspec.json.encode({"type": kind, **values}).decode())

    async def _send(self, message: bytes | str) -> None:
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await self._socket.send(message)
        except TimeoutError as error:
            raise PeerTimeout("peer-timeout", f"{self.name} takes nothing any more") from error
        except ConnectionError as error:
            raise PeerClosed("peer-closed", "the page was closed") from error


def _message(text: str) -> FromPage:
    try:
        told: FromPage = msgspec.json.decode(text, type=FromPage)
    except msgspec.DecodeError as error:
        raise FrameMalformed("frame-malformed", f"a message of the page: {error}; see docs/talk.md") from error
    return told
