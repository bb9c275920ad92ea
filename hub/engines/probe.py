"""Asks a Wyoming server what it is: the health question for engines, and how a remote one is looked at."""

from __future__ import annotations

from dataclasses import replace

from wyoming.info import Describe, Info

from wire.connection import PeerSettings, connect
from wire.errors import FrameMalformed


async def describe(uri: str, settings: PeerSettings, *, timeout_seconds: float = 2.0) -> Info:
    """Connect, ask, and leave. Raises PeerError when there is no proper answer in time."""
    async with await connect(uri, replace(settings, connect_seconds=timeout_seconds)) as connection:
        await connection.send(Describe().event())
        event = await connection.receive(timeout_seconds)
        connection.abort()  # everything was said: do not wait for the peer to close
    if not Info.is_type(event.type):
        raise FrameMalformed("frame-malformed", f"{uri} answered describe with {event.type[:40]!r}; is it Wyoming?")
    try:
        return Info.from_event(event)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FrameMalformed("frame-malformed", f"{uri} sent an info that is none: {error!r}") from error
