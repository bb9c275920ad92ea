"""Opens the ports of our speech services, as ``[services]`` says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Protocol

from hub.config import ServicesSection
from hub.links.introductions import handle_info, stt_info, tts_info, wake_info
from hub.links.services import HandleService, Service, SttService, TtsService, WakeService
from hub.session import SessionParts
from hub.trace import Trace
from wire.connection import PeerSettings
from wire.pcm import Pcm
from wire.server import serve

MAX_PEERS = 16


class Asks(Protocol):
    """The hub, as the handle service needs it."""

    async def ask_text(
        self,
        text: str,
        *,
        satellite: str | None,
        area: str | None,
        language: str | None,
        reply_audio: bool,
        via: str,
    ) -> tuple[Trace, Pcm | None]: ...


@asynccontextmanager
async def offered(
    section: ServicesSection, peer: PeerSettings, parts: SessionParts, hub: Asks, *, words: Sequence[str]
) -> AsyncIterator[list[str]]:
    """Serve while the block runs; yields the URIs. Peers are not pinged: clients of services need not know pings.

    Raises ConfigError port-in-use.
    """
    languages = [parts.language]

    async def ask(text: str, language: str | None) -> Trace:
        trace, _ = await hub.ask_text(
            text, satellite=None, area=None, language=language, reply_audio=False, via="wyoming"
        )
        return trace

    stages, language = parts.stages, parts.language
    offers = [
        (section.stt_port, Service(stt_info(languages), SttService(stages.transcriber, language).answer)),
        (section.tts_port, Service(tts_info(languages), TtsService(stages.synthesizer, language).answer)),
        (section.wake_port, Service(wake_info(words), WakeService(parts.new_wake).answer)),
        (section.handle_port, Service(handle_info(languages), HandleService(ask).answer)),
    ]
    settings = replace(peer, ping_seconds=None)
    async with AsyncExitStack() as stack:
        uris = [
            await stack.enter_async_context(
                serve(f"tcp://{section.bind}:{port}", service.serve, settings, max_peers=MAX_PEERS)
            )
            for port, service in offers
            if port
        ]
        yield uris
