"""What whisper.cpp's processes promise: an answer or a reason, whatever becomes of them. Weights are random."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from hub.bench.whisper_shape import SHAPES, Shape, write_shape
from hub.engines.espeak import espeak
from hub.engines.supervisor import EngineProcess, Patience
from hub.errors import SttFailed
from hub.stages import Partial
from hub.stt.requests import Refused
from hub.stt.whisper.shared import HolderLost, Place, SharedModel
from hub.stt.wyoming_client import WyomingTranscriber
from tests.fakes_engines import SETTINGS, blocks_of, engine, write_grammar
from wire.pcm import Pcm, silence, speech, to_speech

SAID = "Turn on the bed light."
NOISE = np.random.default_rng(0).normal(0, 1000, 16_000 * 3).astype("<i2").tobytes()
PATIENCE = Patience(ready_seconds=60)

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """quick.bin answers in tenths of a second, slow.bin takes long enough to be interrupted."""
    folder = tmp_path_factory.mktemp("whisper")
    write_shape(folder / "quick.bin", Shape(64, 2, 1))
    write_shape(folder / "multilingual.bin", Shape(64, 2, 1, multilingual=True))
    write_shape(folder / "slow.bin", SHAPES["tiny.en"])
    return folder


@pytest.fixture
async def slow(networks: Path) -> AsyncIterator[SharedModel]:
    async with SharedModel(networks / "slow.bin", 1, idle_seconds=0) as model:
        yield model


async def hear(model: SharedModel, place: Place | None = None) -> str | None:
    heard = await model.hear(NOISE, "en", "", place or Place(urgent=True))
    return heard.text if heard else None


async def transcribing(model: SharedModel) -> psutil.Process:
    """The process of the transcription that runs, as soon as there is one."""
    async with asyncio.timeout(20):
        while not (children := await asyncio.to_thread(psutil.Process(model.holder_pid).children)):
            await asyncio.sleep(0.01)
    return children[0]


async def gone(process: psutil.Process) -> None:
    async with asyncio.timeout(20):
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.01)


class TestSharedModel:
    async def test_one_after_another_is_heard(self, slow: SharedModel) -> None:
        async with asyncio.TaskGroup() as group:
            heard = [group.create_task(hear(slow)) for _ in range(3)]
        assert [task.result() for task in heard] == [SAID] * 3

    async def test_who_does_not_wait_gives_way(self, slow: SharedModel) -> None:
        early = asyncio.create_task(hear(slow, Place()))
        process = await transcribing(slow)
        assert await hear(slow) == SAID
        assert await early is None
        await gone(process)

    async def test_who_is_not_urgent_does_not_wait(self, slow: SharedModel) -> None:
        first = asyncio.create_task(hear(slow))
        await transcribing(slow)
        assert await hear(slow, Place()) is None
        assert await first == SAID

    async def test_an_early_one_that_became_urgent_stays(self, slow: SharedModel) -> None:
        place = Place()
        early = asyncio.create_task(hear(slow, place))
        await transcribing(slow)
        place.urgent = True
        assert await hear(slow) == SAID
        assert await early == SAID

    async def test_cancelled_work_ends_and_the_next_answer_is_its_own(self, slow: SharedModel) -> None:
        for _ in range(3):
            task = asyncio.create_task(hear(slow))
            process = await transcribing(slow)
            task.cancel()
            await asyncio.wait((task,))
            await gone(process)
        assert await hear(slow) == SAID

    @pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
    async def test_a_crash_costs_one_transcription(self, slow: SharedModel, number: signal.Signals) -> None:
        """The model stays where it is."""
        holder = slow.holder_pid
        task = asyncio.create_task(hear(slow))
        (await transcribing(slow)).send_signal(number)
        with pytest.raises(Refused) as refused:
            await task
        assert refused.value.code == "stt-crashed"
        assert f"signal {number.value}" in refused.value.message
        assert await hear(slow) == SAID
        assert slow.holder_pid == holder

    async def test_a_hang_is_found(self, slow: SharedModel) -> None:
        task = asyncio.create_task(hear(slow))
        (await transcribing(slow)).suspend()
        with pytest.raises(Refused) as refused:
            await task
        assert refused.value.code == "stt-crashed"
        assert await hear(slow) == SAID

    async def test_a_dead_holder_is_replaced(self, slow: SharedModel) -> None:
        task = asyncio.create_task(hear(slow))
        process = await transcribing(slow)
        assert slow.holder_pid
        os.kill(slow.holder_pid, signal.SIGKILL)
        with pytest.raises(HolderLost):
            await task
        await gone(process)
        assert await hear(slow) == SAID

    async def test_whoever_leaves_while_it_is_loaded_leaves_no_answer_behind(self, slow: SharedModel) -> None:
        for wait_seconds in (0.0, 0.02, 0.2):
            assert slow.holder_pid
            os.kill(slow.holder_pid, signal.SIGKILL)
            with pytest.raises(HolderLost):
                await hear(slow)
            task = asyncio.create_task(hear(slow))
            await asyncio.sleep(wait_seconds)
            task.cancel()
            await asyncio.wait((task,))
            assert await hear(slow) == SAID

    async def test_a_model_that_nobody_needs_is_let_go(self, networks: Path) -> None:
        async with SharedModel(networks / "quick.bin", 1, idle_seconds=0.05) as model:
            async with asyncio.timeout(20):
                while model.holder_pid:
                    await asyncio.sleep(0.02)
            assert await hear(model) == SAID

    @pytest.mark.parametrize("content", [None, b"", b"lmgg", b"no model at all", "cut", "damaged"])
    async def test_what_is_no_model_is_refused(
        self, networks: Path, tmp_path: Path, content: bytes | str | None
    ) -> None:
        path = tmp_path / "model.bin"
        whole = (networks / "quick.bin").read_bytes()
        written = {"cut": whole[:300_000], "damaged": whole[:44] + b"\xff" * 400 + whole[444:]}
        if content is not None:
            path.write_bytes(written[content] if isinstance(content, str) else content)
        with pytest.raises(HolderLost) as lost:
            async with SharedModel(path, 1, idle_seconds=0):
                pass
        assert lost.value.code == "model-invalid"


@pytest.fixture
def spoken() -> Pcm:
    """A voice that voice detection knows as one."""
    voice = espeak()
    voice.select("en-us")
    sound = to_speech(Pcm(voice.rate_hz, 2, 1, voice.speak("turn on the light in the bedroom and the kitchen")))
    return speech(silence(300).data + sound.data + silence(600).data)


class TestEngine:
    @pytest.fixture
    async def server(self, home: Path, networks: Path, tmp_path: Path) -> AsyncIterator[tuple[EngineProcess, str]]:
        options = {
            "--model": networks / "quick.bin",
            "--name": "whisper-quick",
            "--cache": tmp_path,
            "--grammar": write_grammar(home / "grammar.json"),
        }
        arguments = [str(word) for option in options.items() for word in option]
        async with engine("whisper", "hub.stt.whisper", home, *arguments, patience=PATIENCE) as running:
            yield running

    async def test_speech_is_heard_and_said_who_heard_it(self, server: tuple[EngineProcess, str], spoken: Pcm) -> None:
        stt = WyomingTranscriber([server[1]], SETTINGS, 30)
        heard = await stt.transcribe(blocks_of(spoken), language="en_US")
        assert (heard.text, heard.language, heard.engine, heard.model) == (SAID, "en", "whisper", "whisper-quick")
        assert heard.confidence
        assert heard.confidence > 0.9

    async def test_who_wants_it_is_told_before_the_end(self, server: tuple[EngineProcess, str], spoken: Pcm) -> None:
        told: list[Partial] = []
        go_on = asyncio.Event()

        async def with_a_pause() -> AsyncIterator[Pcm]:
            async for block in blocks_of(spoken):
                yield block
            while not go_on.is_set():  # as a microphone does
                yield silence(20)
                await asyncio.sleep(0.02)

        def tell(partial: Partial) -> None:
            told.append(partial)
            go_on.set()

        stt = WyomingTranscriber([server[1]], SETTINGS, 30)
        heard = await stt.transcribe(with_a_pause(), language="en", on_partial=tell)
        assert [partial.text for partial in told] == [SAID]
        assert told[0].complete
        assert heard.text == SAID

    @pytest.mark.parametrize("pcm", [speech(b""), silence(50), silence(3000)], ids=["none", "50 ms", "3 s"])
    async def test_silence_is_an_empty_transcript(self, server: tuple[EngineProcess, str], pcm: Pcm) -> None:
        heard = await WyomingTranscriber([server[1]], SETTINGS, 30).transcribe(blocks_of(pcm), language="en")
        assert (heard.text, heard.confidence) == ("", 0.0)

    async def test_an_unknown_language_is_refused_by_name(self, server: tuple[EngineProcess, str]) -> None:
        with pytest.raises(SttFailed) as failed:
            await WyomingTranscriber([server[1]], SETTINGS, 30).transcribe(blocks_of(silence(500)), language="de")
        assert failed.value.code == "language-unknown"
        assert "whisper-quick has no 'de'" in failed.value.message

    async def test_whoever_leaves_ends_the_work(self, server: tuple[EngineProcess, str], spoken: Pcm) -> None:
        """Barge-in: the next one is heard from its own beginning."""
        stt = WyomingTranscriber([server[1]], SETTINGS, 30)
        for wait_seconds in (0.0, 0.02, 0.05, 0.1):
            task = asyncio.create_task(_transcribe(stt, spoken))
            await asyncio.sleep(wait_seconds)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert await _transcribe(stt, spoken) == SAID


async def test_a_model_of_all_languages_tells_which_was_spoken(home: Path, networks: Path, spoken: Pcm) -> None:
    arguments = ("--model", str(networks / "multilingual.bin"), "--cache", str(home))
    async with engine("whisper", "hub.stt.whisper", home, *arguments, patience=PATIENCE) as (_, uri):
        stt = WyomingTranscriber([uri], SETTINGS, 30)
        assert (await stt.transcribe(blocks_of(spoken), language="de")).language == "de"
        detected = (await stt.transcribe(blocks_of(spoken), language="auto")).language
    assert len(detected) in {2, 3}


async def _transcribe(stt: WyomingTranscriber, pcm: Pcm) -> str:
    return (await stt.transcribe(blocks_of(pcm), language="en")).text
