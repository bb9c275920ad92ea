"""``python -m tests.measure_wake_lag``: ms from the end of a wake word until it is noticed, as JSON.

The end is that of the last 10 ms above -40 dB of the loudest 10 ms. Voices: espeak-ng's in accents, variants and
speeds, Pico's where Debian's package is installed; people's recordings of "alexa" where they and ``sox`` are, but for
those whose background is so loud to the last that the word's end cannot be told.
"""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import espeakng_loader
import numpy as np

from hub.engines.espeak import espeak
from hub.tts.embedded.pico import PicoVoice, installed
from models.wake.library import built_in_words
from satellite.config import WakeSection
from satellite.wake import WakeDetector, open_detector
from tests.programs import SHARED
from wire.pcm import SPEECH_RATE_HZ, Pcm, mono_floats, silence, speech, to_speech
from wire.places import places
from wire.wake_words import phrase

ACCENTS = ("en", "en-us", "en-gb-scotland", "en-gb-x-rp")
VARIANTS = ("", "+m3", "+f2", "+f5")  # other pitches and timbres
WORDS_A_MINUTE = (140, 175, 210)
PICO_SPEEDS = (80, 100, 120)  # percent
ESPEAK_RATE = 1  # espeakRATE of speak_lib.h
BLOCK_BYTES = 1024 * 2  # 64 ms, what the microphone gives
FRAME_SAMPLES = SPEECH_RATE_HZ // 100
FLOOR = 10 ** (-40 / 20)
QUIET_END_MS = 100


def clips(word: str) -> Iterator[tuple[str, Pcm]]:
    """(whose voice, recording) of ``word``."""
    engine = espeak()
    library = ctypes.CDLL(espeakng_loader.get_library_path())  # the one that is loaded
    for accent, variant, speed in product(ACCENTS, VARIANTS, WORDS_A_MINUTE):
        engine.select(accent + variant)
        library.espeak_SetParameter(ESPEAK_RATE, speed, 0)
        yield "espeak-ng", to_speech(Pcm(engine.rate_hz, 2, 1, engine.speak(phrase(word))))
    for files in installed():
        if files.language.startswith("en"):
            voice = PicoVoice(files)
            for speed in PICO_SPEEDS:
                yield "pico", speech(voice.render(f'<speed level="{speed}">{phrase(word)}</speed>'))
            voice.close()
    recordings = SHARED / "audio" / "wake" / word
    if shutil.which("sox"):
        for path in sorted(recordings.glob("*.flac")):
            command = ("sox", path, "-t", "raw", "-r", "16k", "-b", "16", "-e", "signed", "-c", "1", "-")
            clip = speech(subprocess.run(command, check=True, capture_output=True).stdout)
            if end_ms(clip) <= recorded_ms(clip) - QUIET_END_MS:
                yield "people", clip


def end_ms(clip: Pcm) -> float:
    samples = mono_floats(clip)
    frames = samples[: samples.size // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    loudness = np.sqrt(np.mean(np.square(frames), axis=1))
    return float((np.flatnonzero(loudness > loudness.max() * FLOOR)[-1] + 1) * 10)


def recorded_ms(clip: Pcm) -> float:
    """Without the digital silence that was added to it."""
    return float(np.flatnonzero(mono_floats(clip))[-1]) * 1000 / SPEECH_RATE_HZ


def lag_ms(detector: WakeDetector, clip: Pcm, before_ms: float) -> float | None:
    """None: not noticed. before_ms: of silence, moves the word within the steps of the networks."""
    detector.reset()
    audio = silence(before_ms).data + clip.data + silence(1500).data
    for at in range(0, len(audio), BLOCK_BYTES):
        if wake := detector.process(audio[at : at + BLOCK_BYTES]):
            return wake.at_ms - before_ms - end_ms(clip)
    return None


def summary(lags: list[float | None]) -> dict[str, float | None]:
    noticed = [lag for lag in lags if lag is not None]
    told: dict[str, float | None] = {"said": len(lags), "noticed": len(noticed)}
    for name, percent in (("p5_ms", 5), ("median_ms", 50), ("p95_ms", 95), ("max_ms", 100)):
        told[name] = round(float(np.percentile(noticed, percent))) if noticed else None
    return told


def main(words: list[str]) -> None:
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    for word in words or built_in_words():
        detector = open_detector(WakeSection(words=[word]), places())
        lags: defaultdict[str, list[float | None]] = defaultdict(list)
        for number, (whose, clip) in enumerate(clips(word)):
            lags[whose].append(lag_ms(detector, clip, 2500 + number * 23 % 320))
        lags["all"] = [lag for measured in lags.values() for lag in measured]
        found[word] = {whose: summary(measured) for whose, measured in lags.items()}
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
