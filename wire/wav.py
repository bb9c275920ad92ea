"""WAV files to Pcm and back."""

from __future__ import annotations

from pathlib import Path

from wire.pcm import Pcm

MAX_SECONDS = 600.0


def read_wav(source: Path | bytes, *, max_seconds: float = MAX_SECONDS) -> Pcm:
    raise NotImplementedError


def write_wav(path: Path, pcm: Pcm) -> None:
    raise NotImplementedError


def wav_bytes(pcm: Pcm) -> bytes:
    raise NotImplementedError
