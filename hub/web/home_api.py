"""Routes of the house as one sees it at home: rooms and what stands in them now, moved by hand, and announcements."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.audience import Audience
from hub.health import SatelliteStatus
from hub.stages import Area, Entity
from hub.web.control import HubControl
from hub.web.exchange import body_as, json_response
from hub.web.handling import Command, Given, Handled, Hands
from hub.web.refusal import RequestRefused
from hub.web.routes import Route

MOST_ROOMS = 200

Name = Annotated[str, Meta(min_length=1, max_length=64)]
ShortText = Annotated[str, Meta(max_length=500)]


class DeviceShown(msgspec.Struct, frozen=True):
    """A device. takes: the values that it lets one set (``state``, ``brightness``, ``position``, ``press``, …)."""

    entity: Entity
    takes: list[str]


class HomeShown(msgspec.Struct, frozen=True):
    """All that the first page draws. names_version: grows when a device comes, goes or is called otherwise."""

    name: str
    areas: list[Area]
    devices: list[DeviceShown]
    satellites: list[SatelliteStatus]
    names_version: int


class DeviceCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /devices/{entity}/command``.

    value: percent for brightness, position and speed; else as it is shown. confirmed, pin, code: what the answer before
    asked for with ``needs``.
    """

    command: Command
    value: float | bool | ShortText | None = None
    confirmed: bool = False
    pin: Annotated[str, Meta(max_length=40)] = ""
    code: Annotated[str, Meta(max_length=64)] = ""


class Announcement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /announcements``. rooms and satellites: where; both empty is everywhere. chime: a sound first."""

    text: Annotated[str, Meta(min_length=1, max_length=2000)]
    rooms: Annotated[list[Name], Meta(max_length=MOST_ROOMS)] = []
    satellites: Annotated[list[Name], Meta(max_length=MOST_ROOMS)] = []
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}([-_][A-Za-z]{2,4})?$")] | None = None
    chime: bool = True


class Volume(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``PUT /satellites/{name}/volume``."""

    percent: Annotated[int, Meta(ge=0, le=100)]


class HomeApi:
    """name: of the hub."""

    def __init__(self, control: HubControl, hands: Hands, *, name: str) -> None:
        self._control, self._hands, self._name = control, hands, name

    def routes(self) -> Iterable[Route]:
        act = partial(Route, scope="act")
        return [
            Route(
                method="GET",
                path="/home",
                handler=self._home,
                summary="Rooms, devices with what they take, satellites",
                answer=HomeShown,
            ),
            act(
                method="POST",
                path="/devices/{entity}/command",
                handler=self._command,
                summary="Move a device; answers with what it showed",
                body=DeviceCommand,
                answer=Handled,
            ),
            act(
                method="POST",
                path="/announcements",
                handler=self._announce,
                summary="Speak in rooms; answers with the satellites that spoke",
                body=Announcement,
                answer=list[str],
            ),
            act(
                method="PUT",
                path="/satellites/{name}/volume",
                handler=self._volume,
                summary="How loud a satellite plays, kept",
                body=Volume,
                answer=list[SatelliteStatus],
            ),
        ]

    async def _home(self, _: web.Request) -> web.Response:
        house = self._control.house()
        devices = [
            DeviceShown(entity, self._hands.takes(entity.entity_id)) for entity in house.entities() if entity.exposed
        ]
        shown = HomeShown(self._name, list(house.areas()), devices, self._control.satellites(), house.names_version)
        return json_response(shown)

    async def _command(self, request: web.Request) -> web.Response:
        asked = await body_as(request, DeviceCommand)
        entity = request.match_info["entity"]
        given = Given(asked.confirmed, asked.pin, asked.code)
        handled = await self._hands.command(entity, asked.command, _value(asked.value), given)
        if handled is None:
            raise RequestRefused("device-unknown", f"there is no device {entity[:100]!r}; see GET /home", status=404)
        return json_response(handled)

    async def _announce(self, request: web.Request) -> web.Response:
        asked = await body_as(request, Announcement)
        audience = Audience(tuple(asked.satellites), tuple(asked.rooms))
        spoke = await self._control.say(
            asked.text, satellite=None, language=asked.language, audience=audience, chime=asked.chime
        )
        return json_response(spoke)

    async def _volume(self, request: web.Request) -> web.Response:
        percent = (await body_as(request, Volume)).percent
        name = request.match_info["name"]
        if all(status.name != name for status in self._control.satellites()):
            raise RequestRefused("satellite-unknown", f"there is no satellite {name[:64]!r}", status=404)
        await self._control.set_volume(name, percent)
        return json_response(self._control.satellites())


def _value(value: Any) -> Any:
    """Numbers that are whole are written as such to devices."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
