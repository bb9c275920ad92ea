"""What stands in a recogniser's files beside the graph, and how both files are opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import onnxruntime

from models.errors import ModelInvalid
from models.runtime import open_session

OLDER = "it is of an older Earshot, or none of a recogniser"
_LONGEST_BYTES = 16 << 20

_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """told: what the file says of itself. sha256: of all of it."""

    path: Path
    session: onnxruntime.InferenceSession
    told: Mapping[str, str]
    sha256: str

    @classmethod
    def opened(cls, path: Path) -> NetworkFile:
        """Raises ModelInvalid (recogniser-invalid)."""
        try:
            content = _content(path)
            session = open_session(content)
            told = session.get_modelmeta().custom_metadata_map
        except ModelInvalid:
            raise
        except Exception as error:  # onnxruntime raises many kinds, all of them for a broken file
            raise broken(path, _why(error)) from error
        return cls(path, session, told, sha256(content).hexdigest())

    def read(self, read: Callable[[NetworkFile], _Told]) -> _Told:
        """What ``read`` makes of it. Raises ModelInvalid (recogniser-invalid) for whatever it stumbles over."""
        try:
            return read(self)
        except ModelInvalid:
            raise
        except Exception as error:  # a file's edge: anything may be missing or of another kind
            raise broken(self.path, _why(error)) from error


def _why(error: Exception) -> str:
    """A line. What we say ourselves is said as it is."""
    told = str(error) if type(error) is ValueError else repr(error)
    return (told.splitlines() or [repr(error)])[0]


def _content(path: Path) -> bytes:
    if path.stat().st_size > _LONGEST_BYTES:
        raise broken(path, "it is too long")
    return path.read_bytes()


def broken(path: Path, why: str) -> ModelInvalid:
    return ModelInvalid("recogniser-invalid", f"{path} cannot be used: {why}; install Earshot again, or train it again")
