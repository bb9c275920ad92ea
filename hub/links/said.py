"""What Wyoming peers say to the hub, as checked values: of the ``wyoming`` package's classes only names are used."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from wyoming.event import Event

from models.wake.choice import WakeStatus
from wire.data import read
from wire.errors import FrameMalformed
from wire.pcm import Pcm

Frequency = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
Ratio = Annotated[float, msgspec.Meta(ge=0, le=1)]
Small = Annotated[int, msgspec.Meta(ge=1, le=1024)]


class Chunk(msgspec.Struct):
    """rate: frames a second. width: bytes a sample. timestamp: milliseconds, of a clock that only the peer knows."""

    rate: Frequency
    width: Small
    channels: Small
    timestamp: float | None = None


class Detected(msgspec.Struct):
    """word_ends_ms: our own satellites tell it when the audio begins before the word (docs/satellite.md)."""

    name: str | None = None
    word_ends_ms: Annotated[float, msgspec.Meta(ge=0, le=10_000)] = 0.0


class Pipeline(msgspec.Struct):
    """start_stage: ``wake``, ``asr``, or one that a satellite cannot ask for."""

    start_stage: str


class Reported(msgspec.Struct):
    text: str = ""
    code: str | None = None


class Custom(msgspec.Struct):
    """A user-event: ours are listed in docs/satellite.md."""

    name: str
    data: dict[str, Any] | None = None


class Scores(msgspec.Struct):
    """Data of the user-event ``wake-scores``."""

    words: Annotated[dict[Annotated[str, msgspec.Meta(max_length=64)], Ratio], msgspec.Meta(max_length=16)]


class AboutSatellite(msgspec.Struct):
    name: str
    area: str | None = None


class Introduction(msgspec.Struct):
    """An ``info`` event, as far as the hub needs it. satellite: None for a speech service."""

    satellite: AboutSatellite | None = None


def wake_of(event: Custom) -> WakeStatus:
    """Of the user-event ``wake-settings``. Raises FrameMalformed."""
    try:
        return msgspec.convert(event.data or {}, WakeStatus)
    except msgspec.ValidationError as error:
        raise FrameMalformed("frame-malformed", f"the data of {event.name[:40]!r}: {error}") from error


def scores_of(event: Custom) -> dict[str, float]:
    """Raises FrameMalformed."""
    try:
        return msgspec.convert(event.data or {}, Scores).words
    except msgspec.ValidationError as error:
        raise FrameMalformed("frame-malformed", f"the data of {event.name[:40]!r}: {error}") from error


def pcm_of(event: Event) -> Pcm:
    """An audio chunk. Raises FrameMalformed, AudioInvalid (audio-format)."""
    chunk = read(event, Chunk)
    return Pcm(chunk.rate, chunk.width, chunk.channels, event.payload or b"")
