"""Every voice on this machine that needs no download."""

from __future__ import annotations

import functools

from hub.engines.espeak import espeak
from hub.tts.embedded.pico import PicoVoice
from hub.tts.embedded.pico import installed as installed_pico
from hub.tts.speaking.voices import Voice, Voices


class _EspeakVoice:
    def __init__(self, identifier: str) -> None:
        self._identifier = identifier
        self.rate_hz = espeak().rate_hz

    def render(self, text: str) -> bytes:
        library = espeak()
        library.select(self._identifier)
        return library.speak(text)


def installed() -> Voices:
    """Look at what this machine has."""
    pico = [
        Voice(f"pico-{files.language.lower()}", files.language.lower(), "pico", functools.partial(PicoVoice, files))
        for files in installed_pico()
    ]
    return Voices(
        pico
        + [
            Voice(
                f"espeak-{voice.language}",
                voice.language,
                "espeak-ng",
                functools.partial(_EspeakVoice, voice.identifier),
            )
            for voice in espeak().voices()
        ]
    )
