"""Chromium with a recording as its microphone, spoken by the hub's own voice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, RunningHub
from tests.programs import ROOT

TURN_MS = 30_000

# A process of its own: Playwright's event loop runs in the tests' one. A second of silence, the words, and four more;
# 48 kHz is what Chromium's pretended microphone has.
_SPEAK = """
import asyncio, sys
from pathlib import Path
from tests.flow.test_whole import spoken
from wire.pcm import Converter, Pcm
from wire.wav import read_wav, write_wav
home = Path(sys.argv[1])
said = asyncio.run(spoken(home, sys.argv[2], "said.wav"))
pcm = Converter(48000).convert(read_wav(said.read_bytes()), last=True)
second = bytes(2 * 48000)
write_wav(home / "microphone.wav", Pcm(48000, 2, 1, second + pcm.data + 4 * second))
"""


def microphone_of(hub: RunningHub, words: str) -> None:
    """Make the recording that ``speaking_browser`` hears."""
    subprocess.run([sys.executable, "-c", _SPEAK, str(hub.home), words], cwd=ROOT, check=True, timeout=60)


@contextmanager
def speaking_browser(hub: RunningHub) -> Iterator[Browser]:
    recording = f"--use-file-for-fake-audio-capture={hub.home / 'microphone.wav'}"
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, recording]) as browser,
    ):
        yield browser
