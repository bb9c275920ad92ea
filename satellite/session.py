"""The time in which one hub owns this satellite: its events in, our microphone out."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Protocol, TypeVar

import msgspec
from wyoming.audio import AudioChunk
from wyoming.error import Error
from wyoming.event import Event
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.snd import Played
from wyoming.user_event import UserEvent
from wyoming.wake import Detection

from models.wake.choice import WakeChoice, WakeStatus
from satellite.choosing import choice_of
from satellite.cues import Cue
from satellite.introduction import extensions
from satellite.listening import Listening
from satellite.noticing import Noticed
from satellite.sound import Sound
from wire.errors import AudioInvalid, ConfigError, EarshotError, FrameMalformed, PeerError
from wire.level import Levels
from wire.pcm import Pcm, speech

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

_QUIET_ERRORS = frozenset({"duplicate_wake_up_detected"})  # another satellite answers: no sound from this one


class Link(Protocol):
    """wire.connection.Connection, as far as a session needs it."""

    async def send(self, event: Event) -> None: ...

    def offer(self, event: Event) -> bool: ...


class Voice(Protocol):
    """satellite.mouth.Mouth, as far as a session needs it."""

    def cue(self, name: Cue) -> None: ...

    def say(self, sound: Sound, played: Callable[[], Awaitable[None]]) -> None: ...

    def hush(self) -> None: ...


class Switch(Protocol):
    """satellite.ears.Ears, as far as a session needs it."""

    def want(self, *, wanted: bool) -> None: ...

    def rearm(self) -> None: ...


class Wakes(Protocol):
    """satellite.choosing.WakeChooser, as far as a session needs it."""

    @property
    def status(self) -> WakeStatus: ...

    async def choose(self, choice: WakeChoice) -> None: ...


class Session:
    """One hub. The ears call ``hear`` and its like, the door hands over the hub's events; both in the event loop.

    reply_seconds: the longest answer that is kept. wakes: None where no wake word is heard here.
    """

    def __init__(
        self,
        link: Link,
        ears: Switch,
        mouth: Voice,
        listening: Listening,
        *,
        reply_seconds: float = 300.0,
        wakes: Wakes | None = None,
    ) -> None:
        self._wakes = wakes
        self._link, self._ears, self._mouth, self._listening = link, ears, mouth, listening
        self._reply_seconds = reply_seconds
        self._reply: Sound | None = None
        self._reply_refused = False
        self._unplayed = 0
        self._watched = False
        self._levels: Levels | None = None  # while somebody watches them
        self._heard_ms = 0.0
        self.running = False
        self._on: dict[str, Callable[[Event], Awaitable[None]]] = {
            "run-satellite": self._on_run,
            "pause-satellite": self._on_pause,
            "detection": self._on_detection,
            "transcript": self._on_transcript,
            "error": self._on_error,
            "audio-start": self._on_audio_start,
            "audio-chunk": self._on_audio_chunk,
            "audio-stop": self._on_audio_stop,
            "run-pipeline": self._on_run_pipeline,
            "timer-finished": self._on_timer_finished,
            "user-event": self._on_user_event,
        }  # transcribe, voice-started, voice-stopped, synthesize and the other timer events tell us nothing we act on

    def close(self) -> None:
        """The hub is gone: nothing more is sent, and nothing more of its answer is played."""
        self.running = False
        self._mouth.hush()

    async def handle(self, event: Event) -> None:
        """One event of the hub. Raises FrameMalformed for one that lacks what it must have; PeerError of the link."""
        on = self._on.get(event.type)
        if on is None:
            _log.debug("event %.40r needs nothing from us", event.type)
        else:
            await on(event)

    # --- what the ears tell

    @property
    def busy(self) -> bool:
        return self._listening.streaming

    async def hear(self, block: bytes, noticed: Noticed) -> None:
        self._heard_ms += speech(block).duration_ms
        for words in noticed.scores if self._watched else ():
            told = {word: round(min(max(score, 0.0), 1.0), 4) for word, score in words.items()}
            self._link.offer(UserEvent(name="wake-scores", data={"words": told}).event())
        for level in self._levels.feed(block) if self._levels else ():
            self._link.offer(UserEvent(name="mic-level", data=asdict(level)).event())
        await self._send(self._listening.hear(block, noticed))

    async def microphone_opened(self) -> None:
        await self._tell("muted", {"muted": False})
        if self.running:
            await self._send(self._listening.run())

    async def microphone_closed(self, *, muted: bool) -> None:
        """muted: because the hub wanted it, so the device is closed now; else it was lost."""
        await self._send(self._listening.interrupt())
        if muted:
            await self._tell("muted", {"muted": True})

    async def report(self, error: EarshotError) -> None:
        """Tell the hub what is wrong here."""
        await self._link.send(Error(text=error.message, code=error.code).event())

    async def recovered(self, device: str) -> None:
        await self._tell("device-recovered", {"device": device})

    # --- what the hub says

    async def _on_run(self, _event: Event) -> None:
        self.running = True
        self._ears.want(wanted=True)
        await self._link.send(extensions())
        await self._tell_wake()
        await self._send(self._listening.run())

    async def _on_pause(self, _event: Event) -> None:
        self.running = False
        self._ears.want(wanted=False)
        await self._send(self._listening.interrupt())

    async def _on_detection(self, _event: Event) -> None:
        self._listening.detected()
        await self._hush()
        self._mouth.cue("awake")

    async def _on_transcript(self, _event: Event) -> None:
        self._listening.finish()
        self._mouth.cue("done")

    async def _on_error(self, event: Event) -> None:
        error = _parsed(Error.from_event, event)
        _log.info("the hub reports %.80r: %.200r", error.code, error.text)
        self._listening.finish()
        if error.code not in _QUIET_ERRORS:
            self._mouth.cue("error")

    async def _on_audio_start(self, _event: Event) -> None:
        if self._reply is not None:
            self._reply.end()
        self._reply, self._reply_refused = Sound(self._reply_seconds), False
        self._ears.rearm()
        self._unplayed += 1
        self._mouth.say(self._reply, self._played)

    async def _on_audio_chunk(self, event: Event) -> None:
        if self._reply is None or self._reply_refused:
            return  # of an answer that was stopped or cannot be played
        try:
            pcm = _parsed(_pcm, event)
        except AudioInvalid as error:
            self._reply_refused = True
            await self.report(error)
            return
        if not self._reply.push(pcm):
            self._reply_refused = True
            _log.warning("an answer was cut: more than %g s of it wait to be played", self._reply_seconds)

    async def _on_audio_stop(self, _event: Event) -> None:
        if self._reply is not None:
            self._reply.end()
            self._reply = None

    async def _on_run_pipeline(self, event: Event) -> None:
        if _parsed(RunPipeline.from_event, event).start_stage is PipelineStage.ASR:
            await self._listen_now()

    async def _on_timer_finished(self, _event: Event) -> None:
        self._mouth.cue("timer")

    async def _on_user_event(self, event: Event) -> None:
        said = _parsed(UserEvent.from_event, event)
        match said.name:
            case "watch-wake":
                self._watched = bool((said.data or {}).get("watched"))
            case "watch-level":
                self._levels = Levels() if (said.data or {}).get("watched") else None
            case "extensions" if "whole-wake-word" in _names(said):
                self._listening.keep_whole_word()
            case "stop-playback" if self._unplayed:  # else the wake word stopped it, and the awake cue plays
                await self._hush()
            case "listen-now":
                await self._listen_now()
            case "choose-wake" if self._wakes:
                await self._choose_wake(self._wakes, choice_of(said.data))

    # --- what follows from it

    async def _listen_now(self) -> None:
        events = self._listening.listen_now()
        if events:
            self._mouth.cue("awake")
        await self._send(events)

    async def _choose_wake(self, wakes: Wakes, choice: WakeChoice) -> None:
        try:
            await wakes.choose(choice)
        except ConfigError as error:
            _log.warning("another wake word was chosen and is not listened for: %s", error)
            await self.report(error)
        await self._tell_wake()

    async def _tell_wake(self) -> None:
        if self._wakes:
            await self._tell("wake-settings", msgspec.to_builtins(self._wakes.status))

    async def _woken(self, detection: Event) -> None:
        """Silence before all else; ``played`` after the detection: or the hub believes it was heard to its end."""
        stopped = self._silence()
        self._mouth.cue("awake")
        await self._link.send(detection)
        if stopped:
            await self._link.send(Played().event())

    async def _hush(self) -> None:
        """End what is played, and tell the hub that it need not wait for it."""
        if self._silence():
            await self._link.send(Played().event())

    def _silence(self) -> bool:
        """End what is played; what still comes of it is not played either. Whether the hub waits for it."""
        self._reply = None
        self._mouth.hush()
        waiting, self._unplayed = self._unplayed > 0, 0
        return waiting

    async def _played(self) -> None:
        """Called by the mouth; a link that is gone is for its reader to report."""
        if not self._unplayed:
            return  # it was stopped in the moment of its end, and that was told
        self._unplayed -= 1
        with contextlib.suppress(PeerError):
            await self._link.send(Played().event())

    async def _tell(self, name: str, data: dict[str, object]) -> None:
        await self._link.send(UserEvent(name=name, data=data).event())

    async def _send(self, events: list[Event]) -> None:
        for event in events:
            if AudioChunk.is_type(event.type):  # its audio ends now, counted in samples
                event.data["timestamp"] = round(self._heard_ms - speech(event.payload or b"").duration_ms)
                self._link.offer(event)  # late speech is worthless: when the link stalls, the oldest is dropped
                continue
            if Detection.is_type(event.type):
                await self._woken(event)
                continue
            await self._link.send(event)


def _parsed(parse: Callable[[Event], _T], event: Event) -> _T:
    try:
        return parse(event)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FrameMalformed("frame-malformed", f"{event.type!r:.80} lacks or mistypes {error!s:.80}") from error


def _names(extensions: UserEvent) -> list[object]:
    names = (extensions.data or {}).get("names")
    return names if isinstance(names, list) else []


def _pcm(event: Event) -> Pcm:
    chunk = AudioChunk.from_event(event)
    return Pcm(chunk.rate, chunk.width, chunk.channels, chunk.audio or b"")
