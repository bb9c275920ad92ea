"""The room: one microphone, one speaker, and the hub of the moment, if there is one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator

from satellite.ears import Ears
from satellite.mouth import Mouth
from satellite.noticing import Noticed
from satellite.session import Session
from satellite.troubles import Troubles
from wire.errors import DeviceLost, PeerError

_log = logging.getLogger(__name__)


class Room:
    """What the ears hear goes to the owner's session; without one, a wake word is answered by the error sound.

    listen_alone: the microphone stays open without a hub. connected: set while a hub owns the satellite. A microphone
    that was muted stays closed until a hub says otherwise.
    """

    def __init__(
        self, ears: Ears, mouth: Mouth, troubles: Troubles, *, listen_alone: bool, connected: asyncio.Event
    ) -> None:
        self._ears, self._mouth, self._troubles = ears, mouth, troubles
        self._listen_alone, self._connected = listen_alone, connected
        self._session: Session | None = None
        ears.want(wanted=listen_alone)

    @property
    def taken(self) -> bool:
        return self._session is not None

    @contextlib.contextmanager
    def owned_by(self, session: Session) -> Iterator[None]:
        self._session = self._troubles.hub = session
        self._connected.set()
        try:
            yield
        finally:
            session.close()
            self._session = self._troubles.hub = None
            self._connected.clear()
            if not self._listen_alone:
                self._ears.want(wanted=False)

    @property
    def busy(self) -> bool:
        return self._session is not None and self._session.busy

    async def hear(self, block: bytes, noticed: Noticed) -> None:
        session = self._session
        if session is not None and session.running:
            with contextlib.suppress(PeerError):  # its run() ends and says why
                await session.hear(block, noticed)
        elif noticed.wake is not None:
            _log.warning("heard %r, but no hub is connected", noticed.wake.word)
            self._mouth.cue("error")

    async def microphone_opened(self) -> None:
        await self._troubles.recovered("mic")
        if self._session is not None:
            with contextlib.suppress(PeerError):
                await self._session.microphone_opened()

    async def microphone_closed(self, error: DeviceLost | None) -> None:
        if self._session is not None:
            with contextlib.suppress(PeerError):
                await self._session.microphone_closed(muted=error is None)
        if error is not None:
            await self._troubles.report(error)
