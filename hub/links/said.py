"""What Wyoming peers say to the hub, as checked values: of the ``wyoming`` package's classes only names are used."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from wyoming.event import Event

from models.wake.choice import WakeStatus
from wire.data import read
from wire.errors import FrameMalformed
from wire.level import Level
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
    """active_wake_words: those that it hears itself."""

    name: str
    area: str | None = None
    description: str | None = None
    version: str | None = None
    active_wake_words: list[str] | None = None


class AboutService(msgspec.Struct):
    name: str = ""


class Introduction(msgspec.Struct):
    """An ``info`` event, as far as the hub needs it. satellite: None for a speech service, which has the others."""

    satellite: AboutSatellite | None = None
    asr: list[AboutService] = []
    tts: list[AboutService] = []
    wake: list[AboutService] = []
    handle: list[AboutService] = []
    intent: list[AboutService] = []

    @property
    def services(self) -> list[str]:
        """What it offers, by Wyoming's own words."""
        kinds = {"asr": self.asr, "tts": self.tts, "wake": self.wake, "handle": self.handle, "intent": self.intent}
        return [f"{kind}: {one.name[:64]}" for kind, some in kinds.items() for one in some[:4]]


class MicLevel(msgspec.Struct):
    """Data of the user-event ``mic-level``: wire.level.Level."""

    rms_dbfs: Annotated[float, msgspec.Meta(ge=-200, le=20)]
    peak_dbfs: Annotated[float, msgspec.Meta(ge=-200, le=20)]
    hum: Ratio


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


def level_of(event: Custom) -> Level:
    """Raises FrameMalformed."""
    try:
        told = msgspec.convert(event.data or {}, MicLevel)
    except msgspec.ValidationError as error:
        raise FrameMalformed("frame-malformed", f"the data of {event.name[:40]!r}: {error}") from error
    return Level(told.rms_dbfs, told.peak_dbfs, told.hum)


def pcm_of(event: Event) -> Pcm:
    """An audio chunk. Raises FrameMalformed, AudioInvalid (audio-format)."""
    chunk = read(event, Chunk)
    return Pcm(chunk.rate, chunk.width, chunk.channels, event.payload or b"")
