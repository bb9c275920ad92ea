"""Voices that an engine has, and which of them speaks a language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from wire.errors import EarshotError

_PREFERRED = {"en": "en-us", "fr": "fr-fr"}  # of the regions of a language, where it is not the one without a region
_OTHER_NAMES = {"zh": "cmn", "no": "nb", "iw": "he", "tl": "fil"}  # what espeak-ng calls them


class VoiceUnknown(EarshotError):
    """Nobody here has that name or speaks that language."""


class Loaded(Protocol):
    """A voice that can speak; used in one thread."""

    @property
    def rate_hz(self) -> int: ...

    def render(self, text: str) -> bytes:
        """16-bit mono at ``rate_hz``."""


@dataclass(frozen=True, slots=True)
class Voice:
    """name: unique here. language: BCP 47, lower case. engine: ``pico``, ``espeak-ng`` or ``piper``.

    load: in the worker, once. sounds_like: changes whenever the same text would sound different (speed, another file).
    """

    name: str
    language: str
    engine: str
    load: Callable[[], Loaded]
    sounds_like: str = ""


class Voices:
    """``every``: the better engine first, which is the one that is chosen where both speak a language."""

    def __init__(self, every: Sequence[Voice]) -> None:
        self.every = every
        self._loaded: dict[str, Loaded] = {}

    def choose(self, *, name: str | None, language: str | None) -> Voice:
        """By name, or else by language. Raises VoiceUnknown (voice-unknown, language-unknown)."""
        if name:
            named = [voice for voice in self.every if voice.name == name]
            if not named:
                raise VoiceUnknown("voice-unknown", f"no voice {name[:40]!r}; ask with describe which there are")
            return named[0]
        wanted = (language or "en").replace("_", "-").lower()
        base = wanted.partition("-")[0]
        base = _OTHER_NAMES.get(base, base)
        spoken = [voice for voice in self.every if voice.language.partition("-")[0] == base]
        if not spoken:
            raise VoiceUnknown("language-unknown", f"no voice speaks {wanted[:16]!r}; use a Wyoming TTS that does")
        liked = (wanted, _PREFERRED.get(base), base)
        return min(spoken, key=lambda voice: (spoken[0].engine != voice.engine, _place(voice.language, liked)))

    def loaded(self, voice: Voice) -> Loaded:
        """In the worker; the first time takes some milliseconds."""
        if voice.name not in self._loaded:
            self._loaded[voice.name] = voice.load()
        return self._loaded[voice.name]


def _place(language: str, liked: Sequence[str | None]) -> int:
    return liked.index(language) if language in liked else len(liked)
