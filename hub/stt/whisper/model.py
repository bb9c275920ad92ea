"""The one module that knows pywhispercpp: a model loaded, and one utterance through it."""

from __future__ import annotations

import hub.stt.whisper.offline  # noqa: F401 - before what it keeps out

# isort: split
import math
import os
import struct
from pathlib import Path
from typing import Any

import _pywhispercpp as whisper_cpp
import numpy as np
from pywhispercpp.model import Model

from hub.stt.requests import RATE_HZ
from hub.stt.whisper.messages import Heard, Job
from hub.stt.whisper.window import audio_context, most_tokens
from models.errors import ModelInvalid

_MAGIC = b"lmgg"  # ggml, as a little-endian number
_MULTILINGUAL_WORDS = 51_865  # whisper.cpp, whisper_vocab::is_multilingual
_HEADER = struct.Struct("<4s3i")  # magic, words, positions, width
_LEAST_BYTES_A_WEIGHT = 0.5  # fewer than four bits are not stored
_LEAST_SAMPLES = RATE_HZ * 11 // 10  # whisper.cpp hears nothing in less than a second
_FULL_SCALE = np.float32(32768)


class WhisperModel:
    """Loaded; computes nothing until it hears. Raises ModelInvalid (model-invalid)."""

    def __init__(self, path: Path, threads: int) -> None:
        multilingual = is_multilingual(path)
        self._model = Model(
            str(path),
            redirect_whispercpp_logs_to=None,
            n_threads=threads,
            print_progress=False,
            print_realtime=False,
            no_timestamps=True,
            single_segment=True,
            no_context=True,
            temperature_inc=0.0,
            suppress_nst=True,
            greedy={"best_of": 1},
        )
        if self._context is None:
            raise ModelInvalid("model-invalid", f"{path} is damaged or cut; `earshot models verify` tells more")
        self.languages = Model.available_languages() if multilingual else ["en"]

    def hear(self, job: Job) -> Heard:
        samples = np.frombuffer(job.pcm, "<i2").astype(np.float32) / _FULL_SCALE
        seconds = len(samples) / RATE_HZ
        if len(samples) < _LEAST_SAMPLES:
            samples = np.pad(samples, (0, _LEAST_SAMPLES - len(samples)))
        options: dict[str, Any] = {"initial_prompt": job.prompt} if job.prompt else {}
        segments = self._model.transcribe(
            samples,
            extract_probability=True,
            language=job.language,
            audio_ctx=audio_context(seconds),
            max_tokens=most_tokens(seconds),
            **options,
        )
        text = " ".join(" ".join(segment.text for segment in segments).split())
        sure = [segment.probability for segment in segments if not math.isnan(segment.probability)]
        return Heard(job.number, text, self._heard_language(job), round(math.prod(sure), 3) if sure else 0.0)

    def _heard_language(self, job: Job) -> str:
        if job.language != "auto":
            return job.language
        spoken: str = whisper_cpp.whisper_lang_str(whisper_cpp.whisper_full_lang_id(self._context))
        return spoken

    @property
    def _context(self) -> Any:
        """whisper.cpp's own handle, for what the package has no name for; None: it could not be loaded."""
        return self._model._ctx  # type: ignore[attr-defined]  # noqa: SLF001


def is_multilingual(path: Path) -> bool:
    """Read from its header. Raises ModelInvalid (model-invalid): also if it is cut, which whisper.cpp takes."""
    try:
        with path.open("rb") as file:
            header, length = file.read(_HEADER.size), os.fstat(file.fileno()).st_size
    except OSError as error:
        raise ModelInvalid("model-invalid", f"{path}: {error.strerror}; `earshot models verify` tells more") from error
    if len(header) < _HEADER.size or header[:4] != _MAGIC:
        raise ModelInvalid("model-invalid", f"{path} is no whisper.cpp model; `earshot models verify` tells more")
    _, words, _, width = _HEADER.unpack(header)
    if length < words * width * _LEAST_BYTES_A_WEIGHT:
        raise ModelInvalid("model-invalid", f"{path} is cut; `earshot models verify` tells more")
    return bool(words >= _MULTILINGUAL_WORDS)
