"""Where a training of a recogniser keeps what it made: all of one language and one seed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hub.machine import memory_bytes
from hub.recipe.crew import no_disk
from hub.recipe.recording import ALONE, HELD_OUT, HOUSE, TRAIN
from hub.recipe.size import Size
from models.recogniser.training.lesson import Learned
from models.wake.training.errors import TrainingRefused
from models.wake.training.shelf import write_whole

_FORMAT = 4  # one more whenever speech, features or heads are made in another way
_PARTS = (TRAIN, HELD_OUT, HOUSE, ALONE)
_FOLDERS = ("features", "heads", "heard")
_GIB = 1 << 30


class Owner(msgspec.Struct, frozen=True):
    """What everything in a folder was made for."""

    language: str
    seed: int
    format: int = _FORMAT


class _Heads(msgspec.Struct, frozen=True):
    hours: float
    phone_errors: list[dict[str, float]]


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._owner = path / "training.json"

    @property
    def model(self) -> Path:
        return self.path / "recogniser.onnx"

    @property
    def second(self) -> Path:
        return self.path / "second.onnx"

    @property
    def card(self) -> Path:
        return self.path / "recogniser.json"

    def open(self, language: str, seed: int, *, fresh: bool) -> None:
        """Raises TrainingRefused (stt-training-disk, stt-training-other)."""
        try:
            if fresh:
                self._clear()
            self.path.mkdir(parents=True, exist_ok=True)
            self._own(Owner(language, seed))
            for half_written in self.path.rglob(".*.npz.*"):
                half_written.unlink(missing_ok=True)
        except OSError as error:
            raise TrainingRefused(*no_disk(error)) from error

    def check_room(self, size: Size) -> None:
        """Raises TrainingRefused (stt-training-disk, stt-training-memory)."""
        free_bytes = shutil.disk_usage(self.path).free
        needed = size.disk_bytes - sum(path.stat().st_size for path in self.path.rglob("*.npz"))
        if free_bytes < needed:
            raise TrainingRefused(
                "stt-training-disk",
                f"{self.path} has {free_bytes / _GIB:.1f} GiB left, this training needs {needed / _GIB:.1f} more; "
                "free some space, name another --folder, or take fewer --hours or --copies",
            )
        memory = memory_bytes()
        if memory * 0.9 < size.memory_bytes:
            raise TrainingRefused(
                "stt-training-memory",
                f"learning needs {size.memory_bytes / _GIB:.1f} GiB of memory, this machine has "
                f"{memory / _GIB:.1f}; take fewer --hours or --copies",
            )

    def checkpoint(self, key: str) -> Path:
        return self.path / "heads" / f"{key}.checkpoint"

    def head(self, key: str, look: int = 0) -> Path:
        """look: 1 for the second one's file."""
        return self.path / "heads" / (f"{key}-second.onnx" if look else f"{key}.onnx")

    def heard(self, key: str, part: str, shard: int, first: int) -> Path:
        return self.path / "heard" / f"{key}-{part}-{shard:04d}-{first:03d}.json"

    def learned(self, key: str) -> Learned | None:
        """None where that head was not finished."""
        try:
            told = msgspec.json.decode(self.head(key).with_suffix(".json").read_bytes(), type=_Heads)
            models = [self.head(key, look).read_bytes() for look in range(len(told.phone_errors))]
            return Learned(models, told.hours, told.phone_errors)
        except (OSError, msgspec.MsgspecError):
            return None

    def keep(self, key: str, learned: Learned) -> None:
        told = _Heads(learned.hours, [dict(errors) for errors in learned.phone_errors])
        for look, model in enumerate(learned.models):
            write_whole(self.head(key, look), model)
        write_whole(self.head(key).with_suffix(".json"), msgspec.json.encode(told))
        self.checkpoint(key).unlink(missing_ok=True)

    def _own(self, owner: Owner) -> None:
        if not self._owner.is_file():
            write_whole(self._owner, msgspec.json.encode(owner))
            return
        try:
            found = msgspec.json.decode(self._owner.read_bytes(), type=Owner)
        except msgspec.MsgspecError:
            found = None
        if found != owner:
            was = f"language {found.language}, seed {found.seed}" if found else "something else"
            raise TrainingRefused(
                "stt-training-other",
                f"{self.path} is of a training with {was}, or of an older Earshot; name another --folder, or --fresh",
            )

    def _clear(self) -> None:
        """Only what a training makes: the folder is whatever somebody named."""
        for folder in _FOLDERS:
            shutil.rmtree(self.path / folder, ignore_errors=True)
        for file in self._made():
            file.unlink(missing_ok=True)

    def _made(self) -> Iterator[Path]:
        yield from (self._owner, self.model, self.second, self.card)
        for part in _PARTS:
            yield from self.path.glob(f"{part}-[0-9]*.npz")
