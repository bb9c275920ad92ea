"""The one module that knows the package piper: voices as they were fetched, loaded with a session that fits."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta
from piper import PiperVoice
from piper.config import PiperConfig, SynthesisConfig

from hub.tts.speaking.voices import Voice, Voices
from models.errors import ModelInvalid
from models.runtime import open_large_session

_MAX_CONFIG_BYTES = 1 << 20
_WARM = "Hello."


class _Language(msgspec.Struct):
    code: str


class _Described(msgspec.Struct):
    """What matters here of a voice's .onnx.json. espeak.voice stands in where an old one names no language."""

    num_speakers: Annotated[int, Meta(ge=1, le=10_000)] = 1
    speaker_id_map: dict[str, int] = {}
    language: _Language | None = None
    espeak: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Style:
    """speed: 2 is twice as fast. loudness: 1 is as loud as can be."""

    speed: float = 1.0
    loudness: float = 1.0


class SpeakingPiper:
    """A loaded voice; used in one thread."""

    def __init__(self, model: Path, speaker: int | None, style: Style, threads: int) -> None:
        """Raises ModelInvalid (model-invalid). Says one word, so that the first reply need not wait for that."""
        try:
            config = PiperConfig.from_dict(json.loads(_config(model).read_bytes()))
            self._voice = PiperVoice(session=open_large_session(str(model), threads), config=config)
        except Exception as error:  # what onnxruntime raises has no common base
            raise ModelInvalid("model-invalid", f"{model} cannot be loaded: {error}"[:300]) from error
        self.rate_hz = config.sample_rate
        self._how = SynthesisConfig(
            speaker_id=speaker, length_scale=config.length_scale / style.speed, volume=style.loudness
        )
        self.render(_WARM)

    def render(self, text: str) -> bytes:
        """16-bit mono at ``rate_hz``."""
        return b"".join(chunk.audio_int16_bytes for chunk in self._voice.synthesize(text, self._how))


def voices(models: Iterable[Path], style: Style, threads: int) -> Voices:
    """models: .onnx files, the one that is liked best first; each with its .onnx.json beside it.

    One for each speaker, ``NAME#SPEAKER``. Raises ModelInvalid (model-invalid).
    """
    return Voices([voice for model in models for voice in _speakers(model, style, threads)])


def _speakers(model: Path, style: Style, threads: int) -> Iterator[Voice]:
    described = _described(model)
    code = described.language.code if described.language else described.espeak.get("voice", "en")
    language = code.replace("_", "-").lower()
    name = model.parent.name
    changed = f"{style.speed:g} {style.loudness:g} {model.stat().st_mtime_ns}"
    named: dict[str, int | None] = {name: 0 if described.num_speakers > 1 else None}
    named |= {f"{name}#{speaker}": number for speaker, number in described.speaker_id_map.items()}
    for one, speaker in named.items():
        load = functools.partial(SpeakingPiper, model, speaker, style, threads)
        yield Voice(one, language, "piper", load, changed)


def _described(model: Path) -> _Described:
    path = _config(model)
    try:
        if path.stat().st_size > _MAX_CONFIG_BYTES:
            raise ModelInvalid("model-invalid", f"{path} is longer than {_MAX_CONFIG_BYTES} bytes")
        return msgspec.json.decode(path.read_bytes(), type=_Described)
    except OSError as error:
        raise ModelInvalid("model-invalid", f"{path}: {error.strerror}; `earshot models verify` tells more") from error
    except msgspec.MsgspecError as error:
        raise ModelInvalid("model-invalid", f"{path}: {error}; `earshot models verify` tells more") from error


def _config(model: Path) -> Path:
    return model.with_name(f"{model.name}.json")
