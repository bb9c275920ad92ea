"""One utterance while it is spoken: takes a room's audio, hands the speech in it to the transcriber, knows its end."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import partial

from hub.config import EndpointSection
from hub.stages import Partial, VoiceDetector
from hub.vad.endpoint import Endpointer, Expected, SpeechEnded, SpeechStarted, expected
from hub.worker import RunInWorker
from wire.pcm import SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES, Pcm, speech

WINDOW_SAMPLES = 512  # what Silero takes, exactly
WINDOW_BYTES = WINDOW_SAMPLES * SPEECH_WIDTH_BYTES
WINDOW_MS = WINDOW_SAMPLES * 1000 / SPEECH_RATE_HZ
LEAD_MS = 800  # kept before the first voiced window: soft consonants, and the 775 ms that the recogniser looks back
LEAD_AFTER_WORD_MS = 320  # after a wake word: a longer one has the word's own tail in it
PAUSE_MS = 192  # a shorter gap is part of what is said: then a wake word is handed on with its command, whole
WAKE_TAIL_MS = 240  # voice this early after a wake word is still the word (FIELD A18)


class Utterance:
    """Feed it audio; read its ``speech()``; ``ended`` tells why and when it was over.

    word_ends_ms: where in the audio a wake word is believed to end; None: there is none. What is said after a pause is
    handed on without the word; what is said in the same breath, together with it: half a word would be junk.

    Memory is bounded by the endpointer: no utterance outlives no_speech_seconds or max_seconds of audio.
    """

    def __init__(
        self,
        voice: VoiceDetector,
        settings: EndpointSection,
        run_in_worker: RunInWorker,
        *,
        word_ends_ms: float | None = None,
        on_window: Callable[[bytes, float], None] | None = None,
    ) -> None:
        """on_window: is given each window of the sound and the probability of speech in it."""
        self._on_window = on_window
        self._voice = voice
        self._run_in_worker = run_in_worker
        skip_ms = 0.0 if word_ends_ms is None else word_ends_ms + WAKE_TAIL_MS
        self._endpointer = Endpointer(settings, skip_ms=skip_ms)
        self._unwindowed = bytearray()
        self._before: deque[bytes] = deque()
        self._quiet_windows = 0
        self._lead_windows = round((LEAD_MS if word_ends_ms is None else LEAD_AFTER_WORD_MS) / WINDOW_MS)
        self._spoken: deque[Pcm] = deque()
        self._changed = asyncio.Event()
        self.started: SpeechStarted | None = None
        self.ended: SpeechEnded | None = None
        self.expected = Expected.ANYTHING  # what the words let expect when it ended

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
            probability = await self._run_in_worker(partial(self._voice.process, window))
            if self._on_window:
                self._on_window(window, probability)
            self._take(window, probability)
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

    def heard_so_far(self, partial: Partial) -> None:
        """What the transcriber makes of it until now: it says how long a pause is the end."""
        self._endpointer.expect(expected(partial))

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
            self._wait_with(window)
        if isinstance(event, SpeechStarted):
            self.started = event
            self._spoken.append(speech(b"".join(self._before)))
            self._before.clear()
        elif isinstance(event, SpeechEnded):
            self.ended, self.expected = event, self._endpointer.expected

    def _wait_with(self, window: bytes) -> None:
        """Keep what may turn out to be the beginning; after a pause that is the end of the pause."""
        self._before.append(window)
        self._quiet_windows = 0 if self._endpointer.voiced else self._quiet_windows + 1
        if self._quiet_windows * WINDOW_MS >= PAUSE_MS:
            while len(self._before) > min(self._quiet_windows, self._lead_windows):
                self._before.popleft()
