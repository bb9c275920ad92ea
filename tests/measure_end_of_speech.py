"""``python -m tests.measure_end_of_speech``: ms of pause that end the English commands of ``../shared``, as JSON.

Each is heard as in a hub whose house it was spoken for: the detector decides when it begins, the embedded recogniser
with the hub's whole grammar says while it goes on what is to come, window by window. No clock is asked.
"""

from __future__ import annotations

import json
import sys
import wave
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median

import numpy as np

from hub.bench.stt_grammars import grammar_of, house_from
from hub.config import EndpointSection
from hub.stages import Partial
from hub.stt.phrase.recogniser import Recogniser
from hub.vad.endpoint import Endpointer, Expected, Phase, SpeechEnded, SpeechStarted, expected
from hub.vad.silero import SileroVoices
from hub.vad.utterance import LEAD_MS
from models.recogniser.installed import model_file, second_beside
from models.recogniser.listener import Listener
from models.recogniser.network import PhoneNetwork
from models.recogniser.second import SecondNetwork
from tests.programs import SHARED
from wire.pcm import SPEECH_RATE_HZ
from wire.places import places

WINDOW_SAMPLES = 512
WINDOW_MS = WINDOW_SAMPLES / SPEECH_RATE_HZ * 1000
SILENCE_SECONDS = 2.0  # behind the recording, of a quiet room


def main() -> None:
    if not (SHARED / "audio").is_dir():
        sys.exit("../shared/audio is not there")
    recogniser, voices = _recogniser(), SileroVoices(places().cache / "wake")
    pauses: list[float] = []
    coming: Counter[str] = Counter()
    for path in sorted((SHARED / "audio/commands/en").glob("*.wav")):
        if ended := _ended(_windows(path), recogniser, voices):
            pause_ms, what = ended
            pauses.append(pause_ms)
            coming[what.value] += 1
    figures = {"clips": len(pauses), "median_ms": median(pauses), "mean_ms": round(mean(pauses)), "expected": coming}
    print(json.dumps(figures))


def _recogniser() -> Recogniser:
    grammar = grammar_of(house_from(SHARED / "audio/demo-home.toml"), "en")
    with model_file("en") as model:
        phones, second = PhoneNetwork(model), second_beside(model)
        return Recogniser(grammar, Listener(phones, SecondNetwork(second, phones) if second else None))


def _windows(path: Path) -> Iterator[bytes]:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    quiet = np.random.default_rng(0).normal(0, 3, round(SILENCE_SECONDS * SPEECH_RATE_HZ)).astype("<i2")
    sound = np.concatenate([quiet[: len(quiet) // 2], samples, quiet])
    for start in range(0, len(sound) - WINDOW_SAMPLES + 1, WINDOW_SAMPLES):
        yield sound[start : start + WINDOW_SAMPLES].tobytes()


def _ended(windows: Iterator[bytes], recogniser: Recogniser, voices: SileroVoices) -> tuple[float, Expected] | None:
    """The pause, and what the words let expect then. None: nobody was heard."""
    voice, endpointer, utterance = voices(), Endpointer(EndpointSection()), recogniser.listen()
    before: list[bytes] = []
    told = None
    for window in windows:
        event = endpointer.feed(voice.process(window), WINDOW_MS)
        before = [*before, window][-round(LEAD_MS / WINDOW_MS) :]
        if isinstance(event, SpeechEnded):
            return event.endpoint_ms - event.last_voiced_ms, endpointer.expected
        if isinstance(event, SpeechStarted):
            utterance.feed(b"".join(before))
        elif endpointer.phase is Phase.SPEAKING:
            utterance.feed(window)
            heard = utterance.so_far()
            if told != (told := (heard.text, heard.complete, heard.goes_on)):  # as the engine tells it
                endpointer.expect(expected(Partial(*told, heard.confidence)))
    return None


if __name__ == "__main__":
    main()
