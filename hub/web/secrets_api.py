"""Routes that take secrets and never give one back; the PIN also wants the owner's password."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Protocol

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.settings.secrets import PIN
from hub.settings.settings import SettingRefused, SettingsChanged
from hub.web.exchange import body_as, json_response
from hub.web.refusal import RequestRefused
from hub.web.routes import Route

Secret = Annotated[str, Meta(min_length=1, max_length=4096)]
Person = Annotated[str, Meta(min_length=1, max_length=64)]
Password = Annotated[str, Meta(max_length=1024)]


class SecretControl(Protocol):
    """``hub.settings.secrets.Secrets`` is one."""

    async def pins(self) -> tuple[bool, list[str]]: ...

    async def set_pin(self, pin: str | None, *, person: str | None = None) -> None: ...

    async def store(self, key: str, secret: str) -> SettingsChanged: ...


class Confirms(Protocol):
    """Knows the owner's password."""

    async def confirm(self, request: web.Request, password: str) -> None:
        """Return if that is it. Raises RequestRefused; guesses are bounded."""


class StoreSecret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``PUT /settings/secrets/{key}``."""

    secret: Secret


class SetPin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``PUT /people/pin``. password: the owner's. pin: null takes it away. person: null is the household's."""

    password: Password
    pin: Secret | None
    person: Person | None = None


class PinStatus(msgspec.Struct, frozen=True):
    """Whether the household has a PIN, and who has one of their own; nothing tells which."""

    is_set: bool
    persons: list[str]


class SecretsApi:
    """Passwords, keys and the PIN."""

    def __init__(self, secrets: SecretControl, confirms: Confirms) -> None:
        self._secrets, self._confirms = secrets, confirms

    def routes(self) -> Iterable[Route]:
        admin = partial(Route, scope="admin")
        return [
            admin(
                method="PUT",
                path="/settings/secrets/{key}",
                handler=self._store,
                summary="Keep a secret in the file of that setting",
                body=StoreSecret,
                answer=SettingsChanged,
            ),
            admin(method="GET", path="/people/pin", handler=self._status, summary="Is there a PIN?", answer=PinStatus),
            admin(
                method="PUT",
                path="/people/pin",
                handler=self._set,
                summary="Set, change or take away the PIN",
                body=SetPin,
                answer=PinStatus,
            ),
        ]

    async def _store(self, request: web.Request) -> web.Response:
        key = request.match_info["key"]
        if key == PIN:
            raise RequestRefused("secret-elsewhere", "the PIN is set with PUT /people/pin", status=422, field=key)
        body = await body_as(request, StoreSecret)
        try:
            return json_response(await self._secrets.store(key, body.secret))
        except SettingRefused as error:
            raise RequestRefused(error.code, error.message, status=422, field="secret") from error

    async def _status(self, _: web.Request) -> web.Response:
        return json_response(PinStatus(*await self._secrets.pins()))

    async def _set(self, request: web.Request) -> web.Response:
        body = await body_as(request, SetPin)
        await self._confirms.confirm(request, body.password)
        try:
            await self._secrets.set_pin(body.pin, person=body.person)
        except SettingRefused as error:
            raise RequestRefused(error.code, error.message, status=422, field="pin") from error
        return await self._status(request)
