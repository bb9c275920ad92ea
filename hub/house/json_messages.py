"""Messages that are JSON objects: values read from them by their path, and several values written as one message."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from hub.house.dialect import Dialect, Outgoing, Reader, Values

_MAX_CHARACTERS = 16_384  # longer state messages are nobody's of this house
_CACHED = 64  # the entities of a device read the same message one after another
_COMMAND_QOS = 1


@lru_cache(_CACHED)
def document(payload: str) -> Mapping[str, Any]:
    """Empty if the message is no JSON object."""
    try:
        read = json.loads(payload) if len(payload) <= _MAX_CHARACTERS else None
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def at(payload: str, *path: str | int) -> Any:
    """The value at ``path``; None if it is not there."""
    value: Any = document(payload)
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def told(name: str, *path: str | int, parse: Callable[[Any], Any]) -> Reader:
    """``name`` is what ``parse`` makes of the value at ``path`` (None: nothing)."""

    def read(payload: str) -> Values | None:
        value = at(payload, *path)
        parsed = None if value is None else parse(value)
        return None if parsed is None else {name: parsed}

    return read


def among(words: Mapping[Any, Any]) -> Callable[[Any], Any]:
    """Parses by a table of JSON values; true is not 1, and anything else changes nothing."""
    typed = {(type(word), word): meant for word, meant in words.items()}

    def parse(value: Any) -> Any:
        return typed.get((type(value), value)) if isinstance(value, str | bool | int | float) else None

    return parse


def amount(value: Any) -> float | None:
    """A finite number, as an int if it is whole; also where a device writes it as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not -1e12 < number < 1e12:
        return None
    return int(number) if number.is_integer() else number


class JsonDialect:
    """Builds the dialect of an entity with one state topic and one command topic, both of JSON objects."""

    def __init__(self, state_topic: str, command_topic: str) -> None:
        self._state_topic, self._command_topic = state_topic, command_topic
        self._readers: list[Reader] = []
        self._reads: set[str] = set()
        self._writers: dict[str, Callable[[Any], Mapping[str, Any]]] = {}

    def reads(self, name: str, key: str, parse: Callable[[Any], Any]) -> None:
        self.reader(told(name, key, parse=parse), name)

    def reader(self, reader: Reader, *names: str) -> None:
        self._readers.append(reader)
        self._reads.update(names)

    def writes(self, name: str, key: str, show: Callable[[Any], Any] = lambda wanted: wanted) -> None:
        """``name`` is commanded as ``key``."""
        self.writer(name, lambda wanted: {key: show(wanted)})

    def writer(self, name: str, write: Callable[[Any], Mapping[str, Any]]) -> None:
        self._writers[name] = write

    def build(self, fixed: Values | None = None, *, enough: str | None = None) -> Dialect:
        """enough: a value that, where it is commanded, needs no other one beside it."""
        writers = dict(self._writers)

        def write(wanted: Values) -> list[Outgoing]:
            names = [enough] if enough in wanted and enough in writers else [each for each in writers if each in wanted]
            message = {key: value for name in names for key, value in writers[name](wanted[name]).items()}
            return [Outgoing(self._command_topic, json.dumps(message), _COMMAND_QOS, retain=False)] if message else []

        readers = {self._state_topic: tuple(self._readers)} if self._readers else {}
        return Dialect(readers, write, frozenset(self._reads), frozenset(writers), fixed or {})
