"""The folder of models that are here: one folder each, whole or not there, with what its files must be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from models.store.catalogue import RECORD_NAME, Model, ModelFile
from models.store.errors import StoreRefused

_PARTIAL = ".partial"
_OLD = ".old"  # in _PARTIAL; no model's name begins with a dot
_PINS = "pins.json"
_BLOCK_BYTES = 1 << 20


class KeptFile(msgspec.Struct, frozen=True):
    path: str
    bytes: int
    sha256: str


class Installed(msgspec.Struct, frozen=True):
    """is_verified: the publisher stated every hash; else they are those of the first fetch."""

    name: str
    version: str
    licence: str
    is_verified: bool
    files: list[KeptFile]

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.files)


class Store:
    """folder: ``NAME/`` of each model, ``.partial/NAME/`` of what is on its way, ``pins.json``."""

    def __init__(self, folder: Path) -> None:
        self.path = folder

    def partial(self, model: Model) -> Path:
        """Folder for what is on its way. Raises StoreRefused (models-folder)."""
        path = self.path / _PARTIAL / model.name
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(self.path, error) from error
        return path

    def installed(self) -> list[Installed]:
        """By name."""
        return list(self._records())

    def get(self, name: str) -> Installed:
        """Raises StoreRefused (model-missing)."""
        for one in self._records():
            if one.name == name:
                return one
        raise StoreRefused("model-missing", f"{name[:80]!r} is not here; `earshot models pull {name[:80]}` fetches it")

    def adopt(self, model: Model, found: Mapping[str, str]) -> Installed:
        """Take what is in ``partial``. found: sha256 by path. Raises StoreRefused (models-folder)."""
        draft, place = self.partial(model), self.path / model.name
        kept = [KeptFile(one.path, (draft / one.path).stat().st_size, found[one.path]) for one in model.file]
        record = Installed(model.name, model.version, model.licence, model.is_verified, kept)
        try:
            (draft / RECORD_NAME).write_bytes(msgspec.json.encode(record))
            for left in draft.iterdir():
                if left.name not in {RECORD_NAME, *found}:
                    left.unlink()
            self._pin(model, found)
            self._exchange(draft, place)
        except OSError as error:
            raise _unusable(self.path, error) from error
        return record

    def check(self, model: Model, file: ModelFile, found: str) -> None:
        """found: sha256 of what came. Raises StoreRefused (model-wrong, model-changed)."""
        if file.sha256 and found != file.sha256:
            raise StoreRefused(
                "model-wrong", f"{file.path} is not what its publisher made; try again, or another mirror or copy"
            )
        if not file.sha256 and found != self._pins().get(_pin_key(model, file.path), found):
            raise StoreRefused(
                "model-changed", f"{file.path} is not what came first; its publisher changed it, or someone else"
            )

    def remove(self, name: str) -> Installed:
        """Raises StoreRefused (model-missing, models-folder)."""
        one = self.get(name)
        try:
            shutil.rmtree(self.path / one.name)
        except OSError as error:
            raise _unusable(self.path, error) from error
        return one

    def damaged(self, one: Installed) -> Iterator[str]:
        """Files that are not what they were, and why. Reads all of them."""
        for file in one.files:
            path = self.path / one.name / file.path
            if not path.is_file():
                yield f"{path} is missing"
            elif path.stat().st_size != file.bytes:
                yield f"{path} has {path.stat().st_size} bytes instead of {file.bytes}"
            elif hash_of(path) != file.sha256:
                yield f"{path} is not what it was"

    def _records(self) -> Iterator[Installed]:
        for path in sorted(self.path.glob(f"*/{RECORD_NAME}")):
            with suppress(OSError, msgspec.MsgspecError):
                one = msgspec.json.decode(path.read_bytes(), type=Installed)
                if one.name == path.parent.name:
                    yield one

    def _exchange(self, draft: Path, place: Path) -> None:
        """The new one for the old one, which is there until the new one is."""
        old = self.path / _PARTIAL / _OLD
        shutil.rmtree(old, ignore_errors=True)
        if place.exists():
            place.replace(old)
        draft.replace(place)
        shutil.rmtree(old, ignore_errors=True)

    def _pins(self) -> dict[str, str]:
        try:
            return msgspec.json.decode((self.path / _PINS).read_bytes(), type=dict[str, str])
        except (OSError, msgspec.MsgspecError):
            return {}

    def _pin(self, model: Model, found: Mapping[str, str]) -> None:
        pins = self._pins() | {_pin_key(model, path): value for path, value in found.items()}
        draft = self.path / f"{_PINS}.new"
        draft.write_bytes(msgspec.json.encode(pins))
        draft.replace(self.path / _PINS)


def hash_of(path: Path) -> str:
    """sha256 of a file. Raises OSError."""
    with path.open("rb") as file:
        found = sha256()
        while block := file.read(_BLOCK_BYTES):
            found.update(block)
    return found.hexdigest()


def _pin_key(model: Model, path: str) -> str:
    return f"{model.name} {model.version} {path}"


def _unusable(folder: Path, error: OSError) -> StoreRefused:
    return StoreRefused("models-folder", f"{folder}: {error.strerror or error}; make it writable, or free some space")
