"""What an engine's server reads from its clients, and what it refuses: the same for every engine of this stage."""

from __future__ import annotations

from typing import Any

import msgspec
from wyoming.event import Event

from wire.errors import EarshotError

RATE_HZ, WIDTH_BYTES = 16_000, 2  # as wire.pcm, which an engine has no other need of
FORMAT = {"rate": RATE_HZ, "width": WIDTH_BYTES, "channels": 1}
ANY_LANGUAGE = "auto"  # as hub.stages
MAX_SECONDS = 30.0  # of one utterance
QUEUE_SECONDS = 5.0  # until somebody who waits is told that it is too much


class Refused(EarshotError):
    """One utterance cannot be heard; the connection goes on."""


class _Wishes(msgspec.Struct):
    partials: bool = False


class Request(msgspec.Struct):
    """A transcribe event; other servers' clients may send any context."""

    language: str | None = None
    context: Any = None

    @property
    def wants_partials(self) -> bool:
        try:
            return msgspec.convert(self.context or {}, _Wishes).partials
        except msgspec.ValidationError:
            return False


def check_format(start: Event) -> None:
    """start: audio-start. Raises Refused (audio-format)."""
    given = {key: (start.data or {}).get(key) for key in FORMAT}
    if given != FORMAT:
        form = ", ".join(f"{key} {str(value)[:16]}" for key, value in given.items())
        raise Refused("audio-format", f"audio with {form}; send 16 kHz, 16-bit, mono")


def too_long() -> Refused:
    return Refused("stt-too-long", f"more than {MAX_SECONDS:g} s of speech; say it in fewer words")


def primary(language: str) -> str:
    """``pt_BR`` and ``pt-BR`` are ``pt``."""
    return language.replace("_", "-").partition("-")[0].lower()
