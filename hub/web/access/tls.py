"""HTTPS for the page: the context that its listener uses, kept up with this machine's names, addresses and time."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hub.web.access.certificates import Certificates
from wire.errors import ConfigError
from wire.tasks import Tasks

_log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0  # how soon a changed address is in the certificate


@dataclass(frozen=True, slots=True)
class Tls:
    """context: of the listener. authority: the certificate that people install, as PEM."""

    context: ssl.SSLContext
    authority: bytes


@asynccontextmanager
async def tls(
    certificates: Certificates,
    names: Callable[[], Collection[str]],
    addresses: Callable[[], Collection[str]],
    *,
    look_seconds: float = LOOK_SECONDS,
) -> AsyncIterator[Tls]:
    """A certificate for what this machine is called now, and again when that changes; connections go on.

    Raises ConfigError (certificate-unusable).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2

    def renew() -> bool:
        return certificates.renew(names(), addresses(), context)

    await asyncio.to_thread(renew)
    async with Tasks() as tasks:
        tasks.start(_renewing(renew, look_seconds), name="web.certificate")
        yield Tls(context, await asyncio.to_thread(certificates.authority))


async def _renewing(renew: Callable[[], bool], look_seconds: float) -> None:
    while True:
        await asyncio.sleep(look_seconds)
        try:
            if await asyncio.to_thread(renew):
                _log.info("the page's certificate is renewed")
        except ConfigError as error:
            _log.warning("%s", error)
