"""The wake engine on recordings of people: the scores of openWakeWord itself, who is woken, cost and memory."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from models.wake.engine import WakeEngine
from models.wake.head import Head
from models.wake.library import built_in_words, load_head, load_network
from models.wake.mel import STEP_SAMPLES
from tests.programs import ROOT
from tests.wake_networks import AUDIO, NETWORKS, head, network, noise, recording

PEER = Path(__file__).with_name("openwakeword_peer.py")
OPENWAKEWORD = ROOT / ".interop" / "openwakeword" / "bin" / "python"
COMMUNITY = ("computer_v2", "hal_v2", "jarvis_v1")
AT_ONCE = 16
WOKEN = 0.5
ONE_ROOM_MS = 8.0  # of 80, on the slowest of two shared cores
RESIDENT_MB = 78  # numpy 29, onnxruntime 19, its two networks 15, Python

pytestmark = [
    pytest.mark.models,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not AUDIO.is_dir(), reason=f"no recordings in {AUDIO}"),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def heads(cache: Path) -> list[Head]:
    words = [*built_in_words(), *(str(NETWORKS / f"{name}.onnx") for name in COMMUNITY)]
    return [load_head(word, cache) for word in words]


@pytest.fixture
def engine(cache: Path, heads: list[Head]) -> WakeEngine:
    return WakeEngine(load_network(cache), heads)


def _scores(engine: WakeEngine, sounds: list[NDArray[np.int16]]) -> Iterator[dict[str, list[float]]]:
    """Of every sound from the moment that its room has joined, sixteen rooms at once."""
    for first in range(0, len(sounds), AT_ONCE):
        group = {engine.join(): sound for sound in sounds[first : first + AT_ONCE]}
        heard: dict = {room: {head.word: [] for head in engine.heads} for room in group}
        for now in range(max(map(len, group.values()))):
            step = engine.step({room: sound[now] for room, sound in group.items() if now < len(sound)})
            for room, scores in step.items():
                for word, score in scores.words.items():
                    heard[room][word].append(score)
        for room in group:
            engine.leave(room)
        yield from heard.values()


def _clips(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((AUDIO / folder).rglob("*.wav")) if _is_16_khz(path)]


def _is_16_khz(path: Path) -> bool:
    return int.from_bytes(path.read_bytes()[24:28], "little") == 16_000


@pytest.mark.skipif(not OPENWAKEWORD.is_file(), reason="scripts/setup --test installs openwakeword 0.6.0")
def test_every_recording_scores_as_in_openwakeword(engine, heads, tmp_path):
    """Every step of every recording within 1e-3 of the package itself, from the first one on."""
    sounds = [recording(path) for path in _clips("")]
    files = []
    for number, sound in enumerate(sounds):
        files.append(tmp_path / f"{number}.raw")
        sound.tofile(files[-1])
    done = subprocess.run(
        [OPENWAKEWORD, PEER, NETWORKS, ",".join(COMMUNITY), *files], capture_output=True, check=True, timeout=600
    )
    engine.heads = [head for head in heads if head.word in COMMUNITY]
    for theirs, ours in zip(json.loads(done.stdout), _scores(engine, sounds), strict=True):
        for word in COMMUNITY:
            np.testing.assert_allclose(ours[word], theirs[word], atol=1e-3)


def test_a_room_that_has_just_joined_wakes_on_nothing_but_its_word(engine):
    """Speech, noise and other words right after the start, silence before: the first 2.4 s wake nobody."""
    sounds = [recording(path)[:30] for path in _clips("negative", "noise", "wake/smart_mirror", "wake/view_glass")]
    sounds += [noise(30, seed=0, level=level) for level in (1, 3, 30, 300, 3000)]
    for sound, scores in zip(sounds, _scores(engine, sounds), strict=True):
        assert {word for word, values in scores.items() if max(values) >= WOKEN} == set(), sound.shape


@pytest.mark.parametrize(("word", "folder", "least"), [("computer_v2", "computer", 0.9), ("jarvis_v1", "jarvis", 0.8)])
@pytest.mark.parametrize("lead_steps", [0, 4, 30])
def test_a_word_said_right_after_the_start_is_heard(engine, word, folder, least, lead_steps):
    """As often 0 or 0.3 s after a room joined as after 2.4 s. (The words begin up to a second into the recordings.)"""
    lead, tail = noise(lead_steps, seed=1, level=2), noise(6, seed=2, level=2)
    sounds = [np.concatenate([lead, recording(path), tail]) for path in _clips(f"wake/{folder}")]
    heard = [max(scores[word]) >= WOKEN for scores in _scores(engine, sounds)]
    assert sum(heard) / len(heard) >= least


def test_64_rooms_hear_what_each_hears_alone(engine):
    sounds = [recording(path)[:25] for path in _clips("wake/computer", "negative")][:64]
    rooms = [engine.join() for _ in sounds]
    together: list[dict[str, float]] = [{} for _ in sounds]
    for now in range(25):
        step = engine.step({room: sound[now] for room, sound in zip(rooms, sounds, strict=True) if now < len(sound)})
        together = [dict(step[room].words) if room in step else old for room, old in zip(rooms, together, strict=True)]
    for room in rooms:
        engine.leave(room)
    for number in range(0, len(sounds), 9):
        room = engine.join()
        for sound in sounds[number]:
            alone = engine.step({room: sound})[room].words
        engine.leave(room)
        assert together[number] == pytest.approx(alone, abs=1e-4)


@pytest.mark.parametrize("rooms", [1, 4, 16, 64])
def test_a_step_is_cheap(rooms, record_property):
    """CPU time of all threads for one word and 80 ms."""
    engine = WakeEngine(network(), [head("okay_nabu")])
    steps = dict(zip((engine.join() for _ in range(rooms)), noise(rooms, seed=0), strict=True))
    engine.step(steps)
    began, times = time.process_time(), 128 // rooms + 8
    for _ in range(times):
        engine.step(steps)
    cpu_ms = (time.process_time() - began) * 1000 / times
    record_property("cpu_ms", cpu_ms)
    assert cpu_ms / rooms < ONE_ROOM_MS


async def test_a_satellite_has_room_for_it(cache, heads, record_property):
    """A bare process with the engine on one word stays within what a satellite can spare."""
    code = f"""
import numpy as np
from pathlib import Path
from models.wake.engine import WakeEngine
from models.wake.library import load_head, load_network
cache = Path({str(cache)!r})
engine = WakeEngine(load_network(cache), [load_head("okay_nabu", cache)])
room = engine.join()
for _ in range(200):
    engine.step({{room: np.zeros({STEP_SAMPLES}, np.int16)}})
print("done", flush=True)
input()
"""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=ROOT, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"done\n"
    resident_mb = psutil.Process(process.pid).memory_info().rss / 1e6
    await process.communicate(b"\n")
    record_property("resident_mb", resident_mb)
    assert resident_mb <= RESIDENT_MB
