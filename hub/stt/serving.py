"""One connection of an engine's server: describe, and one utterance after another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from wyoming.asr import Transcribe
from wyoming.audio import AudioStart
from wyoming.event import Event
from wyoming.info import Describe, Info

from hub.engines.program import IDLE_SECONDS
from hub.stt.requests import Request
from wire.connection import Connection
from wire.data import read
from wire.errors import PeerClosed

Answer = Callable[[Connection, Event, Request], Awaitable[None]]
"""From audio-start to the transcript or the error; what audio still comes after an error is ignored."""


async def serve_requests(peer: Connection, info: Callable[[], Info], answer: Answer) -> None:
    """Until the peer leaves: the hub does when it has its answer, or wants none any more."""
    request = Request()
    with suppress(PeerClosed):
        while True:
            event = await peer.receive(IDLE_SECONDS)
            if Describe.is_type(event.type):
                await peer.send(info().event())
            elif Transcribe.is_type(event.type):
                request = read(event, Request)
            elif AudioStart.is_type(event.type):
                await answer(peer, event, request)
