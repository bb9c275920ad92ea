"""One utterance while it is spoken: takes a room's audio, hands the speech in it to the transcriber, knows its end."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from functools import partial

from hub.config import EndpointSection
from hub.stages import VoiceDetector
from hub.vad.endpoint import Endpointer, SpeechEnded, SpeechStarted
from hub.worker import RunInWorker
from wire.pcm import SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES, Pcm, speech

WINDOW_SAMPLES = 512  # what Silero takes, exactly
WINDOW_BYTES = WINDOW_SAMPLES * SPEECH_WIDTH_BYTES
WINDOW_MS = WINDOW_SAMPLES * 1000 / SPEECH_RATE_HZ
LEAD_MS = 320  # audio kept before the first voiced window: soft consonants come before the detector says "speech"


class Utterance:
    """Feed it audio; read its ``speech()``; ``ended`` tells why and when it was over.

    Memory is bounded by the endpointer: no utterance outlives no_speech_seconds or max_seconds of audio.
    """

    def __init__(
        self, voice: VoiceDetector, settings: EndpointSection, run_in_worker: RunInWorker, *, skip_ms: float = 0
    ) -> None:
        self._voice = voice
        self._run_in_worker = run_in_worker
        self._endpointer = Endpointer(settings, skip_ms=skip_ms)
        self._unwindowed = bytearray()
        self._lead: deque[bytes] = deque(maxlen=round(LEAD_MS / WINDOW_MS) + round(settings.start_ms / WINDOW_MS) + 1)
        self._spoken: deque[Pcm] = deque()
        self._changed = asyncio.Event()
        self.started: SpeechStarted | None = None
        self.ended: SpeechEnded | None = None

    @property
    def endpoint_ms(self) -> float:
        """Milliseconds of audio between the last voiced sample and the decision that the utterance was over."""
        return self.ended.endpoint_ms - self.ended.last_voiced_ms if self.ended else 0.0

    async def feed(self, pcm: Pcm) -> None:
        """Take the next 16 kHz 16-bit mono block, of any length; ignored after the end."""
        if self.ended:
            return
        self._unwindowed += pcm.data
        while len(self._unwindowed) >= WINDOW_BYTES and not self.ended:
            window = bytes(self._unwindowed[:WINDOW_BYTES])
            del self._unwindowed[:WINDOW_BYTES]
            self._take(window, await self._run_in_worker(partial(self._voice.process, window)))
            self._changed.set()

    def end(self) -> None:
        """The peer ended the audio: what is there is the utterance."""
        if not self.ended:
            self.ended = self._endpointer.end()
            self._changed.set()

    async def speech(self) -> AsyncIterator[Pcm]:
        """Blocks from shortly before the first voiced sample to the end; nothing if nobody spoke. Read it once."""
        while True:
            while self._spoken:
                yield self._spoken.popleft()
            if self.ended:
                return
            self._changed.clear()
            await self._changed.wait()

    async def wait_started(self) -> bool:
        """Wait until somebody speaks (True) or the utterance is over without (False)."""
        while not (self.started or self.ended):
            self._changed.clear()
            await self._changed.wait()
        return self.started is not None

    def _take(self, window: bytes, probability: float) -> None:
        event = self._endpointer.feed(probability, WINDOW_MS)
        if self.started:
            self._spoken.append(speech(window))
        else:
            self._lead.append(window)
        if isinstance(event, SpeechStarted):
            self.started = event
            self._spoken.append(speech(b"".join(self._lead)))
            self._lead.clear()
        elif isinstance(event, SpeechEnded):
            self.ended = event
