"""What a rule does: the tables of ``then``."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from hub.rules.kinds import Name, Payload, Table, Text, Topic

Names = Annotated[tuple[Name, ...], Meta(max_length=64)]


class Say(Table, frozen=True, kw_only=True):
    """Speak on satellites, or in rooms; with neither, everywhere."""

    say: Text
    satellites: Names = ()
    rooms: Names = ()

    def __post_init__(self) -> None:
        if self.satellites and self.rooms:
            raise ValueError("takes satellites or rooms, not both")

    @property
    def words(self) -> str:
        where = [*self.satellites, *self.rooms]
        return f"say {self.say!r} {'in ' + ', '.join(where) if where else 'everywhere'}"


class Notify(Table, frozen=True, kw_only=True):
    notify: Text

    @property
    def words(self) -> str:
        return f"notify {self.notify!r}"


class Act(Table, frozen=True, kw_only=True):
    """A sentence, as a person would say it."""

    act: Text

    @property
    def words(self) -> str:
        return f"act {self.act!r}"


class Remind(Table, frozen=True, kw_only=True):
    remind: Text

    @property
    def words(self) -> str:
        return f"remind {self.remind!r}"


class Publish(Table, frozen=True, kw_only=True):
    mqtt: Topic
    payload: Payload = ""
    retain: bool = False

    @property
    def words(self) -> str:
        return f"publish {self.payload[:100]!r} on {self.mqtt}{' (retained)' if self.retain else ''}"


class Wait(Table, frozen=True, kw_only=True):
    wait_seconds: Annotated[float, Meta(ge=0, le=3600)]

    @property
    def words(self) -> str:
        return f"wait {self.wait_seconds:g} seconds"


Action = Say | Notify | Act | Remind | Publish | Wait
