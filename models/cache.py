"""Networks built for the engine, kept on disk: made once by a child process, checked whenever they are read."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from models.errors import ModelInvalid

EXIT_REFUSED = os.EX_DATAERR  # of a builder: the file is none of its own, and its last line says why
_FORMAT = 2  # one more whenever the builder writes something else
_BUILD_SECONDS = 120.0  # 2 s here; a small ARM board with a slow card needs ten times as long
_LONGEST_BYTES = 64 * 1024 * 1024
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Builder:
    """module: run as ``python -m MODULE KIND < source > model``. code, advice: of the error for a file it refuses."""

    module: str
    code: str
    advice: str


def built(path: Path, kind: str, cache: Path, builder: Builder) -> bytes:
    """What ``builder`` makes of the file at ``path``; kind: one that it knows. Blocks for seconds.

    Raises ModelInvalid, and OSError if ``path`` cannot be read. A cache that cannot be used costs time, no more.
    """
    if path.stat().st_size > _LONGEST_BYTES:
        raise _invalid(path, f"is {path.stat().st_size >> 20} MiB, and none of its kind is so long", builder)
    source = path.read_bytes()
    kept = cache / f"{kind}-{sha256(source).hexdigest()[:32]}-{_FORMAT}"
    model = _kept_model(kept)
    if model is None:
        model = _build(source, kind, path, builder)
        _keep(kept, model)
    return model


def _kept_model(kept: Path) -> bytes | None:
    """A digest and the model behind it; None where that is not what the file holds."""
    try:
        content = kept.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("%s cannot be read (%s); building it again", kept, error.strerror)
        return None
    digest, model = content[: sha256().digest_size], content[sha256().digest_size :]
    if sha256(model).digest() == digest:
        return model
    _log.warning("%s is damaged; building it again", kept)
    return None


def _keep(kept: Path, model: bytes) -> None:
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, prefix=f"{kept.name}.", delete=False) as file:
            try:
                file.write(sha256(model).digest() + model)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(kept)
            except OSError:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        _log.warning("%s cannot be kept (%s); every start will build it again", kept, error.strerror)


def _build(source: bytes, kind: str, path: Path, builder: Builder) -> bytes:
    try:
        child = subprocess.run(
            [sys.executable, "-m", builder.module, kind],
            input=source,
            capture_output=True,
            timeout=_BUILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _invalid(path, f"took longer than {_BUILD_SECONDS:.0f} s to read", builder) from error
    said = child.stderr.decode("utf-8", "replace").strip()
    if child.returncode == EXIT_REFUSED:
        raise _invalid(path, f"is refused: {said}", builder)
    if child.returncode:
        _log.debug("%s from %s ended with %d: %s", kind, path, child.returncode, said[-2000:])
        raise _invalid(path, "is no model that can be read", builder)
    return child.stdout


def _invalid(path: Path, why: str, builder: Builder) -> ModelInvalid:
    return ModelInvalid(builder.code, f"{path} {why}; {builder.advice}")
