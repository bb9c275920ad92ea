"""What the first run asks of the hub: language and place, voices to hear, and a look at everything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from hub.asking import joined
from hub.config import HubConfig
from hub.doctor import Finding, hub_findings, machine_findings
from hub.engines.probe import describe
from hub.errors import TtsFailed
from hub.health import Health, SatelliteStatus
from hub.settings_writer import SettingsWriter
from hub.setup_progress import SetupProgress, SetupState
from hub.stages import Synthesizer
from hub.tts.wyoming_client import WyomingSynthesizer
from hub.web.setup_api import HomePlace, HomeWritten, Voice, VoicePlayed
from wire.connection import PeerSettings
from wire.errors import PeerError
from wire.pcm import Pcm
from wire.places import Places

_SAMPLE_SECONDS = 20.0


class Rooms(Protocol):
    """hub.links.satellites.Satellites, as far as it speaks."""

    async def say(
        self, text: str, *, satellite: str | None = None, language: str | None = None, by: Synthesizer | None = None
    ) -> list[str]: ...


class State(Protocol):
    """hub.control.Hub, as far as it says how it is."""

    def health(self) -> Health: ...

    def satellites(self) -> list[SatelliteStatus]: ...


class FirstRun:
    """Implements hub.web.setup_api.SetupControl. tts_uris: who speaks, first before second."""

    def __init__(
        self,
        config: HubConfig,
        where: Places,
        peer: PeerSettings,
        *,
        writer: SettingsWriter,
        tts_uris: Callable[[], Sequence[str]],
        rooms: Rooms,
        state: State,
    ) -> None:
        self._where, self._peer, self._writer = where, peer, writer
        self._tts_uris, self._rooms, self._state = tts_uris, rooms, state
        self._progress = SetupProgress(where.var / "setup.json")
        self._deadline_seconds = config.tts.deadline_seconds
        self._voice = config.tts.voice or ""
        home = config.home
        self._home = HomePlace(
            language=config.hub.language,
            name=config.hub.name,
            timezone=home.timezone,
            latitude=home.latitude,
            longitude=home.longitude,
        )

    async def progress(self) -> SetupState:
        return await self._progress.get()

    async def keep(self, state: SetupState) -> SetupState:
        return await self._progress.put(state)

    def home(self) -> HomePlace:
        """As it was written last."""
        return self._home

    async def place(self, home: HomePlace) -> HomeWritten:
        """Raises ConfigError (config-value, settings-unwritable)."""
        before, self._home = self._home, home
        values: dict[str, object] = {
            "hub.language": home.language,
            "hub.name": home.name,
            "home.timezone": home.timezone,
            "home.latitude": home.latitude,
            "home.longitude": home.longitude,
        }
        old = (before.language, before.name, before.timezone, before.latitude, before.longitude)
        changed = {name: value for (name, value), was in zip(values.items(), old, strict=True) if value != was}
        return HomeWritten(await self._writer.set(changed) if changed else [])

    async def voices(self) -> list[Voice]:
        """Of every server that speaks and answers."""
        found: list[Voice] = []
        for uri in self._tts_uris():
            try:
                info = await describe(uri, self._peer)
            except PeerError:
                continue  # its health is on the same page
            found += [
                Voice(voice.name, list(voice.languages), program.name, voice.description or "")
                for program in info.tts
                for voice in program.voices
            ]
        return found

    async def sample(self, text: str, *, voice: str, language: str | None) -> Pcm:
        """Raises TtsFailed."""
        spoken = (await self._speaker(voice)).synthesize(text, language=self._spoken(language))
        pcm = joined([block async for block in spoken])
        if pcm is None:
            raise TtsFailed("tts-empty", "the voice made no sound for this text; choose another voice")
        return pcm

    async def play(self, played: VoicePlayed) -> None:
        """Raises EarshotError (satellite-unknown), TtsFailed."""
        by = await self._speaker(played.voice)
        await self._rooms.say(played.text, satellite=played.satellite, language=self._spoken(played.language), by=by)

    async def speak_as(self, voice: str) -> HomeWritten:
        """Raises ConfigError."""
        return HomeWritten(await self._writer.set({"tts.voice": voice or None}))

    async def findings(self) -> list[Finding]:
        machine = await asyncio.to_thread(lambda: list(machine_findings(self._where)))
        return [*machine, *hub_findings(self._state.health(), self._state.satellites())]

    def _spoken(self, language: str | None) -> str:
        return language or self._home.language

    async def _speaker(self, voice: str) -> Synthesizer:
        """The server that has it; each knows only its own voices."""
        uris = list(self._tts_uris())
        for uri in uris if voice else ():
            try:
                info = await describe(uri, self._peer)
            except PeerError:
                continue
            if voice.partition("#")[0] in {one.name for program in info.tts for one in program.voices}:
                return WyomingSynthesizer([uri], self._peer, _SAMPLE_SECONDS, voice=voice)
        return WyomingSynthesizer(uris, self._peer, _SAMPLE_SECONDS, voice=voice or None, stands_in=not voice)
