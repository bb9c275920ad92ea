"""Pages that listen and speak: a session for each, as for a satellite."""

from __future__ import annotations

import dataclasses
import logging
from contextlib import suppress

from hub.config import EndpointSection
from hub.links.browser import BrowserHello, BrowserLink, BrowserSocket
from hub.links.satellites import Satellites
from hub.session import KeepSpeech, Session, SessionParts
from hub.trace import Trace
from wire.errors import PeerError

_log = logging.getLogger(__name__)


class Browsers:
    """One per hub. rooms: where pages are spoken to as long as they listen."""

    def __init__(self, parts: SessionParts, rooms: Satellites) -> None:
        self._parts, self._rooms = parts, rooms

    def listen_by(self, endpoint: EndpointSection, keep_speech: KeepSpeech | None) -> None:
        """From the next page on; those that are there are the rooms' to tell."""
        self._parts = dataclasses.replace(self._parts, endpoint=endpoint, keep_speech=keep_speech)

    async def serve(self, socket: BrowserSocket, hello: BrowserHello) -> None:
        """Run a session until the page is gone. Raises PeerError."""
        link = BrowserLink(socket, hello)

        async def on_trace(trace: Trace) -> None:
            await self._parts.on_trace(trace)
            with suppress(PeerError):  # the page is gone: its own session ends with it
                await link.done(trace)

        parts = dataclasses.replace(self._parts.speaking(hello.language), on_trace=on_trace)
        _log.info("%s is here", link.name)
        try:
            await self._rooms.serve_page(Session(link, parts), link)
        finally:
            _log.info("%s is gone", link.name)
