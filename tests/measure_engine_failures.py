"""``python -m tests.measure_engine_failures [llm …]``: engines that fail in the middle of a turn, as JSON.

heard_seconds: until that turn is answered, with an apology where it must be. served_seconds: until a turn is answered
that needs this engine, from then on. Engines are real processes with networks made for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import psutil

from hub.bench import llm_shape
from hub.bench.llm import prompt_text
from hub.bench.whisper_shape import SHAPES, write_shape
from hub.engines.espeak import espeak
from hub.web.client import ControlClient
from models.store.catalogue import Model, ModelFile
from models.store.folder import Store
from tests.piper_voice import write_voice
from tests.programs import configure, running_hub
from wire.pcm import Pcm, silence, speech, to_speech
from wire.wav import wav_bytes

TRANSCRIPTION = "a transcription"
MODULES = {"whisper": "hub.stt.whisper", "piper": "hub.tts.piper", "llm": "hub.llm.llama"}
FAILURES: dict[str, Callable[[psutil.Process], object]] = {
    "SIGKILL": lambda process: process.send_signal(signal.SIGKILL),
    "SIGSEGV": lambda process: process.send_signal(signal.SIGSEGV),
    "hang": lambda process: process.suspend(),
    "memory": lambda process: process.rlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20)),
}
UNKNOWN = "Please tell me something about the weather on the moon, and whether cats would like to live there."
SAYS = "Cats like to lie where it is warm. The moon has no weather at all, and is a long way off."
_LONGEST_SECONDS = 60.0


def have_models(folder: Path) -> None:
    """As if they had been fetched."""
    store = Store(folder / "models")
    whisper = _Fetched("whisper-base.en-q8_0", "stt", ("ggml-base.en-q8_0.bin",))
    write_shape(store.partial(whisper.model) / whisper.files[0], SHAPES["base.en"])
    store.adopt(whisper.model, dict.fromkeys(whisper.files, "0" * 64))
    voice = _Fetched("piper-en_us-joe-medium", "tts", ("en_US-joe-medium.onnx", "en_US-joe-medium.onnx.json"))
    hum = write_voice(folder / "hum")
    for source, name in zip((hum, hum.with_name("voice.onnx.json")), voice.files, strict=True):
        source.rename(store.partial(voice.model) / name)
    store.adopt(voice.model, dict.fromkeys(voice.files, "0" * 64))
    thinker = _Fetched("qwen2.5-0.5b-instruct-q4_k_m", "llm", ("qwen2.5-0.5b-instruct-q4_k_m.gguf",))
    path = store.partial(thinker.model) / thinker.files[0]
    llm_shape.write_shape(path, llm_shape.SHAPES["qwen2.5-0.5b"], says=SAYS, text=prompt_text(), kind="q4_0")
    store.adopt(thinker.model, dict.fromkeys(thinker.files, "0" * 64))


class _Fetched:
    def __init__(self, name: str, stage: str, files: tuple[str, ...]) -> None:
        self.files = files
        found = [ModelFile(file, "https://example.org/x") for file in files]
        self.model = Model(name, stage, "", ["en"], "MIT", found)  # type: ignore[arg-type]


def recording(text: str) -> bytes:
    voice = espeak()
    voice.select("en-us")
    sound = to_speech(Pcm(voice.rate_hz, 2, 1, voice.speak(text)))
    return wav_bytes(speech(silence(200).data + sound.data + silence(900).data))


def process_of(home: Path, name: str) -> psutil.Process | None:
    """The engine's; of ``a transcription`` the one that computes."""
    module = MODULES.get(name, MODULES["whisper"])
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if module in line and any(str(home) in word for word in line):
            if name != TRANSCRIPTION:
                return process
            holders = process.children()
            children = holders[0].children() if holders else []
            return children[0] if children else None
    return None


async def found(home: Path, name: str) -> psutil.Process:
    async with asyncio.timeout(_LONGEST_SECONDS):
        while (process := await asyncio.to_thread(process_of, home, name)) is None:
            await asyncio.sleep(0.005)
    return process


async def fail(home: Path, name: str, how: str) -> None:
    while True:
        process = await found(home, name)
        with contextlib.suppress(psutil.NoSuchProcess):  # this transcription was over already
            FAILURES[how](process)
            return


async def measured(home: Path, hub: ControlClient, name: str, how: str) -> dict[str, object]:
    wav = await asyncio.to_thread(recording, UNKNOWN)
    if name == "piper":  # while it renders a reply that it never said
        turn = asyncio.create_task(hub.ask_text(f"tell me {how} about {time.time_ns()}", reply_audio=True))
        await asyncio.sleep(0.02)
        await fail(home, name, how)
    elif name == "llm":
        turn = asyncio.create_task(hub.ask_text(f"{UNKNOWN} {how}", reply_audio=True))
        await asyncio.sleep(0.3)
        await fail(home, name, how)
    else:
        turn = asyncio.create_task(hub.ask_wav(wav, reply_audio=True))
        await asyncio.sleep(0.1 if name == "whisper" else 0.0)
        await fail(home, name, how)
    failed_seconds = time.monotonic()
    answer = await turn
    heard_seconds = time.monotonic() - failed_seconds
    if name == "llm":
        again = await answered(hub)
    else:
        again = await served(hub, wav, "whisper" if name in {"whisper", TRANSCRIPTION} else None)
    return {
        "heard_seconds": round(heard_seconds, 2),
        "error": answer.trace.error.code if answer.trace.error else None,
        "spoken": bool(answer.reply_wav),
        "served_seconds": round(again - failed_seconds - heard_seconds, 2),
    }


async def served(hub: ControlClient, wav: bytes, engine: str | None) -> float:
    """When a turn was answered, by the engine."""
    async with asyncio.timeout(_LONGEST_SECONDS):
        while True:
            answer = await hub.ask_wav(wav, reply_audio=True)
            stt, error = answer.trace.stt, answer.trace.error
            is_heard = error is None or not error.code.startswith(("stt-", "tts-"))
            if answer.reply_wav and is_heard and (engine is None or (stt and stt.engine == engine)):
                return time.monotonic()


async def answered(hub: ControlClient) -> float:
    """When the language model answered."""
    async with asyncio.timeout(_LONGEST_SECONDS):
        while True:
            trace = (await hub.ask_text(UNKNOWN, reply_audio=True)).trace
            if trace.understood.by == "llm" and trace.error is None:
                return time.monotonic()


async def main() -> None:
    results: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory(prefix="e.", dir="/tmp") as folder:
        home = Path(folder)
        await asyncio.to_thread(have_models, home / "var")
        configure(home)
        wav = await asyncio.to_thread(recording, UNKNOWN)
        for name, how in product(sys.argv[1:] or (TRANSCRIPTION, "whisper", "piper", "llm"), FAILURES):
            print(name, how, file=sys.stderr)
            async with running_hub(home), ControlClient(home / "run" / "hub.sock") as hub:
                await served(hub, wav, "whisper")
                if name == "llm":
                    await answered(hub)
                results[f"{name}: {how}"] = await measured(home, hub, name, how)
    json.dump(results, sys.stdout, indent=1)


if __name__ == "__main__":
    asyncio.run(main())
