"""One Wyoming event to bytes and back: first thing that touches what a peer sends, so every length is checked here.

A frame is a line of JSON, then ``data_length`` bytes of JSON, then ``payload_length`` bytes of anything (INTEROP 2a).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from wyoming.event import Event
from wyoming.version import __version__ as wyoming_version

from wire.errors import FrameMalformed, FrameTooLarge, PeerClosed

_Length = Annotated[int, msgspec.Meta(ge=0)]
_Object = dict[str, Any]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest parts of a frame that are read: a peer that declares more loses the connection.

    line_bytes: without the newline. data_bytes, payload_bytes: of one frame.
    """

    line_bytes: int = 65_536
    data_bytes: int = 1 << 20
    payload_bytes: int = 1 << 22


class _Header(msgspec.Struct):
    type: str
    data: _Object | None = None
    data_length: _Length | None = None
    payload_length: _Length | None = None


_header = msgspec.json.Decoder(_Header)
_data = msgspec.json.Decoder(_Object | None)


async def read_event(reader: asyncio.StreamReader, limits: Limits) -> Event:
    """Read one event; fields that we do not know are ignored, ``data`` may be in the header, after it, or in both.

    Raises PeerClosed when the peer closed between two frames, FrameTooLarge before anything too long is read, and
    FrameMalformed for everything else that is no frame, a frame cut by the end of the stream included.
    """
    event, _ = await finish_event(await begin_event(reader), reader, limits)
    return event


async def begin_event(reader: asyncio.StreamReader) -> bytes:
    """Wait for the first byte of a frame: a peer may be idle here, and nowhere else. Raises PeerClosed."""
    first = await reader.read(1)
    if not first:
        raise PeerClosed("peer-closed", "the peer closed the connection")
    return first


async def finish_event(first: bytes, reader: asyncio.StreamReader, limits: Limits) -> tuple[Event, int]:
    """Read the rest of the frame that began with ``first``; gives the event and its length on the wire in bytes."""
    line = await _rest_of_line(first, reader, limits.line_bytes)
    header = _decoded(_header, line, "header")
    data_bytes = _checked("data_length", header.data_length, limits.data_bytes)
    payload_bytes = _checked("payload_length", header.payload_length, limits.payload_bytes)
    data = header.data or {}
    if data_bytes:
        data |= _decoded(_data, await _exactly(reader, data_bytes, "data"), "data") or {}
    payload = await _exactly(reader, payload_bytes, "payload") if payload_bytes else None
    return Event(header.type, data, payload), len(line) + 1 + data_bytes + payload_bytes


def encode(event: Event) -> bytes:
    """One frame, with ``data`` in the block after the header, as the ``wyoming`` package writes it."""
    header: _Object = {"type": event.type, "version": wyoming_version}
    data = msgspec.json.encode(event.data) if event.data else b""
    if data:
        header["data_length"] = len(data)
    if event.payload:
        header["payload_length"] = len(event.payload)
    return b"".join((msgspec.json.encode(header), b"\n", data, event.payload or b""))


async def _rest_of_line(first: bytes, reader: asyncio.StreamReader, limit_bytes: int) -> bytes:
    """The line without its newline: at most ``limit_bytes``, whatever the reader's own limit is."""
    line = first
    while not line.endswith(b"\n"):
        try:
            line += await reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as overrun:  # nothing was taken; the newline is further away than this
            line += await _exactly(reader, min(overrun.consumed, limit_bytes + 1), "header")
        except asyncio.IncompleteReadError as cut:
            raise _cut("header") from cut
        if len(line) > limit_bytes + line.endswith(b"\n"):
            raise FrameTooLarge("frame-too-large", f"header line above {limit_bytes} bytes; send shorter frames")
    return line[:-1]


async def _exactly(reader: asyncio.StreamReader, length: int, part: str) -> bytes:
    try:
        return await reader.readexactly(length)
    except asyncio.IncompleteReadError as cut:
        raise _cut(part) from cut


def _cut(part: str) -> FrameMalformed:
    return FrameMalformed("frame-malformed", f"the connection ended inside the {part} of a frame; send whole frames")


def _checked(name: str, declared: int | None, limit_bytes: int) -> int:
    if declared is not None and declared > limit_bytes:
        raise FrameTooLarge("frame-too-large", f"{name} is above the limit of {limit_bytes} bytes; send shorter frames")
    return declared or 0


def _decoded(decoder: msgspec.json.Decoder[_T], text: bytes, part: str) -> _T:
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FrameMalformed("frame-malformed", f"{part} is not what a Wyoming frame has there: {error}") from error
