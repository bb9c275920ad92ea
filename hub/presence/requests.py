"""What others may ask of the hub over MQTT, read from payloads: plain text, or JSON that says where. Pure."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from wire.errors import EarshotError

LONGEST_BYTES = 2000

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Names = Annotated[list[Name], Meta(max_length=64)]
Words = Annotated[str, Meta(min_length=1, max_length=LONGEST_BYTES)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}([-_][A-Za-z]{2,4})?$")]


class RequestInvalid(EarshotError):
    """A payload that asks for nothing (request-invalid): ignored, and logged."""

    def __init__(self, message: str) -> None:
        super().__init__("request-invalid", message)


class Saying(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something to say. satellites, rooms: where; both empty is everywhere."""

    text: Words
    satellites: Names = []
    rooms: Names = []
    language: Language | None = None


class Asking(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A sentence, as if it had been said in a room. id: comes back with the answer."""

    text: Words
    satellite: Name | None = None
    area: Name | None = None
    language: Language | None = None
    id: Annotated[str, Meta(max_length=64)] = ""


_Request = TypeVar("_Request", Saying, Asking)


def saying(payload: bytes) -> Saying:
    """Raises RequestInvalid."""
    return _read(payload, Saying)


def asking(payload: bytes) -> Asking:
    """Raises RequestInvalid."""
    return _read(payload, Asking)


def _read(payload: bytes, kind: type[_Request]) -> _Request:
    if len(payload) > LONGEST_BYTES:
        raise RequestInvalid(f"{len(payload)} bytes; send {LONGEST_BYTES} at most")
    text = payload.decode("utf-8", errors="replace").strip()
    try:
        return msgspec.json.decode(text, type=kind) if text.startswith("{") else msgspec.convert({"text": text}, kind)
    except msgspec.DecodeError as error:
        raise RequestInvalid(f"{error}; send text, or JSON as docs/web.md has it") from error
