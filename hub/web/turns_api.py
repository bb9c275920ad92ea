"""Routes for who looks back: which turns there were, what explains one, and what people say about it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Literal, Protocol

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.evidence import TurnEvidence
from hub.outcome import Outcome
from hub.store.turns import Mark
from hub.trace import Trace
from hub.web.exchange import body_as, json_response, query_as
from hub.web.jobs import Job, Jobs, Progress
from hub.web.refusal import RequestRefused
from hub.web.routes import Route
from wire.pcm import Pcm
from wire.wav import wav_bytes

TURNS_SHOWN = 20
_TURN = "/turns/{turn:[0-9A-Z]{1,26}}"

TurnId = Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,26}$")]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Words = Annotated[str, Meta(min_length=1, max_length=400)]


class TurnsPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Query of ``GET /turns``. before: only those older than this turn. satellite, outcome: only of these."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = TURNS_SHOWN
    before: TurnId | None = None
    satellite: Name | None = None
    outcome: Outcome | None = None


class ListedTurn(Trace, kw_only=True):
    """A record (docs/trace.md), what became of it, and what people said about it. note: what was meant."""

    outcome: Outcome
    mark: Mark | None = None
    note: str = ""


class TurnExplained(msgspec.Struct, frozen=True, kw_only=True):
    """A turn, and all that explains it. evidence: null where none was kept. speech: its sound is kept.

    engines: what could hear it again.
    """

    turn: ListedTurn
    evidence: TurnEvidence | None
    speech: bool
    engines: list[str]


class Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /turns/{turn}/again``. engine: that hears its kept sound; null: those of every turn.

    act: as a new turn, with all that it does; else nothing is done, said or kept.
    """

    engine: Name | None = None
    act: bool = False


class Retold(msgspec.Struct, frozen=True, kw_only=True):
    """Result of the job ``again``. turn: what came of it this time."""

    turn: Trace
    evidence: TurnEvidence | None = None


class Alias(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another name for a device."""

    entity: Annotated[str, Meta(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$", max_length=255)]
    name: Annotated[str, Meta(min_length=1, max_length=100)]


class Meant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /turns/{turn}/meant``; one of them. text: what was said. alias: what somebody calls a device.

    wake: the wake word was said indeed.
    """

    text: Words | None = None
    alias: Alias | None = None
    wake: Literal[True] | None = None


class Became(msgspec.Struct, frozen=True):
    """What became of it. ``alias``: understood from now on. ``correction``: ``earshot stt adapt`` learns from it.

    ``wake-clip``, ``negative-clip``: ``earshot wake teach`` does. ``mark``: it is only noted; the sound is not kept.
    """

    became: Literal["alias", "correction", "wake-clip", "negative-clip", "mark"]
    detail: str = ""


class TurnBook(Protocol):
    """Turns that were; ``hub.past_turns.PastTurns`` is one. Methods may raise EarshotError, StoreLost among them.

    None: there is no such turn (any more), or nothing of it is kept.
    """

    async def turns(
        self, limit: int, *, before: str | None, satellite: str | None, outcome: Outcome | None
    ) -> list[ListedTurn]:
        """Newest first."""

    async def explained(self, turn: str) -> TurnExplained | None: ...

    async def speech(self, turn: str) -> Pcm | None: ...

    async def again(self, turn: Trace, *, engine: str | None, act: bool) -> Retold: ...

    async def false_wake(self, turn: Trace) -> Became: ...

    async def meant(self, turn: Trace, text: str) -> Became: ...

    async def called(self, turn: Trace, alias: Alias) -> Became: ...

    async def woke_rightly(self, turn: Trace) -> Became: ...

    async def forget(self, turn: Trace) -> None: ...


class TurnsApi:
    """jobs: runs turns again."""

    def __init__(self, book: TurnBook, jobs: Jobs) -> None:
        self._book, self._jobs = book, jobs

    def routes(self) -> Iterable[Route]:
        get, post = partial(Route, method="GET"), partial(Route, method="POST")
        return [
            get(
                path="/turns",
                handler=self._turns,
                summary="Turns, newest first",
                query=TurnsPage,
                answer=list[ListedTurn],
            ),
            get(path=_TURN, handler=self._turn, summary="A turn, and all that explains it", answer=TurnExplained),
            get(path=f"{_TURN}/speech", handler=self._speech, summary="Its sound, where it is kept", gives="audio/wav"),
            post(
                path=f"{_TURN}/again",
                handler=self._again,
                summary="Run its sound or words again; nothing is done unless asked",
                scope="act",
                body=Again,
                answer=Job,
                status=202,
            ),
            post(
                path=f"{_TURN}/false-wake",
                handler=self._false_wake,
                summary="Nobody had said the wake word",
                scope="act",
                answer=Became,
            ),
            post(
                path=f"{_TURN}/meant",
                handler=self._meant,
                summary="What was meant",
                scope="admin",
                body=Meant,
                answer=Became,
            ),
            Route(
                method="DELETE",
                path=_TURN,
                handler=self._forget,
                summary="Forget it; the audit log stays",
                scope="admin",
                status=204,
            ),
        ]

    async def _turns(self, request: web.Request) -> web.Response:
        page = query_as(request, TurnsPage)
        turns = await self._book.turns(page.limit, before=page.before, satellite=page.satellite, outcome=page.outcome)
        return json_response(turns)

    async def _turn(self, request: web.Request) -> web.Response:
        return json_response(await self._explained(request))

    async def _speech(self, request: web.Request) -> web.Response:
        pcm = await self._book.speech((await self._explained(request)).turn.turn)
        if pcm is None:
            message = "its sound is not kept; [privacy] keep_speech = true keeps the sound of turns to come"
            raise RequestRefused("speech-not-kept", message, status=404)
        return web.Response(body=wav_bytes(pcm), content_type="audio/wav")

    async def _again(self, request: web.Request) -> web.Response:
        explained, how = await self._explained(request), await body_as(request, Again)
        if how.engine is not None and (not explained.speech or how.engine not in explained.engines):
            known = ", ".join(explained.engines) if explained.speech else "its sound is not kept"
            raise RequestRefused("engine-unknown", f"{how.engine!r} cannot hear it again: {known}", status=409)

        async def work(_: Progress) -> Retold:
            return await self._book.again(explained.turn, engine=how.engine, act=how.act)

        response = json_response(self._jobs.start("again", work))
        response.set_status(202)
        return response

    async def _false_wake(self, request: web.Request) -> web.Response:
        turn = (await self._explained(request)).turn
        return json_response(await self._book.false_wake(turn))

    async def _meant(self, request: web.Request) -> web.Response:
        turn, meant = (await self._explained(request)).turn, await body_as(request, Meant)
        match meant:
            case Meant(text=str(text), alias=None, wake=None):
                became = await self._book.meant(turn, " ".join(text.split()))
            case Meant(text=None, alias=Alias() as alias, wake=None):
                became = await self._book.called(turn, alias)
            case Meant(text=None, alias=None, wake=True):
                became = await self._book.woke_rightly(turn)
            case _:
                raise RequestRefused("request-invalid", "tell one of text, alias and wake")
        return json_response(became)

    async def _forget(self, request: web.Request) -> web.Response:
        await self._book.forget((await self._explained(request)).turn)
        return web.Response(status=204)

    async def _explained(self, request: web.Request) -> TurnExplained:
        """Raises RequestRefused (turn-unknown)."""
        if (explained := await self._book.explained(request.match_info["turn"])) is None:
            raise RequestRefused(
                "turn-unknown", "that turn is not kept any more; GET /turns has those that are", status=404
            )
        return explained
