"""What is wrong with microphone and speaker now: said once in the log and to the hub, and once when it is over."""

from __future__ import annotations

import contextlib
import logging
from typing import Protocol

from wire.errors import DeviceLost, EarshotError, PeerError

_log = logging.getLogger(__name__)


class Hub(Protocol):
    """satellite.session.Session, as far as it is told of troubles."""

    async def report(self, error: EarshotError) -> None: ...

    async def recovered(self, device: str) -> None: ...


class Troubles:
    """hub: who is told beside the log; None while nobody is connected."""

    def __init__(self) -> None:
        self.hub: Hub | None = None
        self._lost: dict[str, DeviceLost] = {}

    async def report(self, error: EarshotError) -> None:
        """A device that is still lost, for the same reason, is not told again."""
        if isinstance(error, DeviceLost):
            known = self._lost.get(_device(error))
            error = DeviceLost(error.code, error.message)  # kept for long: without the traceback and all it holds
            self._lost[_device(error)] = error
            if known is not None and known.code == error.code:
                _log.debug("still %s: %s", error.code, error.message)
                return
        _log.warning("%s: %s", error.code, error.message)
        if self.hub is not None:
            with contextlib.suppress(PeerError):  # its session ends by itself
                await self.hub.report(error)

    async def recovered(self, device: str) -> None:
        """device: ``mic`` or ``speaker``. Called whenever it works; only the first time after a loss is told."""
        if self._lost.pop(device, None) is None:
            return
        _log.info("the %s works again", device)
        if self.hub is not None:
            with contextlib.suppress(PeerError):
                await self.hub.recovered(device)

    async def tell_all(self) -> None:
        """A hub that has just come is told what is broken already."""
        for error in tuple(self._lost.values()):
            if self.hub is not None:
                with contextlib.suppress(PeerError):
                    await self.hub.report(error)


def _device(error: DeviceLost) -> str:
    return error.code.partition("-")[0]
