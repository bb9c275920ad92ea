"""Finds, builds and loads the networks: the embedding that every word shares and one head for each word."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import msgspec

from models.cache import Builder, built
from models.errors import ModelInvalid
from models.wake.head import Head
from models.wake.network import Network
from wire.errors import ConfigError

SUFFIXES = (".tflite", ".onnx")
_BUILDER = Builder("models.wake.build", "wake-model-invalid", "export it again for openWakeWord")
_PACKAGE = "pyopen_wakeword"
_EMBEDDING, _MEL = "embedding_model", "melspectrogram"


def load_network(cache: Path, *, taps: bool = False, source: Path | None = None) -> Network:
    """The network of the installed package, or openWakeWord's own file. Blocks for seconds if it is not in cache.

    Raises ModelInvalid.
    """
    source = source or published_network()
    try:
        return Network(built(source, "embedding-taps" if taps else "embedding", cache, _BUILDER))
    except OSError as error:
        raise ModelInvalid("wake-model-unreadable", f"{source}: {error.strerror}; install Earshot again") from error


def find_word(word: str, *, folders: Iterable[Path] = ()) -> Path:
    """The file of a word by its name, in ``folders`` and then among those built in, or by the path of its file.

    Raises ConfigError (no such word).
    """
    path = Path(word)
    if path.suffix in SUFFIXES:
        return path
    known = built_in_words() | {name: file for folder in folders for name, file in words_in(folder).items()}
    if word not in known:
        names = ", ".join(sorted(known))
        raise ConfigError("wake-word-unknown", f"{word!r} is none of {names} and no path of a .tflite or .onnx file")
    return known[word]


def word_name(word: str) -> str:
    """``hey_willow`` for the path of hey_willow.onnx; a name is its own."""
    path = Path(word)
    return path.stem if path.suffix in SUFFIXES else word


def trained_threshold(path: Path) -> float | None:
    """What its training found best, from the card beside a head of ours; None for other heads."""
    try:
        return msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=_Card).threshold
    except (OSError, msgspec.MsgspecError):
        return None


class _Card(msgspec.Struct):
    threshold: Annotated[float, msgspec.Meta(gt=0, lt=1)]


def load_head(word: str | Path, cache: Path, *, folders: Iterable[Path] = ()) -> Head:
    """A word as ``find_word`` takes it. Blocks for seconds if it is not in cache.

    Raises ConfigError (no such word or file) or ModelInvalid.
    """
    path = find_word(str(word), folders=folders)
    try:
        return Head(path.stem, built(path, "head", cache, _BUILDER))
    except OSError as error:
        raise ConfigError("wake-model-unreadable", f"{path}: {error.strerror}; correct wake.words") from error


def published_network() -> Path:
    """The speech-embedding network of the installed package, as it was published."""
    return _published()[_EMBEDDING]


def built_in_words() -> dict[str, Path]:
    return {word: path for word, path in _published().items() if word not in (_EMBEDDING, _MEL)}


def words_in(folder: Path) -> dict[str, Path]:
    """Every word that a folder has a file for."""
    return {path.stem: path for suffix in SUFFIXES for path in sorted(folder.glob(f"*{suffix}"))}


def _published() -> dict[str, Path]:
    """The files of the package that brings openWakeWord's networks, by name."""
    spec = find_spec(_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise ModelInvalid("wake-model-unreadable", f"the package {_PACKAGE} is missing; install Earshot again")
    return {path.stem: path for path in sorted(Path(folders[0], "models").glob("*.tflite"))}
