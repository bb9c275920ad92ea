"""What each engine's process is started with, by the configuration, the places and the model that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from hub.config import LlmSection, SttSection, TtsSection
from hub.engines.child import EngineProgram
from hub.engines.choice import Choice
from models.store.errors import StoreRefused
from wire.places import Places

STT, WHISPER, PIPER, TTS, LLM = "stt", "whisper", "piper", "tts", "llm"
GRAMMAR_FILE = "house.grammar.json"  # of run
ADAPTATION_FILE = "stt-adaptation.json"  # of var

_IDLE_SECONDS = 300  # until a model that the box has little room for is let go
_MEMORY_MB = 1024  # of address space, besides the model
_LLM_NICE = 5  # it computes for seconds, in which the wake word is still to be heard
_MODEL_TIMES = 4  # a model's memory, of address space


def uri_of(where: Places, name: str) -> str:
    return f"unix://{where.run / name}.sock"


def phrase(where: Places) -> EngineProgram:
    """The embedded recogniser."""
    options = {"--grammar": where.run / GRAMMAR_FILE, "--adaptation": where.var / ADAPTATION_FILE}
    return _program(where, STT, "hub.stt.phrase", options)


def whisper(where: Places, stt: SttSection, choice: Choice) -> EngineProgram:
    """Raises StoreRefused (model-damaged)."""
    options = {
        "--model": choice.file(".bin"),
        "--name": choice.model.name,
        "--threads": stt.threads,
        "--idle-seconds": 0 if choice.stays_loaded else _IDLE_SECONDS,
        "--pause-ms": stt.early_pause_ms,
        "--grammar": where.run / GRAMMAR_FILE,
        "--cache": where.cache / "voice",
        "--memory-mb": _MEMORY_MB + _MODEL_TIMES * choice.model.ram_mb,
    }
    return _program(where, WHISPER, "hub.stt.whisper", options)


def piper(where: Places, tts: TtsSection, choice: Choice) -> EngineProgram:
    """Raises StoreRefused (model-damaged, piper-missing)."""
    if find_spec("piper") is None:
        raise StoreRefused(
            "piper-missing", "its package is missing: `scripts/setup --piper`, or `pip install 'earshot[piper]'`"
        )
    options = {
        "--voice": choice.file(".onnx"),
        "--speed": tts.speed,
        "--loudness": tts.loudness,
        "--cache": where.cache / "tts",
        "--memory-mb": _MEMORY_MB + _MODEL_TIMES * choice.model.ram_mb,
    }
    return _program(where, PIPER, "hub.tts.piper", options)


def llama(where: Places, llm: LlmSection, choice: Choice) -> EngineProgram:
    """Raises StoreRefused (model-damaged, llm-missing)."""
    if find_spec("llama_cpp") is None:
        raise StoreRefused(
            "llm-missing", "its package is missing: `scripts/setup --llm`, or `pip install 'earshot[llm]'`; it compiles"
        )
    options = {
        "--model": choice.file(".gguf"),
        "--name": choice.model.name,
        "--threads": llm.threads,
        "--context-tokens": llm.context_tokens,
        "--cache": where.cache / "llm",
        "--nice": _LLM_NICE,
        "--memory-mb": _MEMORY_MB + _MODEL_TIMES * choice.model.ram_mb,
    }
    return _program(where, LLM, "hub.llm.llama", options)


def embedded_voices(where: Places) -> EngineProgram:
    return _program(where, TTS, "hub.tts.embedded", {})


def _program(where: Places, name: str, module: str, options: Mapping[str, object]) -> EngineProgram:
    arguments = [str(word) for option in options.items() for word in option]
    return EngineProgram(name, module, uri_of(where, name), arguments)
