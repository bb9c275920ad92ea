"""What our speech services say of themselves when asked (Wyoming ``info``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    HandleModel,
    HandleProgram,
    Info,
    TtsProgram,
    TtsVoice,
    WakeModel,
    WakeProgram,
)

VERSION = "0.1.0"


class _Artifact(TypedDict):
    name: str
    attribution: Attribution
    installed: bool
    description: str
    version: str


def _artifact(name: str, description: str) -> _Artifact:
    return _Artifact(
        name=name,
        attribution=Attribution(name="Earshot", url=""),
        installed=True,
        description=description,
        version=VERSION,
    )


def stt_info(languages: Sequence[str]) -> Info:
    model = AsrModel(languages=list(languages), **_artifact("house", "what can be said to this house"))
    return Info(asr=[AsrProgram(models=[model], **_artifact("earshot", "Earshot speech to text"))])


def tts_info(languages: Sequence[str]) -> Info:
    voices = [TtsVoice(languages=[language], **_artifact(language, f"voice for {language}")) for language in languages]
    return Info(tts=[TtsProgram(voices=voices, **_artifact("earshot", "Earshot text to speech"))])


def wake_info(words: Sequence[str]) -> Info:
    models = [
        WakeModel(phrase=word.replace("_", " "), languages=["en"], **_artifact(word, word.replace("_", " ")))
        for word in words
    ]
    return Info(wake=[WakeProgram(models=models, **_artifact("earshot", "Earshot wake words"))])


def handle_info(languages: Sequence[str]) -> Info:
    """supports_home_control: Home Assistant treats only such agents as ones that act (INTEROP 2b)."""
    model = HandleModel(languages=list(languages), **_artifact("house", "commands and questions to this house"))
    program = HandleProgram(
        models=[model], supports_home_control=True, **_artifact("earshot", "Earshot home control with proof")
    )
    return Info(handle=[program])
