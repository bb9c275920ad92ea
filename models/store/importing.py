"""Takes a model from a folder (a USB stick, say) for a box that has no internet."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from models.store.catalogue import Model
from models.store.errors import StoreRefused
from models.store.fetching import Arrived
from models.store.folder import Installed, Store, hash_of


def taken(model: Model, folder: Path, store: Store, told: Callable[[Arrived], None]) -> Installed:
    """folder: has its files, or a folder of the model's name with them. Blocks on the disk.

    Raises StoreRefused (model-not-there, model-wrong, model-changed, models-folder).
    """
    found = {}
    for file in model.file:
        source = _place(model, folder, file.path)
        total = source.stat().st_size
        if file.bytes and total != file.bytes:
            raise _wrong(source, f"has {total} bytes instead of {file.bytes}")
        found[file.path] = hash_of(source)
        told(Arrived(file.path, total, total))
        store.check(model, file, found[file.path])
    draft = store.partial(model)
    try:
        for file in model.file:
            shutil.copyfile(_place(model, folder, file.path), draft / file.path)
    except OSError as error:
        raise StoreRefused("models-disk", f"{draft}: {error.strerror}; free some space") from error
    for path, value in found.items():
        if hash_of(draft / path) != value:
            raise _wrong(draft / path, "was not copied rightly")
    return store.adopt(model, found)


def there(model: Model, folder: Path) -> bool:
    """Whether the folder has every file of it."""
    return all(any(place.is_file() for place in _places(model, folder, file.path)) for file in model.file)


def _place(model: Model, folder: Path, path: str) -> Path:
    for place in _places(model, folder, path):
        if place.is_file():
            return place
    raise StoreRefused("model-not-there", f"{folder} has no {path}; copy all files of {model.name} there")


def _places(model: Model, folder: Path, path: str) -> tuple[Path, ...]:
    return folder / model.name / path, folder / path


def _wrong(path: Path, why: str) -> StoreRefused:
    return StoreRefused("model-wrong", f"{path} {why}; copy it again")
