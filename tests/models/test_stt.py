"""The embedded recogniser on recordings of people: how much it hears rightly, what it takes for a command, its cost."""

from __future__ import annotations

import asyncio
import csv
import time
import wave
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from hub.engines.supervisor import EngineProcess, Patience
from hub.intent.grammar import speech_grammar
from hub.sameness import normal
from hub.stages import Transcript
from hub.stt.phrase.grammar import Grammar
from hub.stt.phrase.recogniser import Recogniser, load_listener
from hub.stt.wyoming_client import WyomingTranscriber
from hub.tts.wyoming_client import WyomingSynthesizer
from models.recogniser.installed import languages
from tests.fakes_engines import SETTINGS, SHARED, blocks_of, engine
from tests.fakes_house import FakeHouse
from wire.pcm import Converter, Pcm, speech, to_speech

AUDIO = SHARED / "audio"

pytestmark = [
    pytest.mark.models,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not AUDIO.is_dir(), reason=f"no recordings in {AUDIO}"),
    pytest.mark.skipif("en" not in languages(), reason="no English recogniser is installed"),
]

# A little below what `earshot bench stt` measures: they tell a recogniser that got worse from one that did not.
PEOPLE_RIGHT, VOICES_RIGHT = 15, 30  # of 19 and 37
TAKEN_AT_MOST = 0.05  # of other speech
CPU_MS_A_SECOND = 100


@dataclass
class Engine:
    process: EngineProcess
    transcriber: WyomingTranscriber

    @property
    def cpu_seconds(self) -> float:
        times = psutil.Process(self.process.health.pid).cpu_times()
        return times.user + times.system

    async def hear(self, pcm: Pcm) -> Transcript:
        return await self.transcriber.transcribe(blocks_of(pcm), language="en")


@pytest.fixture
def grammar(tmp_path: Path) -> Path:
    path = tmp_path / "grammar.json"
    speech_grammar(FakeHouse.from_toml(AUDIO / "demo-home.toml"), "en").write(path)
    return path


@pytest.fixture
async def house(home: Path, grammar: Path) -> AsyncIterator[Engine]:
    options = "--grammar", str(grammar)
    async with engine("stt", "hub.stt.phrase", home, *options, patience=Patience(ready_seconds=60)) as (process, uri):
        yield Engine(process, WyomingTranscriber([uri], SETTINGS, 60))


def commands() -> Iterator[tuple[str, str, Path]]:
    with (AUDIO / "MANIFEST.tsv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            if row["file"].startswith("audio/commands/en/"):
                yield row["kind"] if row["transcript"] else "out of grammar", row["transcript"], SHARED / row["file"]


def load(path: Path) -> Pcm:
    with wave.open(str(path)) as file:
        raw = file.readframes(file.getnframes())
        return to_speech(Pcm(file.getframerate(), file.getsampwidth(), file.getnchannels(), raw))


async def test_sentences_of_the_demo_house(house: Engine, record_property: pytest.RecordProperty) -> None:
    """Exact sentences, scored as `earshot bench stt` does."""
    right: dict[str, list[bool]] = {}
    audio_seconds = 0.0
    await asyncio.to_thread(normal, "5")  # reads its rules
    for kind, transcript, path in commands():
        pcm = await asyncio.to_thread(load, path)
        audio_seconds += pcm.duration_ms / 1000
        heard = await house.hear(pcm)
        right.setdefault(kind, []).append(normal(heard.text) == normal(transcript))
        if not right[kind][-1]:
            print(f"{kind}: {transcript!r} heard as {heard.text!r} ({heard.confidence})")  # noqa: T201
    for kind, results in right.items():
        record_property(kind, f"{sum(results)}/{len(results)}")
    cpu_ms = house.cpu_seconds / audio_seconds * 1000
    record_property("cpu_ms_per_second_of_audio", round(cpu_ms))
    print(right and {kind: f"{sum(r)}/{len(r)}" for kind, r in right.items()}, f"{cpu_ms:.0f} ms/s",  # noqa: T201
          house.process.health)  # fmt: skip
    assert sum(right["human"]) >= PEOPLE_RIGHT
    assert sum(right["tts"]) >= VOICES_RIGHT
    assert cpu_ms < CPU_MS_A_SECOND


async def test_other_speech_is_mostly_not_a_command(house: Engine) -> None:
    """Orders to a coffee machine, wake words and talk: none of it is for this house."""
    clips = [
        *sorted((AUDIO / "coffee").glob("*.wav"))[::3],
        *sorted((AUDIO / "negative").glob("*.wav"))[:10],
        *sorted((AUDIO / "wake" / "computer").glob("*.wav"))[:5],
    ]
    taken = 0
    for path in clips:
        heard = await house.hear(await asyncio.to_thread(load, path))
        taken += bool(heard.text)
    print(f"taken for a command: {taken} of {len(clips)}")  # noqa: T201
    assert taken <= len(clips) * TAKEN_AT_MOST


async def test_the_transcript_follows_the_end_of_speech(house: Engine) -> None:
    """Decoding goes on while somebody speaks: the wait at the end does not grow with the sentence."""
    pcm = await asyncio.to_thread(load, AUDIO / "commands" / "en" / "set_a_timer_for_3_hours_and_10_minutes.wav")
    ended = [0.0]

    async def live() -> AsyncIterator[Pcm]:
        async for block in blocks_of(pcm):
            yield block
            await asyncio.sleep(block.duration_ms / 1000)
        ended[0] = time.monotonic()

    await house.transcriber.transcribe(live(), language="en")
    waited_ms = (time.monotonic() - ended[0]) * 1000
    print(f"transcript {waited_ms:.0f} ms after {pcm.duration_ms:.0f} ms of speech")  # noqa: T201


async def test_hears_what_our_own_voice_says(house: Engine, home: Path) -> None:
    """Two real engines and the wire between them: a name that no dictionary has is spoken and heard."""
    async with engine("tts", "hub.tts.embedded", home) as (_, uri):
        synthesizer, converter = WyomingSynthesizer([uri], SETTINGS, 20), Converter()
        blocks = [converter.convert(b) async for b in synthesizer.synthesize("turn on the ecobee", language="en-us")]
    pause = bytes(16_000)
    heard = await house.hear(speech(pause + b"".join(block.data for block in blocks) + pause))
    assert heard.text in {"turn on the EcoBee", "turn on EcoBee"}


def test_one_utterance_after_another_and_beside_another(grammar: Path) -> None:
    """Nothing of one is heard in the next, also where it was given up."""
    recogniser = Recogniser(Grammar.read(grammar), load_listener("en"))
    door, lamp = (load(AUDIO / "commands" / "en" / f"{name}.wav").data for name in ("lock_the_front_door", "next"))
    for _ in range(2):
        given_up = recogniser.listen()
        given_up.feed(door)
        utterance = recogniser.listen()
        utterance.feed(lamp)
        assert normal(utterance.finish().text) == "next"
