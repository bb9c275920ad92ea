"""The set-up code spoken in a room: whoever hears it stands in the house."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable

from aiohttp import web

from hub.web.access.owner import Owner
from hub.web.control import HubControl
from hub.web.exchange import json_response
from hub.web.refusal import RequestRefused
from hub.web.routes import Route

PAUSE_SECONDS = 20.0  # anybody in the network may ask for it: a room must not be kept talking


class SpokenCode:
    """Says the code on the first satellite, when a new owner asks for it."""

    def __init__(self, owner: Owner, control: HubControl, clock: Callable[[], float] = time.monotonic) -> None:
        self._owner, self._control, self._clock = owner, control, clock
        self._last = -math.inf

    def routes(self) -> Iterable[Route]:
        summary = "Have the first satellite say the set-up code; its name"
        return [
            Route(
                method="POST",
                path="/access/code",
                handler=self._say,
                summary=summary,
                scope="open",
                answer=list[str],
            )
        ]

    async def _say(self, _: web.Request) -> web.Response:
        code = self._owner.code
        if not code:
            raise RequestRefused("owner-exists", "this hub has an owner already; sign in", status=409)
        left_seconds = self._last + PAUSE_SECONDS - self._clock()
        if left_seconds > 0:
            wait = math.ceil(left_seconds)
            message = f"it was said a moment ago; try again in {wait} s"
            raise RequestRefused("too-many-attempts", message, status=429, retry_after_seconds=wait)
        self._last = self._clock()
        connected = [
            each.name for each in self._control.satellites() if each.kind == "satellite" and each.state != "lost"
        ]
        digits = f"{', '.join(code[:4])}. {', '.join(code[4:])}."  # digits alone: the voice knows them in its language
        return json_response(
            await self._control.say(digits, satellite=connected[0] if connected else None, language=None)
        )
