"""Routes of the first run: how far it is, where the house stands, what voices there are, and the doctor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated, Protocol

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.doctor import Finding
from hub.setup_progress import SetupState
from hub.web.api import Language
from hub.web.exchange import body_as, json_response, query_as
from hub.web.jobs import Job, Jobs, Progress
from hub.web.places import Place, places_like
from hub.web.routes import Route
from wire.pcm import Pcm
from wire.wav import wav_bytes

SampleText = Annotated[str, Meta(min_length=1, max_length=300)]


class HomePlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Language of the house and where it stands. latitude, longitude: degrees, both or neither."""

    language: Language
    name: Annotated[str, Meta(min_length=1, max_length=64)] = "Earshot"
    timezone: Annotated[str, Meta(max_length=64)] = ""
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None


class HomeWritten(msgspec.Struct, frozen=True):
    """restart: settings that count once the hub was started again."""

    restart: list[str]


class Voice(msgspec.Struct, frozen=True):
    """engine: what speaks with it."""

    name: str
    languages: list[str]
    engine: str
    about: str = ""


class PlacesAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Query of ``GET /setup/places``. like: what was typed so far."""

    like: Annotated[str, Meta(max_length=64)] = ""


class SampleAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Query of ``GET /voices/sample``. voice: empty is the one in use."""

    voice: Annotated[str, Meta(max_length=120)] = ""
    text: SampleText = "Hello. This is how I sound."
    language: Language | None = None


class VoicePlayed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /voices/play``."""

    satellite: Annotated[str, Meta(min_length=1, max_length=64)]
    text: SampleText
    voice: Annotated[str, Meta(max_length=120)] = ""
    language: Language | None = None


class VoiceTaken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``PUT /voices``. voice: empty is the engine's own choice."""

    voice: Annotated[str, Meta(max_length=64)]


class SetupControl(Protocol):
    """What the first run needs of the hub; ``hub.first_run.FirstRun`` is one."""

    async def progress(self) -> SetupState: ...

    async def keep(self, state: SetupState) -> SetupState: ...

    def home(self) -> HomePlace: ...

    async def place(self, home: HomePlace) -> HomeWritten: ...

    async def voices(self) -> list[Voice]: ...

    async def sample(self, text: str, *, voice: str, language: str | None) -> Pcm: ...

    async def play(self, played: VoicePlayed) -> None: ...

    async def speak_as(self, voice: str) -> HomeWritten: ...

    async def findings(self) -> list[Finding]: ...


class SetupApi:
    """Handlers of the first run."""

    def __init__(self, setup: SetupControl, jobs: Jobs) -> None:
        self._setup, self._jobs = setup, jobs

    def routes(self) -> Iterable[Route]:
        return [
            Route(method="GET", path="/setup", handler=self._get, summary="How far it is", answer=SetupState),
            Route(
                method="PUT",
                path="/setup",
                handler=self._put,
                summary="Keep how far it is",
                scope="admin",
                body=SetupState,
                answer=SetupState,
            ),
            Route(method="GET", path="/setup/home", handler=self._home, summary="Language and place", answer=HomePlace),
            Route(
                method="PUT",
                path="/setup/home",
                handler=self._place,
                summary="Set language and place",
                scope="admin",
                body=HomePlace,
                answer=HomeWritten,
            ),
            Route(
                method="GET",
                path="/setup/places",
                handler=self._places,
                summary="Cities with their time zone; nobody else is asked",
                query=PlacesAsked,
                answer=list[Place],
            ),
            Route(method="GET", path="/voices", handler=self._voices, summary="Voices here", answer=list[Voice]),
            Route(
                method="PUT",
                path="/voices",
                handler=self._speak_as,
                summary="Speak with this voice",
                scope="admin",
                body=VoiceTaken,
                answer=HomeWritten,
            ),
            Route(
                method="GET",
                path="/voices/sample",
                handler=self._sample,
                summary="A sentence in a voice",
                scope="act",
                query=SampleAsked,
                gives="audio/wav",
            ),
            Route(
                method="POST",
                path="/voices/play",
                handler=self._play,
                summary="A sentence in a voice, in a room",
                scope="act",
                body=VoicePlayed,
                status=204,
            ),
            Route(
                method="POST",
                path="/doctor",
                handler=self._doctor,
                summary="Look at everything, as a job; its result is a list of Finding",
                scope="act",
                answer=Job,
                status=202,
            ),
        ]

    async def _get(self, _: web.Request) -> web.Response:
        return json_response(await self._setup.progress())

    async def _put(self, request: web.Request) -> web.Response:
        return json_response(await self._setup.keep(await body_as(request, SetupState)))

    async def _home(self, _: web.Request) -> web.Response:
        return json_response(self._setup.home())

    async def _place(self, request: web.Request) -> web.Response:
        return json_response(await self._setup.place(await body_as(request, HomePlace)))

    async def _places(self, request: web.Request) -> web.Response:
        return json_response(await asyncio.to_thread(places_like, query_as(request, PlacesAsked).like))

    async def _voices(self, _: web.Request) -> web.Response:
        return json_response(await self._setup.voices())

    async def _speak_as(self, request: web.Request) -> web.Response:
        return json_response(await self._setup.speak_as((await body_as(request, VoiceTaken)).voice))

    async def _sample(self, request: web.Request) -> web.Response:
        asked = query_as(request, SampleAsked)
        pcm = await self._setup.sample(asked.text, voice=asked.voice, language=asked.language)
        return web.Response(body=await asyncio.to_thread(wav_bytes, pcm), content_type="audio/wav")

    async def _play(self, request: web.Request) -> web.Response:
        await self._setup.play(await body_as(request, VoicePlayed))
        return web.Response(status=204)

    async def _doctor(self, _: web.Request) -> web.Response:
        async def work(progress: Progress) -> list[Finding]:
            progress.at(0, detail="looking")
            return await self._setup.findings()

        return json_response(self._jobs.start("doctor", work), status=202)
