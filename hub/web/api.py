"""The routes: one set of handlers, read-only for the status page, with turns and speech on the control socket."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.metrics import CONTENT_TYPE as METRICS_CONTENT_TYPE
from hub.web.control import About, Answer, HouseNotes, HouseSnapshot, HubControl, Status
from hub.web.exchange import body_as, json_response, query_as, read_body
from hub.web.notes_api import NotesApi
from hub.web.refusal import RequestRefused
from wire.wav import read_wav, wav_bytes

TURNS_SHOWN = 20
RULES_SHOWN = 20

Name = Annotated[str, Meta(min_length=1, max_length=64)]
RuleName = Annotated[str, Meta(min_length=1, max_length=100)]
Words = Annotated[str, Meta(min_length=1, max_length=2000)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}([-_][A-Za-z]{2,4})?$")]


class AskText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /turns`` as application/json."""

    text: Words
    satellite: Name | None = None
    area: Name | None = None
    language: Language | None = None
    reply_audio: bool = False


class AskAudio(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Query of ``POST /turns`` with a WAV file as body."""

    satellite: Name | None = None
    area: Name | None = None
    language: Language | None = None
    wake: bool = False
    reply_audio: bool = False


class Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /say``. satellite null: all of them."""

    text: Words
    satellite: Name | None = None
    language: Language | None = None


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Query of ``GET /turns``."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = TURNS_SHOWN


class RulesPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Query of ``GET /rules/history``. rule: only this one."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = RULES_SHOWN
    rule: RuleName | None = None


class TryRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /rules/try``."""

    name: RuleName


class Api:
    """Handlers over one hub."""

    def __init__(self, control: HubControl, about: About, notes: HouseNotes | None = None) -> None:
        """notes: of the house; None: it has none that could change."""
        self._control, self._about = control, about
        self._noted = None if notes is None else NotesApi(notes, control)

    def reading(self, prefix: str) -> list[web.RouteDef]:
        """Routes that change nothing."""
        return [
            web.get(f"{prefix}/health", self._health),
            web.get(f"{prefix}/house", self._house),
            web.get(f"{prefix}/satellites", self._satellites),
            web.get(f"{prefix}/turns", self._turns),
            web.get(f"{prefix}/status", self._status),
            web.get(f"{prefix}/metrics", self._metrics),
            web.get(f"{prefix}/rules", self._rules),
            web.get(f"{prefix}/rules/history", self._rules_history),
            *(self._noted.reading(prefix) if self._noted else ()),
        ]

    def acting(self) -> list[web.RouteDef]:
        """Routes that make the hub act, or listen: never on a listener that other users or a browser can reach."""
        return [
            web.post("/turns", self._ask),
            web.post("/say", self._say),
            web.post("/rules/try", self._try_rule),
            web.get("/wake/scores", self._wake_scores),
            *(self._noted.acting() if self._noted else ()),
        ]

    async def _health(self, _: web.Request) -> web.Response:
        return json_response(self._control.health())

    async def _house(self, _: web.Request) -> web.Response:
        return json_response(self._snapshot())

    async def _satellites(self, _: web.Request) -> web.Response:
        return json_response(self._control.satellites())

    async def _turns(self, request: web.Request) -> web.Response:
        return json_response(await self._control.latest_turns(query_as(request, Page).limit))

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=self._control.metrics().encode(), headers={"Content-Type": METRICS_CONTENT_TYPE})

    async def _status(self, _: web.Request) -> web.Response:
        turns = await self._control.latest_turns(TURNS_SHOWN)
        control = self._control
        return json_response(Status(self._about, control.health(), control.satellites(), self._snapshot(), turns))

    async def _ask(self, request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            ask = await body_as(request, AskText)
            trace, reply = await self._control.ask_text(
                ask.text, satellite=ask.satellite, area=ask.area, language=ask.language, reply_audio=ask.reply_audio
            )
        elif request.content_type in {"audio/wav", "audio/x-wav", "audio/wave"}:
            how = query_as(request, AskAudio)
            trace, reply = await self._control.ask_audio(
                read_wav(await read_body(request)),
                satellite=how.satellite,
                area=how.area,
                language=how.language,
                wake=how.wake,
                reply_audio=how.reply_audio,
            )
        else:
            raise RequestRefused("request-invalid", "send application/json or audio/wav", status=415)
        return json_response(Answer(trace, wav_bytes(reply) if reply else None))

    async def _say(self, request: web.Request) -> web.Response:
        say = await body_as(request, Say)
        return json_response(await self._control.say(say.text, satellite=say.satellite, language=say.language))

    async def _rules(self, _: web.Request) -> web.Response:
        return json_response(await self._control.rules())

    async def _rules_history(self, request: web.Request) -> web.Response:
        page = query_as(request, RulesPage)
        return json_response(await self._control.rules_history(page.limit, rule=page.rule))

    async def _try_rule(self, request: web.Request) -> web.Response:
        return json_response(self._control.try_rule((await body_as(request, TryRule)).name))

    async def _wake_scores(self, request: web.Request) -> web.StreamResponse:
        """One JSON object a line, until the client leaves."""
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        with self._control.watch_scores() as scores:
            async for score in scores:
                await response.write(msgspec.json.encode(score) + b"\n")
        return response

    def _snapshot(self) -> HouseSnapshot:
        house = self._control.house()
        return HouseSnapshot(list(house.areas()), list(house.entities()))
