"""Scenes that were made, kept on disk as embeddings: what a training that was stopped need not make again."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from models.wake.training.errors import TrainingRefused
from models.wake.training.features import Embeddings, Labels
from models.wake.training.parts import Part
from models.wake.training.scene import SCENE_STEPS

_ENOUGH_BYTES = 256 << 20

Batch = tuple[Embeddings, Labels]


class Shelf:
    """folder: of all trainings. scenes: in a batch. A batch that is damaged counts as not made."""

    def __init__(self, folder: Path, seed: int, scenes: int) -> None:
        self._folder, self._seed, self._scenes = folder, seed, scenes

    def open(self, *, fresh: bool) -> None:
        """Raises TrainingRefused (wake-training-disk)."""
        if fresh:
            shutil.rmtree(self._folder, ignore_errors=True)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            free_bytes = shutil.disk_usage(self._folder).free
        except OSError as error:
            raise _no_disk(f"{self._folder}: {error.strerror}; make it writable") from error
        if free_bytes < _ENOUGH_BYTES:
            left = f"{free_bytes >> 20} MiB left, a training needs {_ENOUGH_BYTES >> 20}"
            raise _no_disk(f"{self._folder} has {left}; free some space")

    def take(self, part: Part, batch: int) -> Batch | None:
        try:
            with self._path(part, batch).open("rb") as file, np.load(file) as kept:
                found = kept["embeddings"], kept["labels"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        return found if found[1].shape == (self._scenes, SCENE_STEPS) else None

    def put(self, part: Part, batch: int, made: Batch) -> None:
        """Raises TrainingRefused (wake-training-disk)."""
        file = io.BytesIO()
        np.savez(file, embeddings=made[0], labels=made[1])
        try:
            write_whole(self._path(part, batch), file.getvalue())
        except OSError as error:
            raise _no_disk(f"{self._folder}: {error.strerror}; free some space and start again") from error

    def keep_only(self, parts: Iterable[Part]) -> None:
        """Remove what other phrases, voices and recordings left."""
        kept = {self._path(part, 0).parent for part in parts}
        for other in set(self._folder.iterdir()) - kept:
            if other.is_dir():
                shutil.rmtree(other, ignore_errors=True)
            else:
                other.unlink(missing_ok=True)

    def _path(self, part: Part, batch: int) -> Path:
        held_out = "-held-out" if part.held_out else ""
        return self._folder / f"{part.kind}{held_out}-{part.key}-{self._seed}" / f"{batch:04d}.npz"


def write_whole(path: Path, content: bytes) -> None:
    """All of it or nothing, whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def _no_disk(why: str) -> TrainingRefused:
    return TrainingRefused("wake-training-disk", why)
