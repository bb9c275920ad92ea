"""What a peer said in an event's data, checked: the types in the ``wyoming`` package's classes are wishes only."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from wyoming.event import Event

from wire.errors import FrameMalformed

_MAX_TYPE = 40  # characters of an event's type in our words

_Form = TypeVar("_Form", bound=msgspec.Struct)


def read(event: Event, form: type[_Form]) -> _Form:
    """The event's data as ``form``, other keys ignored. Raises FrameMalformed when the peer sent something else."""
    try:
        return msgspec.convert(event.data or {}, form)
    except msgspec.ValidationError as error:
        raise FrameMalformed("frame-malformed", f"the data of {event.type[:_MAX_TYPE]!r}: {error}") from error
