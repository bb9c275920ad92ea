"""What every client of a Wyoming engine does with an ``error`` event: cap it, and keep the codes that we know."""

from __future__ import annotations

import re

import msgspec
from wyoming.event import Event

from wire.data import read

_MAX_TEXT = 300  # characters of a peer's words that reach our logs and errors
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+){0,5}")
_KNOWN_CODES = frozenset({
    "language-unknown", "voice-unknown", "audio-format", "grammar-missing", "stt-too-long", "stt-busy", "stt-crashed",
    "model-invalid", "tts-text-too-long", "tts-empty",
})  # fmt: skip


class _Error(msgspec.Struct):
    text: str = ""
    code: str | None = None


def refusal(event: Event, *, otherwise: str) -> tuple[str, str]:
    """Code and message of an ``error`` event; a code that is not one of ours becomes ``otherwise``."""
    error = read(event, _Error)
    code = error.code or ""
    text = " ".join(error.text.split())[:_MAX_TEXT] or "the engine gave no reason; see its log"
    if code in _KNOWN_CODES:
        return code, text
    named = f" ({code})" if _CODE.fullmatch(code) else ""
    return otherwise, f"the engine refused: {text}{named}"
