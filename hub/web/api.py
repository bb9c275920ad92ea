"""What one can ask of a hub and tell it: the routes that its page, its command line and other programs share."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta
from msgspec.structs import replace

from hub.health import Health, SatelliteStatus
from hub.metrics import CONTENT_TYPE as METRICS_CONTENT_TYPE
from hub.rules.report import Fired, RulesStatus, Trial
from hub.web.control import About, Answer, HouseSnapshot, HubControl, Status
from hub.web.exchange import KNOWN_KEY, body_as, json_response, query_as, read_body
from hub.web.refusal import MAX_BODY_BYTES, RequestRefused
from hub.web.routes import Route
from wire.wav import read_wav, wav_bytes

TURNS_SHOWN = 20
RULES_SHOWN = 20
WAV_TYPES = ("audio/wav", "audio/x-wav", "audio/wave")
METRICS_TYPE = "text/plain"

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


class RulesPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Query of ``GET /rules/history``. rule: only this one."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = RULES_SHOWN
    rule: RuleName | None = None


class TryRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /rules/try``."""

    name: RuleName


class Live(msgspec.Struct, frozen=True):
    """What a probe asks."""

    state: Literal["live", "ready", "not-ready"]


class Api:
    """Turns, speech and state of one hub."""

    def __init__(self, control: HubControl, about: About) -> None:
        self._control, self._about = control, about

    def routes(self) -> Iterable[Route]:
        get, post = partial(Route, method="GET"), partial(Route, method="POST", scope="act")
        return [
            get(path="/health/live", handler=self._live, summary="Does the hub run?", scope="open", answer=Live),
            get(
                path="/health/ready",
                handler=self._ready,
                summary="Can a command be done? 503 if not",
                scope="open",
                answer=Live,
            ),
            get(
                path="/health",
                handler=self._health,
                summary="Each part's state; what is wrong with it only for who is signed in",
                scope="open",
                answer=Health,
            ),
            get(path="/house", handler=self._house, summary="Rooms and devices", answer=HouseSnapshot),
            get(path="/satellites", handler=self._satellites, summary="Satellites", answer=list[SatelliteStatus]),
            get(path="/status", handler=self._status, summary="All that a first look needs", answer=Status),
            get(path="/metrics", handler=self._metrics, summary="Counts, for Prometheus", gives=METRICS_TYPE),
            get(path="/rules", handler=self._rules, summary="Rules in force", answer=RulesStatus),
            get(
                path="/rules/history",
                handler=self._rules_history,
                summary="What rules did and why, newest first",
                query=RulesPage,
                answer=list[Fired],
            ),
            post(
                path="/turns",
                handler=self._ask,
                summary="A sentence, written or as a recording (then the fields are the query)",
                body=AskText,
                answer=Answer,
                takes=("application/json", *WAV_TYPES),
                max_body_bytes=MAX_BODY_BYTES,
            ),
            post(path="/say", handler=self._say, summary="Speak in rooms", body=Say, answer=list[str]),
            post(path="/rules/try", handler=self._try_rule, summary="What a rule would do", body=TryRule, answer=Trial),
            get(
                path="/wake/scores",
                handler=self._wake_scores,
                summary="Live scores of wake words, a JSON object a line",
                scope="act",
                gives="application/x-ndjson",
            ),
        ]

    async def _live(self, _: web.Request) -> web.Response:
        return json_response(Live("live"))

    async def _ready(self, _: web.Request) -> web.Response:
        """For probes: says no more than yes or no, since anybody may ask."""
        ready = self._control.health().ready
        response = json_response(Live("ready" if ready else "not-ready"))
        response.set_status(200 if ready else 503)
        return response

    async def _health(self, request: web.Request) -> web.Response:
        health = self._control.health()
        if not request[KNOWN_KEY]:  # names and states help a watcher; addresses and reasons would help others
            parts = tuple(replace(part, detail="", code=None) for part in health.components)
            health = replace(health, components=parts)
        return json_response(health)

    async def _house(self, _: web.Request) -> web.Response:
        return json_response(self._snapshot())

    async def _satellites(self, _: web.Request) -> web.Response:
        return json_response(self._control.satellites())

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
        elif request.content_type in WAV_TYPES:
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
        if not any(letter.isalnum() for letter in say.text):
            raise RequestRefused("request-invalid", "the text has no word that could be said")
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
