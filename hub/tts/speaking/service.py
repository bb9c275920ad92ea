"""The Wyoming side of voices: describe, and one text after another on each connection."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, TtsProgram, TtsVoice
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped

from hub.engines.program import IDLE_SECONDS
from hub.tts.speaking.phrases import Phrases, Sounds
from hub.tts.speaking.text import MAX_CHARACTERS, TextRefused, begun, pieces, spoken
from hub.tts.speaking.voices import Voice, Voices, VoiceUnknown
from wire.connection import Connection
from wire.errors import PeerClosed

VERSION = "1"

_WIDTH_BYTES = 2
_FIRST_BLOCK_MS, _BLOCK_MS = 100, 500  # of audio in one chunk: the first is soon there, the others are few
_MADE_BY = {
    "pico": Attribution(name="SVOX AG", url="https://packages.debian.org/libttspico-utils"),
    "espeak-ng": Attribution(name="espeak-ng", url="https://github.com/espeak-ng/espeak-ng"),
    "piper": Attribution(name="piper", url="https://github.com/OHF-voice/piper1-gpl"),
}


class SpeakService:
    """Handler of an engine's server. name: of the program. worker: one thread, which the voices need."""

    def __init__(self, name: str, voices: Voices, worker: ThreadPoolExecutor, phrases: Sounds | None = None) -> None:
        self._name, self._voices, self._worker = name, voices, worker
        self._phrases: Sounds = phrases or Phrases()

    async def __call__(self, peer: Connection) -> None:
        with suppress(PeerClosed):  # the hub leaves when it has the audio, or wants no more of it
            while True:
                event = await peer.receive(IDLE_SECONDS)
                if Describe.is_type(event.type):
                    await peer.send(self._info().event())
                elif Synthesize.is_type(event.type):
                    await self._answer(peer, event)
                elif SynthesizeStart.is_type(event.type):
                    await self._stream(peer, event)

    async def _answer(self, peer: Connection, event: Event) -> None:
        try:
            voice = self._voice(event)
            said = spoken(_text(event.data or {}, "text") or "", voice.language)
        except (VoiceUnknown, TextRefused) as refused:
            await peer.send(Error(text=refused.message, code=refused.code).event())
            return
        reply = _Reply(peer)
        for piece in pieces(said):
            await self._say(reply, voice, piece)
        await reply.end()

    async def _stream(self, peer: Connection, start: Event) -> None:
        """A text that is still being written: whole sentences are spoken while the rest comes."""
        try:
            voice = self._voice(start)
            reply = _Reply(peer)
            written = ""
            while True:
                event = await peer.receive(IDLE_SECONDS)
                if SynthesizeStop.is_type(event.type):
                    break
                if SynthesizeChunk.is_type(event.type):  # a Synthesize here is the whole text, for servers that wait
                    written = await self._say_whole(reply, voice, written + (_text(event.data or {}, "text") or ""))
            if any(character.isalnum() for character in written):
                await self._say_all(reply, voice, written)
        except (VoiceUnknown, TextRefused) as refused:
            await peer.send(Error(text=refused.message, code=refused.code).event())
            return
        await reply.end()
        await peer.send(SynthesizeStopped().event())

    async def _say_whole(self, reply: _Reply, voice: Voice, written: str) -> str:
        """Say what is whole, and give what is not."""
        whole, rest = begun(written)
        if len(rest) > MAX_CHARACTERS:
            raise TextRefused(
                "tts-text-too-long", f"a sentence of more than {MAX_CHARACTERS} characters; send shorter ones"
            )
        if whole:
            await self._say_all(reply, voice, whole)
        return rest

    async def _say_all(self, reply: _Reply, voice: Voice, text: str) -> None:
        for piece in pieces(spoken(text, voice.language)):
            await self._say(reply, voice, piece)

    def _voice(self, event: Event) -> Voice:
        """Raises VoiceUnknown (voice-unknown, language-unknown)."""
        wanted = (event.data or {}).get("voice")
        wanted = wanted if isinstance(wanted, dict) else {}
        name, speaker = _text(wanted, "name"), _text(wanted, "speaker")
        if name and speaker:
            name = f"{name}#{speaker}"
        return self._voices.choose(name=name, language=_text(wanted, "language"))

    async def _say(self, reply: _Reply, voice: Voice, piece: str) -> None:
        rendered = asyncio.get_running_loop().run_in_executor(self._worker, self._render, voice, piece)
        await reply.say(*await rendered)

    def _render(self, voice: Voice, piece: str) -> tuple[int, bytes]:
        """In the worker."""
        loaded = self._voices.loaded(voice)
        key = (f"{voice.name} {voice.sounds_like}", piece)
        sound = self._phrases.get(key)
        if sound is None:
            sound = loaded.render(piece)
            self._phrases.put(key, sound)
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
            tts=[
                TtsProgram(
                    self._name,
                    made_by,
                    installed=True,
                    description=about,
                    version=VERSION,
                    voices=voices,
                    supports_synthesize_streaming=True,
                )
            ]
        )


class _Reply:
    """Audio of one text, on its way."""

    def __init__(self, peer: Connection) -> None:
        self._peer = peer
        self._form: dict[str, int] = {}

    async def say(self, rate_hz: int, sound: bytes) -> None:
        if not self._form:
            self._form = {"rate": rate_hz, "width": _WIDTH_BYTES, "channels": 1}
            await self._peer.send(AudioStart(**self._form).event())
        for block in _blocks(sound, *(rate_hz * ms // 1000 * _WIDTH_BYTES for ms in (_FIRST_BLOCK_MS, _BLOCK_MS))):
            await self._peer.send(AudioChunk(audio=block, **self._form).event())

    async def end(self) -> None:
        await self._peer.send(AudioStop().event())


def _blocks(sound: bytes, first_bytes: int, size_bytes: int) -> Iterator[bytes]:
    if sound:
        yield sound[:first_bytes]
    for start in range(first_bytes, len(sound), size_bytes):
        yield sound[start : start + size_bytes]


def _text(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) and value else None
