"""Every event class that the installed ``wyoming`` package has, found by itself, means the same to us and to it."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import enum
import importlib
import inspect
import io
import pkgutil
import types
import typing

import pytest
import wyoming
from wyoming import event as theirs
from wyoming.event import Event, Eventable

from wire.frame import Limits, encode, read_event

_SKIPPED = ("wyoming.http", "wyoming.zeroconf", "wyoming.__main__")  # need flask and zeroconf's network; no events


def event_classes() -> list[type[Eventable]]:
    classes: dict[str, type[Eventable]] = {}
    for module in pkgutil.walk_packages(wyoming.__path__, "wyoming."):
        if not module.name.startswith(_SKIPPED):
            for name, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if issubclass(found, Eventable) and not inspect.isabstract(found):
                    classes[f"{found.__module__}.{name}"] = found
    return [classes[name] for name in sorted(classes)]


CLASSES = event_classes()


def sample(hint: typing.Any, *, full: bool) -> typing.Any:
    """A value of a type, with every optional part (``full``) or with none."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return sample(next(a for a in arguments if a is not type(None)), full=full) if full else None
    if origin is list:
        return [sample(arguments[0], full=full)] * 2
    if origin is dict:
        return {sample(arguments[0], full=full): sample(arguments[1], full=full)}
    if dataclasses.is_dataclass(hint):
        return instance(typing.cast("type", hint), full=full)
    if inspect.isclass(hint) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    simple = {str: "Küche \n\u2028", int: 7, float: 0.5, bool: True, bytes: b"\x00\n\xff\x7f", typing.Any: {"a": [1]}}
    return dt.datetime(2026, 1, 1, tzinfo=dt.UTC) if hint is dt.datetime else simple[hint]


def instance(kind: type, *, full: bool) -> typing.Any:
    hints = typing.get_type_hints(kind)
    needed = [
        field
        for field in dataclasses.fields(kind)
        if field.init
        and (full or (field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING))
    ]
    return kind(**{field.name: sample(hints[field.name], full=full) for field in needed})


def events(kind: type[Eventable]) -> list[Event]:
    return [instance(kind, full=full).event() for full in (True, False)]


def test_the_classes_are_found() -> None:
    names = {kind.__name__ for kind in CLASSES}
    assert len(CLASSES) > 40
    assert {"AudioChunk", "Detection", "Info", "RunPipeline", "Transcript", "TimerStarted", "Ping", "Error"} <= names


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
async def test_what_we_write_we_read(kind: type[Eventable]) -> None:
    for event in events(kind):
        reader = asyncio.StreamReader()
        reader.feed_data(encode(event))
        reader.feed_eof()
        again = await read_event(reader, Limits())
        assert again == event
        assert kind.is_type(again.type)
        assert kind.from_event(again).event() == event


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
async def test_what_we_write_they_read(kind: type[Eventable]) -> None:
    for event in events(kind):
        assert theirs.read_event(io.BytesIO(encode(event))) == event
        reader = asyncio.StreamReader()
        reader.feed_data(encode(event))
        assert await theirs.async_read_event(reader) == event


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
async def test_what_they_write_we_read(kind: type[Eventable]) -> None:
    for event in events(kind):
        written = io.BytesIO()
        theirs.write_event(event, written)
        reader = asyncio.StreamReader()
        reader.feed_data(written.getvalue())
        reader.feed_eof()
        assert await read_event(reader, Limits()) == event
        assert reader.at_eof()
