"""The models that Earshot knows of: ``catalogue.toml``, and files of the same form that a household adds."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from models.store.errors import StoreRefused

RECORD_NAME = "installed.json"  # beside a model's files
TAG_SUFFIX = ".etag"  # of a file on its way
_LONGEST_BYTES = 1 << 20
_OF_THE_FOLDER = "pins.json"
Stage = Literal["stt", "tts", "llm", "vision", "wake"]
Name = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{0,79}$")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Url = Annotated[str, Meta(pattern=r"^https://[a-z0-9.-]+/\S+$", max_length=500)]


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """path: its name in the model's folder. bytes: 0 where the publisher does not tell.

    sha256: as the publisher states it; None: what comes first is kept in mind, and must come again.
    """

    path: Name
    url: Url
    bytes: Annotated[int, Meta(ge=0, le=1 << 36)] = 0
    sha256: Sha256 | None = None


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """languages: ISO 639-1, ``*`` for many. ram_mb: resident. boards: on which it is fast enough to be of use."""

    name: Name
    stage: Stage
    about: str
    languages: list[str]
    licence: str
    file: Annotated[list[ModelFile], Meta(min_length=1, max_length=32)]
    version: str = ""
    non_commercial: bool = False
    ram_mb: Annotated[int, Meta(ge=0)] = 0
    boards: list[str] = []

    @property
    def bytes(self) -> int:
        """Of all files whose size is known."""
        return sum(one.bytes for one in self.file)

    @property
    def is_verified(self) -> bool:
        """The publisher states the hash of every file."""
        return all(one.sha256 for one in self.file)


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: list[Model] = []

    @classmethod
    def load(cls, own: Path | None = None) -> Catalogue:
        """The package's, and the household's ``own`` where there is one, which goes first.

        Raises StoreRefused (catalogue-invalid).
        """
        package = _read((files("models") / "catalogue.toml").read_bytes(), "catalogue.toml")
        if own is None or not own.is_file():
            return package
        if own.stat().st_size > _LONGEST_BYTES:
            raise _invalid(str(own), f"longer than {_LONGEST_BYTES} bytes")
        added = _read(own.read_bytes(), str(own))
        names = {model.name for model in added.model}
        return cls([*added.model, *(model for model in package.model if model.name not in names)])

    def get(self, name: str) -> Model:
        """Raises StoreRefused (model-unknown)."""
        for model in self.model:
            if model.name == name:
                return model
        raise StoreRefused("model-unknown", f"{name[:80]!r} is in no catalogue; `earshot models list` shows what is")

    def some(self, stage: str | None, language: str | None) -> Sequence[Model]:
        """Of a stage and for a language, or of any."""
        return [
            model
            for model in self.model
            if (stage is None or model.stage == stage) and (language is None or {language, "*"} & set(model.languages))
        ]


def _read(content: bytes, where: str) -> Catalogue:
    try:
        found = msgspec.toml.decode(content, type=Catalogue)
    except msgspec.MsgspecError as error:
        raise _invalid(where, str(error)) from error
    names = [model.name for model in found.model]
    for model in found.model:
        paths = [one.path for one in model.file]
        if names.count(model.name) > 1 or len(set(paths)) < len(paths):
            raise _invalid(where, f"{model.name} is there twice, or has two files of one name")
        if model.name == _OF_THE_FOLDER or any(_is_ours(path) for path in paths):
            raise _invalid(where, f"{model.name}, or a file of it, has a name that the store itself uses")
    return found


def _is_ours(path: str) -> bool:
    return path == RECORD_NAME or path.endswith(TAG_SUFFIX)


def _invalid(where: str, why: str) -> StoreRefused:
    return StoreRefused("catalogue-invalid", f"{where}: {why}; see docs/models.md for its form")
