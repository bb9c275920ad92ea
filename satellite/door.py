"""The door at which hubs knock: where the satellite listens, and which of its callers owns it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe

from satellite.config import LimitsSection, SatelliteSection
from satellite.lan import lan_address
from satellite.room import Room
from satellite.session import Link, Session
from satellite.troubles import Troubles
from wire.address import TcpAddress, parse_uri
from wire.connection import Connection, PeerSettings
from wire.discovery import announce, mac_name
from wire.errors import ConfigError
from wire.server import Handler, serve
from wire.tasks import Tasks

_log = logging.getLogger(__name__)

DEFAULT_PORT = 10700  # where every hub looks for a satellite
_FIRST_EVENT_SECONDS = 30.0  # a peer that connects and says nothing is sent away
_LAN_CHECK_SECONDS = 10.0  # how soon a new address of this machine is listened on


class Door:
    """Answers ``describe`` to anybody; whoever first says anything else owns the satellite until its link ends."""

    def __init__(
        self, room: Room, begin: Callable[[Link], Session], info: Callable[[], Event], troubles: Troubles
    ) -> None:
        """info: made anew for who asks; wake words may be other ones by then."""
        self._room, self._begin, self._info, self._troubles = room, begin, info, troubles

    async def admit(self, connection: Connection) -> None:
        """Serve one peer until its link ends, which is raised as PeerError."""
        event = await self._first_event(connection)
        if self._room.taken:
            _log.info("%s turned away: another hub owns this satellite", connection.name)
            text = "another hub owns this satellite; remove it there first"
            await connection.send(Error(text=text, code="satellite-owned").event())
            return
        session = self._begin(connection)
        with self._room.owned_by(session):
            _log.info("owned by %s", connection.name)
            await self._troubles.tell_all()
            while True:
                if Describe.is_type(event.type):
                    await connection.send(self._info())
                else:
                    await session.handle(event)
                event = await connection.receive()

    async def _first_event(self, connection: Connection) -> Event:
        while Describe.is_type((event := await connection.receive(_FIRST_EVENT_SECONDS)).type):
            await connection.send(self._info())
        return event


async def serve_hubs(
    place: SatelliteSection, limits: LimitsSection, handler: Handler, ready: Callable[[str], None]
) -> None:
    """Listen until cancelled; ``ready`` is called with the URI (the first one, for ``auto``) once hubs can connect."""
    name = place.zeroconf_name or mac_name()
    open_at = _Listener(handler, limits)
    if place.uri == "auto":
        async with open_at(f"tcp://127.0.0.1:{DEFAULT_PORT}") as bound, Tasks() as tasks:
            tasks.start(_follow_lan(open_at, name if place.zeroconf else None), name="satellite.lan")
            ready(bound)
            await asyncio.Event().wait()
    async with open_at(place.uri) as bound, contextlib.AsyncExitStack() as stack:
        address = parse_uri(bound)
        if place.zeroconf and isinstance(address, TcpAddress) and not address.host.startswith("127."):
            hosts = None if address.host == "0.0.0.0" else [address.host]  # noqa: S104 - compared, not bound
            await stack.enter_async_context(announce(name, address.port, hosts))
        ready(bound)
        await asyncio.Event().wait()


class _Listener:
    """Opens one address more for the same door."""

    def __init__(self, handler: Handler, limits: LimitsSection) -> None:
        self._handler, self._max_peers = handler, limits.peers
        self._settings = PeerSettings(ping_back=True, silent_seconds=limits.silent_seconds)

    def __call__(self, uri: str) -> contextlib.AbstractAsyncContextManager[str]:
        return serve(uri, self._handler, self._settings, max_peers=self._max_peers)


async def _follow_lan(open_at: _Listener, name: str | None) -> None:
    """Listen, and announce ``name``, on this machine's address in the local network, whichever it has now."""
    while True:
        address = await _lan_address_other_than(None)
        try:
            async with contextlib.AsyncExitStack() as stack:
                bound = await stack.enter_async_context(open_at(f"tcp://{address}:{DEFAULT_PORT}"))
                if name is not None:
                    await stack.enter_async_context(announce(name, DEFAULT_PORT, [address]))
                _log.info("listening on %s", bound)
                await _lan_address_other_than(address)
        except ConfigError as error:
            _log.warning("%s", error)
            await asyncio.sleep(_LAN_CHECK_SECONDS)


async def _lan_address_other_than(known: str | None) -> str:
    """Waits for another address; a network that is gone for a while keeps the one it had."""
    while (address := await asyncio.to_thread(lan_address)) in (None, known):  # noqa: ASYNC110 - polls the kernel
        await asyncio.sleep(_LAN_CHECK_SECONDS)
    assert address is not None
    return address
