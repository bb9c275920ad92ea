"""What of the microphone goes to the hub, and when: pure state machines, fed block by block, that return events.

Three ways: a wake word is heard here (LocalListening), the hub listens whenever somebody speaks (GatedListening), or
always (AlwaysListening). The sequences are those of INTEROP 2a. Time is counted in audio, not by a clock.
"""

from __future__ import annotations

from typing import Protocol

from wyoming.audio import AudioChunk, AudioStop
from wyoming.event import Event
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.wake import Detection

from satellite.noticing import Noticed
from wire.pcm import SPEECH_CHANNELS, SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES, speech
from wire.ring import AudioRing
from wire.wake_words import WORD_MS, kept_ms, lag_ms, longest_kept_ms


class Listening(Protocol):
    """One per hub connection. Every method returns the events to send, in order."""

    @property
    def streaming(self) -> bool:
        """Audio of a command, or for the hub's wake word, is on its way."""

    def run(self) -> list[Event]:
        """The hub is ready."""

    def hear(self, block: bytes, noticed: Noticed) -> list[Event]:
        """One block of the microphone."""

    def listen_now(self) -> list[Event]:
        """The hub wants a command without a wake word (a question was asked)."""

    def keep_whole_word(self) -> None:
        """The hub wants the wake word itself before the command, and to know where it ends."""

    def detected(self) -> None:
        """The hub heard its wake word in our audio."""

    def finish(self) -> None:
        """The hub has what it needs: a transcript, or an error."""

    def interrupt(self) -> list[Event]:
        """The microphone is gone or was closed: a stream under way ends."""


class LocalListening:
    """The wake word is heard here; then the command is streamed until the hub has it.

    pre_roll_ms: audio before the word's end that is sent first; the end is told from the moment of detection by the
    word's lag. A command longer than ``stream_seconds`` that the hub did not end is ended here.
    """

    def __init__(self, *, pre_roll_ms: float, stream_seconds: float, trigger_level: int = 1) -> None:
        self._pre_roll_ms, self._trigger_level = pre_roll_ms, trigger_level
        self._ring = self._new_ring()
        self._limit_ms = stream_seconds * 1000
        self._running = False
        self._streamed_ms: float | None = None

    @property
    def streaming(self) -> bool:
        return self._streamed_ms is not None

    def run(self) -> list[Event]:
        self._running = True
        return []

    def hear(self, block: bytes, noticed: Noticed) -> list[Event]:
        if self._streamed_ms is not None:
            return self._stream(block)
        self._ring.push(block)
        if not self._running or noticed.wake is None:
            return []
        self._streamed_ms = 0.0
        word, level = noticed.wake.word, self._trigger_level
        pre_roll = self._ring.drain(kept_ms(word, pre_roll_ms=self._pre_roll_ms, trigger_level=level))
        detection = Detection(name=word, timestamp=noticed.wake.at_ms).event()
        detection.data["word_ends_ms"] = max(0.0, speech(pre_roll).duration_ms - lag_ms(word, trigger_level=level))
        events = [detection, _pipeline(PipelineStage.ASR)]
        return [*events, _chunk(pre_roll)] if pre_roll else events

    def listen_now(self) -> list[Event]:
        if not self._running or self.streaming:
            return []
        self._streamed_ms = 0.0
        return [_pipeline(PipelineStage.ASR)]

    def keep_whole_word(self) -> None:
        self._pre_roll_ms = max(self._pre_roll_ms, WORD_MS)
        self._ring = self._new_ring()

    def detected(self) -> None: ...

    def finish(self) -> None:
        self._streamed_ms = None
        self._ring.drain()

    def interrupt(self) -> list[Event]:
        events = [AudioStop().event()] if self.streaming else []
        self.finish()
        return events

    def _new_ring(self) -> AudioRing:
        return AudioRing(longest_kept_ms(pre_roll_ms=self._pre_roll_ms, trigger_level=self._trigger_level))

    def _stream(self, block: bytes) -> list[Event]:
        assert self._streamed_ms is not None
        self._streamed_ms += speech(block).duration_ms
        if self._streamed_ms > self._limit_ms:
            return self.interrupt()
        return [_chunk(block)]


class AlwaysListening:
    """Everything is streamed from ``run`` on; the hub listens for the wake word and restarts its pipeline itself."""

    def __init__(self) -> None:
        self._running = False

    @property
    def streaming(self) -> bool:
        return self._running

    def run(self) -> list[Event]:
        if self._running:
            return []
        self._running = True
        return [_pipeline(PipelineStage.WAKE, restart_on_end=True)]

    def hear(self, block: bytes, noticed: Noticed) -> list[Event]:
        del noticed
        return [_chunk(block)] if self._running else []

    def listen_now(self) -> list[Event]:
        return [_pipeline(PipelineStage.ASR)] if self._running else []

    def keep_whole_word(self) -> None: ...

    def detected(self) -> None: ...

    def finish(self) -> None: ...

    def interrupt(self) -> list[Event]:
        events = [AudioStop().event()] if self._running else []
        self._running = False
        return events


class GatedListening:
    """Somebody speaks: the last seconds and what follows is streamed, for the hub to hear its wake word in it.

    Without speech and without the hub's wake word for ``silence_seconds`` the stream ends with audio-stop. Once the hub
    has heard its word, only a transcript or an error ends it (or ``stream_seconds``).
    """

    def __init__(self, *, ring_ms: float, silence_seconds: float, stream_seconds: float) -> None:
        self._ring = AudioRing(ring_ms)
        self._silence_ms, self._limit_ms = silence_seconds * 1000, stream_seconds * 1000
        self._running = False
        self._streaming = False
        self._held = False
        self._quiet_ms = self._streamed_ms = 0.0

    @property
    def streaming(self) -> bool:
        return self._streaming

    def run(self) -> list[Event]:
        self._running = True
        return []

    def hear(self, block: bytes, noticed: Noticed) -> list[Event]:
        duration_ms = speech(block).duration_ms
        if self._streaming:
            self._streamed_ms += duration_ms
            self._quiet_ms = 0.0 if noticed.speech or self._held else self._quiet_ms + duration_ms
            over = self._quiet_ms >= self._silence_ms or self._streamed_ms > self._limit_ms
            return self.interrupt() if over else [_chunk(block)]
        self._ring.push(block)
        if not self._running or not noticed.speech:
            return []
        return [*self._begin(PipelineStage.WAKE), _chunk(self._ring.drain())]

    def listen_now(self) -> list[Event]:
        if not self._running or self._streaming:
            return []
        self._held = True
        return self._begin(PipelineStage.ASR)

    def keep_whole_word(self) -> None: ...

    def detected(self) -> None:
        self._held = self._streaming

    def finish(self) -> None:
        self._streaming = self._held = False
        self._ring.drain()

    def interrupt(self) -> list[Event]:
        events = [AudioStop().event()] if self._streaming else []
        self.finish()
        return events

    def _begin(self, stage: PipelineStage) -> list[Event]:
        self._streaming = True
        self._quiet_ms = self._streamed_ms = 0.0
        return [_pipeline(stage)]


def _pipeline(start_stage: PipelineStage, *, restart_on_end: bool = False) -> Event:
    return RunPipeline(start_stage=start_stage, end_stage=PipelineStage.TTS, restart_on_end=restart_on_end).event()


def _chunk(audio: bytes) -> Event:
    return AudioChunk(SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES, SPEECH_CHANNELS, audio).event()
