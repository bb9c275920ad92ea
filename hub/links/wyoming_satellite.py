"""A Wyoming satellite as a session's link: ours, wyoming-satellite, or any device that speaks the same events.

Facts of the exchange: docs/satellite.md. The hub is the client; the satellite streams when it has something to say.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe
from wyoming.satellite import PauseSatellite, RunSatellite
from wyoming.tts import Synthesize
from wyoming.user_event import UserEvent
from wyoming.vad import VoiceStarted, VoiceStopped
from wyoming.wake import Detection

from hub.links.continuity import Continuity
from hub.links.link import AudioArrived, AudioEnded, LinkEvent, ListenRequested, Muted, ScoresHeard, WakeHeard
from hub.links.said import (
    Chunk,
    Custom,
    Detected,
    Introduction,
    Pipeline,
    Reported,
    level_of,
    pcm_of,
    scores_of,
    wake_of,
)
from hub.stages import Wake
from models.wake.choice import WakeChoice, WakeStatus
from wire.connection import Connection
from wire.data import read
from wire.errors import AudioInvalid
from wire.level import Level, Levels
from wire.pcm import Converter, Pcm

_log = logging.getLogger(__name__)

CHUNK_BYTES = 2048  # 64 ms at 16 kHz: what Home Assistant sends, so what satellites are tested with
DEVICES = frozenset({"mic", "speaker"})  # what error codes of ours begin with when a device is lost
EXTENSIONS = ("whole-wake-word",)  # what we ask of satellites of ours; others ignore it
MAX_TOLD_CHARACTERS = 200
PLAYED_GRACE_SECONDS = 1.0  # satellites older than 1.4.1 never say "played": believe the length of the audio


class WyomingSatelliteLink:
    """Implements Link over one connection. area given by the household wins over the one the satellite tells."""

    def __init__(self, connection: Connection, name: str, area: str | None = None) -> None:
        self._connection = connection
        self._name, self._own_area = name, area
        self._told_area: str | None = None
        self._converter = Converter()
        self._format_refused = self._mending_told = False
        self._stream = Continuity()
        self._counts_samples = False
        self._played = asyncio.Event()
        self._speaker = asyncio.Lock()
        self._lost_devices: dict[str, str] = {}
        self.wake: WakeStatus | None = None  # of a satellite that hears its own words and can be told other ones
        self.played: Callable[[Pcm], Pcm] = lambda pcm: pcm  # how loud this satellite plays
        self.on_level: Callable[[Level], None] = lambda _: None
        self._levels: Levels | None = None  # of what is streamed, while somebody watches and it tells none itself
        self._tells_levels = False

    @property
    def name(self) -> str:
        return self._name

    @property
    def area(self) -> str | None:
        return self._own_area or self._told_area

    def place(self, area: str | None) -> None:
        """The household moved it; None: what the satellite itself says counts again."""
        self._own_area = area

    @property
    def problem(self) -> str:
        """What the satellite says is wrong with its microphone or speaker; empty: nothing."""
        return "; ".join(self._lost_devices.values())

    async def greet(self, *, muted: bool) -> None:
        """Take ownership: from now on the satellite is ours and may stream, unless its room is muted."""
        await self._connection.send(UserEvent(name="extensions", data={"names": list(EXTENSIONS)}).event())
        await self.mute(muted=muted)
        await self._connection.send(Describe().event())

    async def next_event(self) -> LinkEvent:
        """The next event that means something. Raises FrameMalformed for one whose data is not as it must be."""
        while True:
            told = await self._translate(await self._connection.receive())
            if told is not None:
                return told

    async def detected(self, wake: Wake) -> None:
        await self._connection.send(Detection(name=wake.word, timestamp=0).event())

    async def listening(self, language: str) -> None:
        await self._connection.send(Transcribe(language=language).event())

    async def voice_started(self, at_ms: float) -> None:
        await self._connection.send(VoiceStarted(timestamp=round(at_ms)).event())

    async def voice_stopped(self, at_ms: float) -> None:
        await self._connection.send(VoiceStopped(timestamp=round(at_ms)).event())

    async def heard(self, text: str) -> None:
        await self._connection.send(Transcript(text=text).event())

    async def failed(self, code: str, message: str) -> None:
        await self._connection.send(Error(text=message, code=code).event())

    async def say(self, text: str, blocks: AsyncIterator[Pcm]) -> None:
        async with self._speaker:
            await self._connection.send(Synthesize(text=text).event())
            self._played.clear()
            began, sent_ms = time.monotonic(), 0.0
            try:
                async for block in blocks:
                    if not sent_ms:
                        began = time.monotonic()
                        start = AudioStart(block.rate_hz, block.width_bytes, block.channels, timestamp=0)
                        await self._connection.send(start.event())
                    await self._send_block(block, sent_ms)
                    sent_ms += block.duration_ms
            finally:
                if sent_ms:
                    await self._connection.send(AudioStop(timestamp=round(sent_ms)).event())
            await self._wait_played(began + sent_ms / 1000)

    async def show_timer(self, event: Event) -> None:
        """One of Wyoming's timer events."""
        await self._connection.send(event)

    async def listen_again(self) -> None:
        """Ours open their microphone; stock satellites ignore it and wait for their wake word."""
        await self._connection.send(UserEvent(name="listen-now").event())

    async def stop_playback(self) -> None:
        """Ours stop at once; stock satellites have no such event, ignore it and play out what they have."""
        await self._connection.send(UserEvent(name="stop-playback").event())

    async def mute(self, *, muted: bool) -> None:
        await self._connection.send(PauseSatellite().event() if muted else RunSatellite().event())

    async def watch_wake(self, *, watched: bool) -> None:
        """Ask for live scores of the wake words that are heard there; satellites of others ignore it."""
        await self._connection.send(UserEvent(name="watch-wake", data={"watched": watched}).event())

    async def choose_wake(self, choice: WakeChoice) -> None:
        """Have a satellite that hears its own words listen for others; those of others ignore it."""
        data = {"word": choice.word, "sensitivity": choice.sensitivity}
        await self._connection.send(UserEvent(name="choose-wake", data=data).event())

    async def watch_level(self, *, watched: bool) -> None:
        """Hand levels of its microphone to ``on_level``: its own, or those of what it streams."""
        self._levels = Levels() if watched else None
        await self._connection.send(UserEvent(name="watch-level", data={"watched": watched}).event())

    def drop(self) -> None:
        """End the connection; the session ends with its PeerError."""
        self._connection.abort()

    async def _send_block(self, block: Pcm, at_ms: float) -> None:
        block = self.played(block)
        step = CHUNK_BYTES // block.frame_bytes * block.frame_bytes
        for at in range(0, len(block.data), step):
            chunk = AudioChunk(
                block.rate_hz, block.width_bytes, block.channels, block.data[at : at + step], timestamp=round(at_ms)
            )
            await self._connection.send(chunk.event())

    async def _wait_played(self, audio_over_at: float) -> None:
        left_seconds = audio_over_at + PLAYED_GRACE_SECONDS - time.monotonic()
        try:
            async with asyncio.timeout(max(left_seconds, PLAYED_GRACE_SECONDS)):
                await self._played.wait()
        except TimeoutError:
            _log.debug("%s did not say that it has played", self._name)

    async def _translate(self, event: Event) -> LinkEvent | None:
        match event.type:
            case "audio-chunk":
                return await self._audio(event)
            case "audio-start":
                self._new_stream()
            case "audio-stop":
                return AudioEnded()
            case "detection":
                heard = read(event, Detected)
                return WakeHeard(Wake(heard.name or "wake", None, heard.word_ends_ms))
            case "run-pipeline":
                return self._pipeline(read(event, Pipeline).start_stage)
            case "played":
                self._played.set()
            case "info":
                self._introduced(read(event, Introduction))
            case "error":
                self._reported(read(event, Reported))
            case "user-event":
                return self._user_event(read(event, Custom))
        return None  # events of newer peers are ignored

    def _pipeline(self, start_stage: str) -> LinkEvent | None:
        self._new_stream()
        match start_stage:
            case "wake" | "asr":
                return ListenRequested(start_stage)
        _log.info("%s asks for a pipeline from %.40r, which it cannot start", self._name, start_stage)
        return None

    def _new_stream(self) -> None:
        self._converter, self._stream = Converter(), Continuity()
        self._format_refused = self._mending_told = False

    async def _audio(self, event: Event) -> LinkEvent | None:
        try:
            chunk = self._converter.convert(pcm_of(event))
            at_ms = read(event, Chunk).timestamp if self._counts_samples else None
            whole = self._stream.follow(chunk, at_ms)
            if whole and self._levels and not self._tells_levels:
                for level in self._levels.feed(whole.data):
                    self.on_level(level)
            if self._stream.mended and not self._mending_told:
                self._mending_told = True
                _log.info("%s: its stream was mended: %s; is the network good there?", self._name, self._stream.mended)
            return AudioArrived(whole) if whole else None
        except AudioInvalid as error:
            if not self._format_refused:  # said once a stream, not for each of its chunks
                self._format_refused = True
                _log.warning("%s: %s", self._name, error)
                await self.failed(error.code, error.message)
            return None

    def _introduced(self, introduction: Introduction) -> None:
        if introduction.satellite and introduction.satellite.area:
            self._told_area = introduction.satellite.area[:64]

    def _reported(self, error: Reported) -> None:
        code, text = _printable(error.code or "no code"), _printable(error.text)
        _log.warning("%s reports %s: %s", self._name, code, text)
        device = code.partition("-")[0]
        if device in DEVICES:
            self._lost_devices[device] = f"{code}: {text}"

    def _user_event(self, event: Custom) -> LinkEvent | None:
        data = event.data or {}
        match event.name:
            case "muted":
                return Muted(bool(data.get("muted")))
            case "extensions":
                names = data.get("names")
                self._counts_samples = isinstance(names, list) and "sample-clock" in names
                self._tells_levels = isinstance(names, list) and "mic-level" in names
            case "mic-level":
                self.on_level(level_of(event))
            case "wake-settings":
                self.wake = wake_of(event)
            case "wake-scores":
                return ScoresHeard(scores_of(event))
            case "device-recovered":
                device = str(data.get("device"))
                if self._lost_devices.pop(device, None):
                    _log.info("%s: its %s works again", self._name, device)
        return None


def _printable(text: str) -> str:
    """For a log line: what a peer says can neither break the line nor fill the disk."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(text)[:MAX_TOLD_CHARACTERS])
