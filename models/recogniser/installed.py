"""The languages that have a recogniser in this installation, and its file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

_MODEL_FILE = "recogniser.onnx"
_SECOND_FILE = "second.onnx"


def languages() -> list[str]:
    """As in ``en``. Reads a folder."""
    return sorted(folder.name for folder in files(__package__).iterdir() if (folder / _MODEL_FILE).is_file())


@contextmanager
def model_file(language: str) -> Iterator[Path]:
    """There while the block runs, with ``second_beside`` it."""
    with as_file(files(__package__) / language) as folder:
        yield folder / _MODEL_FILE


def second_beside(model: Path) -> Path | None:
    """The second look's file of a recogniser's; None where it has none."""
    path = model.with_name(_SECOND_FILE)
    return path if path.is_file() else None
