"""Made-up speech on disk: shards of clips with what was said, by whom, in which phones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.wake.training.shelf import write_whole


@dataclass(frozen=True, slots=True)
class Clip:
    """samples: 16 kHz mono, trimmed. phones: numbers of an alphabet, as the voice speaks them."""

    text: str
    voice: str
    phones: tuple[int, ...]
    samples: NDArray[np.int16]


class Corpus:
    """A folder of shards ``train-0001.npz``; a shard that is damaged counts as not made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, part: str, shard: int) -> bool:
        return zipfile.is_zipfile(self._path(part, shard))

    def put(self, part: str, shard: int, clips: Sequence[Clip]) -> None:
        """All of it or nothing. Raises OSError."""
        file = io.BytesIO()
        np.savez(
            file,
            samples=np.concatenate([clip.samples for clip in clips]),
            lengths=np.array([len(clip.samples) for clip in clips]),
            phones=np.concatenate([np.array(clip.phones, np.int16) for clip in clips]),
            spelled=np.array([len(clip.phones) for clip in clips]),
            texts=np.array([clip.text for clip in clips]),
            voices=np.array([clip.voice for clip in clips]),
        )
        write_whole(self._path(part, shard), file.getvalue())

    def take(self, part: str, shard: int) -> list[Clip]:
        """Empty where it was not made."""
        try:
            with self._path(part, shard).open("rb") as file, np.load(file) as kept:
                return list(_clips(kept))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return []

    def shards(self, part: str) -> list[int]:
        return sorted(int(path.stem.rpartition("-")[2]) for path in self._folder.glob(f"{part}-*.npz"))

    def _path(self, part: str, shard: int) -> Path:
        return self._folder / f"{part}-{shard:04d}.npz"


def _clips(kept: np.lib.npyio.NpzFile) -> Iterator[Clip]:
    samples = np.split(kept["samples"], np.cumsum(kept["lengths"])[:-1])
    phones = np.split(kept["phones"], np.cumsum(kept["spelled"])[:-1])
    for text, voice, spelled, sound in zip(kept["texts"], kept["voices"], phones, samples, strict=True):
        yield Clip(str(text), str(voice), tuple(spelled.tolist()), sound)
