"""The model's memory of what every prompt begins with, kept on disk: the first question after a start is quick too."""

from __future__ import annotations

import hashlib
import logging
import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np

from hub.llm.llama.library import VERSION, Llama, common

_log = logging.getLogger(__name__)

_MAGIC = b"earshot prefix 1\n"
_LENGTH = struct.Struct("<I")
_MAX_HEAD_BYTES = 4096
_MAX_BYTES = 1 << 30
_SAME = 0.8  # of the tokens that a kept memory must have in common with a prompt to be as good as a new one
_SAMPLE_BYTES = 1 << 20  # of the model file's begin and end, to tell it from another


class _Head(msgspec.Struct):
    """model: of which it is the memory. tokens: how many follow, as 32-bit numbers. sha256: of all that follows."""

    model: str
    tokens: int
    sha256: str


class PrefixFile:
    """One file in ``folder``, without anybody's questions. Blocks on the disk. A damaged one is made anew."""

    def __init__(self, folder: Path, model: Path, context_tokens: int) -> None:
        self._path = folder / "prefix.state"
        self._model = _identity(model, context_tokens)
        self._kept: list[int] = []

    def load(self, llama: Llama) -> int:
        """Give the model its memory back; the number of tokens that it holds then."""
        try:
            tokens, state = self._read()
        except FileNotFoundError:
            return 0
        except (OSError, struct.error, ValueError, msgspec.MsgspecError) as error:
            _log.warning("the kept beginning of prompts is of no use and is made anew (%s): %s", self._path, error)
            return 0
        if len(tokens) >= llama.context_tokens or not llama.restore(tokens, state):
            return 0
        self._kept = tokens
        return len(tokens)

    def _read(self) -> tuple[list[int], bytes]:
        """Tokens and the memory of them. Raises OSError, struct.error, ValueError, MsgspecError."""
        with self._path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > _MAX_BYTES or file.read(len(_MAGIC)) != _MAGIC:
                raise ValueError("no file of ours")
            head = msgspec.json.decode(file.read(_length(file.read(_LENGTH.size))), type=_Head)
            rest = file.read()
        if head.model != self._model:
            raise ValueError("of another model")
        if hashlib.sha256(rest).hexdigest() != head.sha256:
            raise ValueError("damaged")
        return np.frombuffer(rest[: head.tokens * 4], "<i4").tolist(), rest[head.tokens * 4 :]

    def is_as_good(self, tokens: Sequence[int]) -> bool:
        """What is on disk already has most of ``tokens``."""
        return common(self._kept, tokens) >= _SAME * len(tokens)

    def save(self, llama: Llama) -> None:
        """Keep what the model's memory holds now; without room on the disk, keep nothing."""
        tokens = list(llama.tokens)
        rest = np.array(tokens, "<i4").tobytes() + llama.state()
        head = msgspec.json.encode(_Head(self._model, len(tokens), hashlib.sha256(rest).hexdigest()))
        partial = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_MAGIC + _LENGTH.pack(len(head)) + head + rest)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._path)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            _log.warning("the beginning of prompts is not kept on disk: %s", error)
        self._kept = tokens  # also where it failed: not tried again at every question


def _length(field: bytes) -> int:
    length: int = _LENGTH.unpack(field)[0]
    if length > _MAX_HEAD_BYTES:
        raise struct.error("a head longer than any of ours")
    return length


def _identity(model: Path, context_tokens: int) -> str:
    """Of a model and how it is run: another one's memory would be taken without a word."""
    size = model.stat().st_size
    told = hashlib.sha256(f"{VERSION} {context_tokens} {size}".encode())
    with model.open("rb") as file:
        told.update(file.read(_SAMPLE_BYTES))
        file.seek(max(0, size - _SAMPLE_BYTES))
        told.update(file.read(_SAMPLE_BYTES))
    return told.hexdigest()
