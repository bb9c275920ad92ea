"""A command in the same breath as its wake word: ``python -m tests.measure_no_pause [-v]``.

People's recordings of "alexa" and of commands, with 0 to 400 ms between them, go through a hub that hears the wake word
itself. The measure are the same commands without it. Prints a table; the figures are in docs/satellite.md.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
from csv import DictReader
from itertools import cycle
from pathlib import Path

import numpy as np

from hub.cli.reach import private_hub
from hub.config import HubConfig, WakeSection
from hub.trace import Trace
from hub.web.client import ControlClient
from tests.programs import SHARED
from wire.errors import EarshotError
from wire.pcm import Pcm, mono_floats, silence, speech, to_speech
from wire.wav import read_wav, wav_bytes

WORD = "alexa"
PAUSES_MS = (0, 100, 200, 400)
BEFORE_MS = 1500
VOICED = 1 / 100  # of the loudest sample
SMALL_WORDS = frozenset({"the", "a", "my", "of"})


def voiced(pcm: Pcm, *, to_end: bool = False) -> bytes:
    """From the first sample that is not 40 dB below the loudest to the last, or to the end."""
    samples = np.abs(mono_floats(pcm))
    heard = np.flatnonzero(samples > samples.max() * VOICED)
    return pcm.data[heard[0] * pcm.frame_bytes : None if to_end else (heard[-1] + 1) * pcm.frame_bytes]


def decoded(path: Path) -> Pcm:
    if path.suffix == ".wav":
        return to_speech(read_wav(path))
    sox = ["sox", str(path), "-t", "raw", "-r", "16000", "-b", "16", "-c", "1", "-e", "signed", "-"]
    return speech(subprocess.run(sox, capture_output=True, check=True).stdout)


def recordings() -> tuple[list[Path], list[tuple[Path, str]]]:
    """People who say the wake word; people who say commands, and which."""
    with (SHARED / "audio" / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        rows = [
            row for row in DictReader(manifest, delimiter="\t") if (row["kind"], row["language"]) == ("human", "en")
        ]
    words = [SHARED / row["file"] for row in rows if row["transcript"] == WORD]
    commands = [row for row in rows if "/commands/" in row["file"] and row["house"] == "demo" and row["transcript"]]
    return words, [(SHARED / row["file"], row["transcript"]) for row in commands]


def right(trace: Trace | None, said: str) -> bool:
    if trace is None:
        return False
    heard, wanted = ([w for w in text.lower().split() if w not in SMALL_WORDS] for text in (trace.transcript, said))
    return heard == wanted


async def run(hub: ControlClient, *, verbose: bool) -> None:
    words, commands = recordings()
    word = cycle(words)
    texts = [text for _, text in commands]
    alone = [await turn(hub, voiced(decoded(path), to_end=True), wake=False) for path, _ in commands]
    print(f"{len(commands)} commands; alone {sum(map(right, alone, texts))} are heard right")
    print("pause ms  word noticed  heard right")
    for pause_ms in PAUSES_MS:
        traces = []
        for path, text in commands:
            said = (voiced(decoded(next(word))), silence(pause_ms).data, voiced(decoded(path), to_end=True))
            traces.append(await turn(hub, *said, wake=True))
            if verbose:
                print("   ", text, "|", traces[-1].transcript if traces[-1] else "(wake word not noticed)")
        noticed = sum(trace is not None for trace in traces)
        print(f"{pause_ms:8d}  {noticed:12d}  {sum(map(right, traces, texts)):11d}", flush=True)


async def turn(hub: ControlClient, *said: bytes, wake: bool) -> Trace | None:
    """None: the wake word was not noticed."""
    recording = wav_bytes(speech(silence(BEFORE_MS).data + b"".join(said)))
    try:
        answer = await hub.ask_wav(recording, satellite=None, area=None, language="en", wake=wake, reply_audio=False)
    except EarshotError as error:
        if error.code != "wake-not-heard":
            raise
        return None
    return answer.trace


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-v", action="store_true", help="each turn")
    verbose = parser.parse_args().v
    config = HubConfig(wake=WakeSection(words=[WORD]))
    async with private_hub(SHARED / "audio" / "demo-home.toml", config) as own, ControlClient(own.control_path) as hub:
        await run(hub, verbose=verbose)


if __name__ == "__main__":
    asyncio.run(main())
