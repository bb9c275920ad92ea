"""What a session needs of whoever sits at the other end: a satellite, a recording, later a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from hub.stages import Wake
from wire.pcm import Pcm


@dataclass(frozen=True, slots=True)
class AudioArrived:
    """16 kHz 16-bit mono, any length."""

    pcm: Pcm


@dataclass(frozen=True, slots=True)
class AudioEnded:
    """The peer stopped streaming by itself."""


@dataclass(frozen=True, slots=True)
class WakeHeard:
    """The satellite itself heard its wake word."""

    wake: Wake


@dataclass(frozen=True, slots=True)
class ListenRequested:
    """The satellite streams now: ``wake`` = listen for the wake word first, ``asr`` = this is the command."""

    stage: Literal["wake", "asr"]


@dataclass(frozen=True, slots=True)
class Muted:
    """The satellite's microphone was closed or opened."""

    muted: bool


@dataclass(frozen=True, slots=True)
class ScoresHeard:
    """What the satellite's own wake words scored in 80 ms, while somebody watches."""

    words: Mapping[str, float]


LinkEvent = AudioArrived | AudioEnded | WakeHeard | ListenRequested | Muted | ScoresHeard


class Link(Protocol):
    """One peer. Methods raise PeerError when it is gone; ``next_event`` is called by one reader only."""

    @property
    def name(self) -> str: ...

    @property
    def area(self) -> str | None: ...

    async def next_event(self) -> LinkEvent: ...

    async def detected(self, wake: Wake) -> None:
        """The hub heard the wake word in this peer's audio."""

    async def listening(self, language: str) -> None:
        """An utterance begins."""

    async def voice_started(self, at_ms: float) -> None: ...

    async def voice_stopped(self, at_ms: float) -> None: ...

    async def heard(self, text: str) -> None: ...

    async def say(self, text: str, blocks: AsyncIterator[Pcm]) -> None:
        """Play the blocks; returns when the peer has played them (or their length has passed)."""

    async def failed(self, code: str, message: str) -> None: ...

    async def listen_again(self) -> None:
        """Open the microphone without a wake word, where the peer can: somebody was asked something."""

    async def stop_playback(self) -> None:
        """Be silent now, where the peer can."""
