"""Files of one kind: found, measured, deleted. Everything blocks on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path


def files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """paths: files, folders with all in them, or a pattern in the last part. Links are not followed."""
    for path in paths:
        if "*" in path.name:
            yield from (one for one in path.parent.glob(path.name) if one.is_file() and not one.is_symlink())
        elif path.is_dir():
            yield from (one for one in sorted(path.rglob("*")) if one.is_file() and not one.is_symlink())
        elif path.is_file():
            yield path


def measure(paths: tuple[Path, ...]) -> tuple[int, int]:
    """How many, and how many bytes; what goes meanwhile is not counted."""
    sizes = []
    for path in files(paths):
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:
            continue
    return len(sizes), sum(sizes)


def delete(paths: tuple[Path, ...]) -> None:
    """Raises OSError; what was deleted until then is gone."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            _empty(path)
        else:
            for one in list(files((path,))):
                one.unlink(missing_ok=True)


def _empty(folder: Path) -> None:
    """The folder itself stays: somebody may be about to write in it."""
    for one in folder.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink(missing_ok=True)
