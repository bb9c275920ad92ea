"""Turns without a satellite: from typed words or a recording, through the same stages and the same session."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hub.config import EndpointSection
from hub.errors import WakeFailed
from hub.links.recording import RecordingLink
from hub.session import KeepSpeech, Session, SessionParts, State
from hub.trace import ErrorTrace, Trace, new_trace
from hub.turn import Turn
from wire.errors import AudioInvalid, EarshotError, PeerError
from wire.pcm import Pcm

TURN_SECONDS = 120.0  # the longest that one asked turn may take; stages have shorter deadlines of their own


class Asker:
    """One per hub. Every turn's trace goes where all traces go, and back to who asked."""

    def __init__(self, parts: SessionParts) -> None:
        self._parts = parts

    def listen_by(self, endpoint: EndpointSection, keep_speech: KeepSpeech | None) -> None:
        """From the next recording on."""
        self._parts = dataclasses.replace(self._parts, endpoint=endpoint, keep_speech=keep_speech)

    async def text(
        self,
        text: str,
        *,
        satellite: str,
        area: str | None,
        language: str | None,
        reply_audio: bool,
        via: str = "cli",
        why: str = "",
        on_written: Callable[[str], None] | None = None,
    ) -> tuple[Trace, Pcm | None]:
        """Run a turn from its words; a failed turn is a trace with its error. Raises EarshotError (hub-timeout).

        on_written: is given the answer piece by piece, where it comes so and no sound of it is wanted.
        """
        trace = new_trace(satellite, area, language or self._parts.language)
        trace.via, trace.why = via, why
        room = _Reader(keep_audio=reply_audio, on_written=on_written)
        witness = self._parts.new_witness(trace)
        async with _in_time():
            turn = Turn(witness.stages(self._parts.stages), room, trace)
            await turn.typed(text)
        witness.over(secret=turn.secret)
        await self._parts.on_trace(trace)
        return trace, joined(room.reply)

    async def audio(
        self, pcm: Pcm, *, satellite: str, area: str | None, language: str | None, wake: bool
    ) -> tuple[Trace, Pcm | None]:
        """Run a turn from a recording in any format; with ``wake`` the hub must hear its wake word in it first.

        Raises AudioInvalid (audio-empty), WakeFailed (wake-not-heard), EarshotError (hub-timeout).
        """
        if not pcm.frames:
            raise AudioInvalid("audio-empty", "the recording has no samples; record again")
        finished: asyncio.Queue[Trace] = asyncio.Queue(maxsize=1)

        async def on_trace(trace: Trace) -> None:
            trace.via = "cli"
            await self._parts.on_trace(trace)
            await finished.put(trace)

        link = RecordingLink(satellite, area, pcm, wake=wake)
        parts = dataclasses.replace(self._parts, on_trace=on_trace, language=language or self._parts.language)
        session = Session(link, parts)
        trace: Trace | None = None
        async with _in_time(), asyncio.TaskGroup() as tasks:
            tasks.create_task(_until_over(session), name=f"ask[{satellite}]")
            await link.played_out.wait()
            if session.state is not State.IDLE or not finished.empty():
                trace = await finished.get()
            link.close()
        if trace is None:
            raise WakeFailed("wake-not-heard", "no wake word was heard in the recording; leave out --wake")
        return trace, joined(link.reply)


class _Reader:
    """Implements Room for somebody who reads the answer, and may want its sound too."""

    def __init__(self, *, keep_audio: bool, on_written: Callable[[str], None] | None) -> None:
        self.wants_sound, self._on_written = keep_audio, on_written
        self.reply: list[Pcm] = []

    async def heard(self, text: str) -> None:
        """The words were typed."""

    async def say(self, text: str, blocks: AsyncIterator[Pcm]) -> None:  # noqa: ARG002 Room's signature
        if self.wants_sound:
            self.reply = [block async for block in blocks]

    def written(self, text: str) -> None:
        if self._on_written:
            self._on_written(text)

    async def failed(self, code: str, message: str) -> None:
        """The error is in the trace."""


def joined(blocks: list[Pcm]) -> Pcm | None:
    """Blocks of one format as one; None for nothing."""
    if not blocks:
        return None
    return dataclasses.replace(blocks[0], data=b"".join(block.data for block in blocks))


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """Raises EarshotError (hub-timeout) in a block that takes longer than any turn may."""
    try:
        async with asyncio.timeout(TURN_SECONDS):
            yield
    except TimeoutError as late:
        raise EarshotError("hub-timeout", f"the turn took over {TURN_SECONDS:g} s; see the hub's log") from late


async def _until_over(session: Session) -> None:
    try:
        await session.run()
    except PeerError:
        return


def failed_trace(satellite: str, area: str | None, language: str, code: str, message: str) -> Trace:
    """The record of a turn that could not even begin (a file that is no WAV, say)."""
    trace = new_trace(satellite, area, language)
    trace.error = ErrorTrace(code, message)
    return trace
