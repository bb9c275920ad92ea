"""Engines of the true sizes in a model store, for a hub that is measured with them: their weights say one sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from pathlib import Path

from hub.bench import llm_shape, whisper_shape
from hub.bench.llm import need_llama, prompt_text
from hub.bench.tts import write_voice
from hub.config import HubConfig, LlmSection, SttSection, TtsSection
from hub.engines.choice import MODELS_FOLDER, NONE, OWN_CATALOGUE
from hub.engines.espeak import espeak
from models.store.catalogue import Catalogue
from models.store.folder import Store
from wire.errors import ConfigError
from wire.pcm import Pcm
from wire.places import Places

ENGINES = ("whisper", "piper", "llm")
WHISPER, LLM = "base.en", "qwen2.5-0.5b"  # sizes that a Pi 5 runs
_ASKED = (" What", " is", " the", " highest", " mountain", " of", " our", " Alps", "?")
_COMMANDED = (" Turn", " on", " the", " bed", " light", ".")
_ANSWER = "The highest one is Mont Blanc, between France and Italy. It has much snow on it, also in summer."
_MODEL = """
[[model]]
name = "{name}"
stage = "{stage}"
about = "of the true size, with weights that say one sentence"
languages = ["en"]
licence = "Apache-2.0"
ram_mb = {ram_mb}
boards = ["pi4", "pi5", "jetson", "x86"]
"""
_FILE = """
[[model.file]]
path = "{name}"
url = "https://example.org/{name}"
"""

Progress = Callable[[str], None]


def configured(engines: Collection[str]) -> HubConfig:
    """With these engines, each instead of the embedded one. Raises ConfigError."""
    unknown = set(engines) - set(ENGINES)
    if unknown or ("llm" in engines and "whisper" not in engines):
        known = ", ".join(ENGINES)
        raise ConfigError("bench-engines", f"engines are some of {known}; a language model needs whisper to be asked")
    return HubConfig(
        stt=SttSection(model="bench-whisper" if "whisper" in engines else NONE, first_pass="whisper" not in engines),
        tts=TtsSection(voice="bench-piper" if "piper" in engines else None),
        llm=LlmSection(model="bench-llm" if "llm" in engines else NONE),
    )


def write_models(root: Path, engines: Collection[str], progress: Progress) -> Places:
    """Places whose models are these. Takes minutes. Raises ConfigError (bench-tool-missing)."""
    where = Places(etc=root / "etc", var=root / "var", run=root / "run", cache=root / "cache")
    where.etc.mkdir(parents=True)
    for engine in ENGINES:
        if engine in engines:
            progress(f"a network for {engine}")
            _have(where, engine, engines)
    return where


def _have(where: Places, engine: str, engines: Collection[str]) -> None:
    stage, suffixes, ram_mb = {
        "whisper": ("stt", ["bin"], 300),
        "piper": ("tts", ["onnx", "onnx.json"], 150),
        "llm": ("llm", ["gguf"], 700),
    }[engine]
    name = f"bench-{engine}"
    files = [f"{name}.{suffix}" for suffix in suffixes]
    with (where.etc / OWN_CATALOGUE).open("a") as catalogue:
        catalogue.write(_MODEL.format(name=name, stage=stage, ram_mb=ram_mb))
        catalogue.writelines(_FILE.format(name=file) for file in files)
    model = Catalogue.load(where.etc / OWN_CATALOGUE).get(name)
    store = Store(where.var / MODELS_FOLDER)
    folder = store.partial(model)
    _write(engine, folder / files[0], asks="llm" in engines)
    store.adopt(model, {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files})


def _write(engine: str, path: Path, *, asks: bool) -> None:
    if engine == "whisper":
        says = _ASKED if asks else _COMMANDED
        whisper_shape.write_shape(path, whisper_shape.SHAPES[WHISPER], says=says)
    elif engine == "piper":
        write_voice(path)
    else:
        need_llama()
        text = prompt_text()
        llm_shape.write_shape(path, llm_shape.SHAPES[LLM], says=_ANSWER, text=text, kind="q4_0", merges=1500)


def spoken(text: str) -> Pcm:
    """By espeak-ng, for voice detection to hear: what it says does not matter to these networks."""
    voice = espeak()
    voice.select("en-us")
    return Pcm(voice.rate_hz, 2, 1, voice.speak(text))
