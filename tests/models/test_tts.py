"""The embedded voices: how soon they begin, and SVOX Pico where its library is installed."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest

from hub.tts.embedded import pico
from hub.tts.wyoming_client import WyomingSynthesizer
from tests.fakes_engines import SETTINGS, engine
from wire.pcm import Pcm, rms_dbfs, speech

pytestmark = pytest.mark.models

# A copy that is not installed: a folder with libttspico.so.0 and lang/, as the Debian packages unpack.
_UNPACKED = os.environ.get("EARSHOT_TEST_PICO")
LIBRARY = f"{_UNPACKED}/libttspico.so.0" if _UNPACKED else pico.LIBRARY
DATA = Path(_UNPACKED) / "lang" if _UNPACKED else pico.DATA

REPLY = "Turned on the bed light. The outdoor humidity is 54 %, and it is 7.5 °C outside."


async def test_the_first_sound_comes_early(home: Path, record_property: pytest.RecordProperty) -> None:
    """The first sound waits for the first sentence only."""
    async with engine("tts", "hub.tts.embedded", home) as (process, uri):
        synthesizer = WyomingSynthesizer([uri], SETTINGS, 20)
        firsts_ms, alls_ms = [], []
        for number in range(10):  # a new text each time: nothing comes from memory
            began = time.monotonic()
            blocks = synthesizer.synthesize(f"{number}. {REPLY}", language="en")
            stamps = [(time.monotonic() - began) * 1000 async for _ in blocks]
            firsts_ms.append(stamps[0])
            alls_ms.append(stamps[-1])
        print(f"first {sorted(firsts_ms)[5]:.1f} ms, all {sorted(alls_ms)[5]:.1f} ms", process.health)  # noqa: T201
        record_property("first_audio_ms", round(sorted(firsts_ms)[5], 1))
    assert sum(firsts_ms) < sum(alls_ms)


@pytest.mark.skipif(not pico.installed(DATA, LIBRARY), reason="libttspico-utils is not installed")
class TestPico:
    @pytest.mark.parametrize("files", pico.installed(DATA, LIBRARY), ids=lambda files: files.language)
    def test_every_voice_speaks(self, files: pico.PicoFiles) -> None:
        with contextlib.closing(pico.PicoVoice(files, LIBRARY)) as voice:
            first, second = (speech(voice.render(text)) for text in ("One two three.", "One two three. " * 100))
        assert 300 < first.duration_ms < 5000
        assert second.duration_ms > 50 * first.duration_ms
        assert rms_dbfs(first) > -40

    def test_it_is_chosen_before_espeak(self) -> None:
        assert {files.language for files in pico.installed(DATA, LIBRARY)} >= {"en-GB", "en-US", "de-DE"}
        assert Pcm(pico.RATE_HZ, 2, 1, b"").is_speech_format


def test_none_is_found_without_the_library(tmp_path: Path) -> None:
    assert pico.installed(tmp_path, "libnone.so.0") == []
