"""The Wyoming side of the embedded voices: describe, and one text after another on each connection."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, TtsProgram, TtsVoice
from wyoming.tts import Synthesize

from hub.engines.program import IDLE_SECONDS
from hub.tts.embedded.text import TextRefused, pieces, spoken
from hub.tts.embedded.voices import Voice, Voices, VoiceUnknown
from wire.connection import Connection
from wire.errors import PeerClosed

VERSION = "1"

_WIDTH_BYTES = 2
_BLOCK_MS = 100  # of audio in one chunk
_KEPT_BYTES = 8 << 20  # three to four minutes of phrases that were said before
_MADE_BY = {
    "pico": Attribution(name="SVOX AG", url="https://packages.debian.org/libttspico-utils"),
    "espeak-ng": Attribution(name="espeak-ng", url="https://github.com/espeak-ng/espeak-ng"),
}


class Phrases:
    """Sound of phrases that were said, the least recently used dropped first."""

    def __init__(self, max_bytes: int = _KEPT_BYTES) -> None:
        self._max_bytes, self._held_bytes = max_bytes, 0
        self._sounds: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def get(self, key: tuple[str, str]) -> bytes | None:
        if key in self._sounds:
            self._sounds.move_to_end(key)
        return self._sounds.get(key)

    def put(self, key: tuple[str, str], sound: bytes) -> None:
        self._held_bytes += len(sound) - len(self._sounds.pop(key, b""))
        self._sounds[key] = sound
        while self._held_bytes > self._max_bytes:
            _, dropped = self._sounds.popitem(last=False)
            self._held_bytes -= len(dropped)


class SpeakService:
    """Handler of the engine's server. worker: one thread, which the voices need."""

    def __init__(self, voices: Voices, worker: ThreadPoolExecutor) -> None:
        self._voices, self._worker = voices, worker
        self._phrases = Phrases()

    async def __call__(self, peer: Connection) -> None:
        with suppress(PeerClosed):  # the hub leaves when it has the audio, or wants no more of it
            while True:
                event = await peer.receive(IDLE_SECONDS)
                if Describe.is_type(event.type):
                    await peer.send(self._info().event())
                elif Synthesize.is_type(event.type):
                    await self._answer(peer, event)

    async def _answer(self, peer: Connection, event: Event) -> None:
        wanted = (event.data or {}).get("voice")
        wanted = wanted if isinstance(wanted, dict) else {}
        try:
            voice = self._voices.choose(name=_text(wanted, "name"), language=_text(wanted, "language"))
            said = spoken(_text(event.data or {}, "text") or "", voice.language)
        except (VoiceUnknown, TextRefused) as refused:
            await peer.send(Error(text=refused.message, code=refused.code).event())
            return
        await self._speak(peer, voice, said)

    async def _speak(self, peer: Connection, voice: Voice, said: str) -> None:
        form: dict[str, int] = {}
        for piece in pieces(said):
            rate_hz, sound = await asyncio.get_running_loop().run_in_executor(self._worker, self._render, voice, piece)
            if not form:
                form = {"rate": rate_hz, "width": _WIDTH_BYTES, "channels": 1}
                await peer.send(AudioStart(**form).event())
            for block in _blocks(sound, rate_hz * _BLOCK_MS // 1000 * _WIDTH_BYTES):
                await peer.send(AudioChunk(audio=block, **form).event())
        await peer.send(AudioStop().event())

    def _render(self, voice: Voice, piece: str) -> tuple[int, bytes]:
        """In the worker."""
        loaded = self._voices.loaded(voice)
        sound = self._phrases.get((voice.name, piece))
        if sound is None:
            sound = loaded.render(piece)
            self._phrases.put((voice.name, piece), sound)
        return loaded.rate_hz, sound

    def _info(self) -> Info:
        voices = [
            TtsVoice(
                name=voice.name,
                attribution=_MADE_BY[voice.engine],
                installed=True,
                description=f"{voice.language} ({voice.engine})",
                version=VERSION,
                languages=[voice.language],
            )
            for voice in self._voices.every
        ]
        about = "voices of the hub itself"
        made_by = Attribution(name="Earshot", url="")
        return Info(
            tts=[TtsProgram("embedded", made_by, installed=True, description=about, version=VERSION, voices=voices)]
        )


def _blocks(sound: bytes, size_bytes: int) -> Iterator[bytes]:
    for start in range(0, len(sound), size_bytes):
        yield sound[start : start + size_bytes]


def _text(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) and value else None
