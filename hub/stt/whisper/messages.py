"""What the engine and the process that holds its model say to each other: a length, then MessagePack."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import msgspec

_LENGTH_BYTES = 4
_MAX_BYTES = 4 << 20  # 30 s of speech are 1 MB


class Job(msgspec.Struct, frozen=True, tag="job"):
    """pcm: 16 kHz, 16-bit, mono. language: as whisper writes it, or ``auto``. prompt: words that are likely."""

    number: int
    pcm: bytes
    language: str
    prompt: str = ""


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Of a job that nobody waits for. It is answered, unless the job was answered already."""

    number: int


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """languages: that the model knows; more than one: it can tell which (``auto``)."""

    languages: list[str]


class Heard(msgspec.Struct, frozen=True, tag="heard"):
    """confidence: the geometric mean of the words' probabilities. guess: what it wrote, believed or not."""

    number: int
    text: str
    language: str
    confidence: float
    guess: str = ""


class Died(msgspec.Struct, frozen=True, tag="died"):
    """The process of a job ended without an answer. why: for the log."""

    number: int
    why: str


Told = Loaded | Heard | Died
Asked = Job | Stop


class Broken(Exception):
    """What came is no message: the other side is not what it should be."""


def packed(message: Asked | Told) -> bytes:
    content = msgspec.msgpack.encode(message)
    return len(content).to_bytes(_LENGTH_BYTES, "little") + content


def is_whole(content: bytes) -> bool:
    """One message and nothing else: its sender was not killed while it wrote."""
    return int.from_bytes(content[:_LENGTH_BYTES], "little") == len(content) - _LENGTH_BYTES > 0


async def receive(stream: asyncio.StreamReader) -> Told:
    """Raises asyncio.IncompleteReadError at the end, Broken."""
    length = _checked(await stream.readexactly(_LENGTH_BYTES))
    told: Told = _decoded(await stream.readexactly(length), Told)
    return told


def read(descriptor: int) -> Asked | None:
    """Wait for the next message. None: there will be none. Raises Broken."""
    head = _read_exactly(descriptor, _LENGTH_BYTES)
    if head is None:
        return None
    content = _read_exactly(descriptor, _checked(head))
    asked: Asked | None = None if content is None else _decoded(content, Asked)
    return asked


def write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _read_exactly(descriptor: int, count: int) -> bytes | None:
    content = bytearray()
    while len(content) < count:
        block = os.read(descriptor, count - len(content))
        if not block:
            return None
        content += block
    return bytes(content)


def _checked(head: bytes) -> int:
    length = int.from_bytes(head, "little")
    if length > _MAX_BYTES:
        raise Broken(f"a message of {length} bytes")
    return length


def _decoded(content: bytes, kind: Any) -> Any:
    try:
        return msgspec.msgpack.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise Broken(str(error)) from error
