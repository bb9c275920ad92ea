"""What the satellite says of itself when asked (``describe``), and what it can do beyond plain Wyoming."""

from __future__ import annotations

from collections.abc import Sequence

from wyoming.event import Event
from wyoming.info import Attribution, Info, Satellite, WakeModel, WakeProgram
from wyoming.user_event import UserEvent

from wire.wake_words import phrase

VERSION = "0.1.0"
EXTENSIONS = (
    "stop-playback",
    "listen-now",
    "muted",
    "device-recovered",
    "whole-wake-word",
    "watch-wake",
    "wake-scores",
    "watch-level",
    "mic-level",
    "sample-clock",
    "choose-wake",
    "wake-settings",
)

_US = Attribution(name="Earshot", url="")
_OPEN_WAKE_WORD = Attribution(name="openWakeWord", url="https://github.com/dscripka/openWakeWord")


def introduction(name: str, area: str | None, words: Sequence[str]) -> Event:
    """``info``; words: those heard here, so that a hub can show their phrases. None: the hub listens."""
    satellite = Satellite(
        name=name,
        attribution=_US,
        installed=True,
        description="Earshot satellite",
        version=VERSION,
        area=area,
        has_vad=False,  # it means: tells the end of a command
        active_wake_words=list(words),
        max_active_wake_words=len(words),
        supports_trigger=True,
    )
    return Info(satellite=satellite, wake=[_wake_program(words)] if words else []).event()


def extensions() -> Event:
    """Sent to each hub once: our user-events that it may send and get. Others ignore it."""
    return UserEvent(name="extensions", data={"names": list(EXTENSIONS)}).event()


def _wake_program(words: Sequence[str]) -> WakeProgram:
    models = [
        WakeModel(
            name=word,
            attribution=_OPEN_WAKE_WORD,
            installed=True,
            description=phrase(word),
            version=VERSION,
            languages=["en"],
            phrase=phrase(word),
        )
        for word in words
    ]
    return WakeProgram(
        name="openwakeword",
        attribution=_OPEN_WAKE_WORD,
        installed=True,
        description="Wake words heard on the satellite",
        version=VERSION,
        models=models,
    )
