"""A written conversation: a sentence in, and its answer as it is written, a JSON object a line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Annotated, Any

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.trace import ErrorTrace, Trace
from hub.web.control import Awaits, HubControl
from hub.web.exchange import body_as
from hub.web.routes import Route
from wire.errors import EarshotError

MEDIA_TYPE = "application/x-ndjson"
PIECES = 1000  # that wait for a slow reader; the end has the whole answer

Name = Annotated[str, Meta(min_length=1, max_length=64)]


class ChatText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /turns/stream``. satellite: a name of the page's own, where what is asked back is answered."""

    text: Annotated[str, Meta(min_length=1, max_length=2000)]
    satellite: Name
    area: Name | None = None
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}([-_][A-Za-z]{2,4})?$")] | None = None


class ChatLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """piece: of the answer, to be joined with spaces. The last line has trace, whose reply is the whole, and awaits.

    awaits: ``answer`` if the hub asked something back, ``pin`` if that is a secret. error: in the trace's place.
    """

    piece: str = ""
    trace: Trace | None = None
    awaits: Awaits = ""
    error: ErrorTrace | None = None


class ChatApi:
    """Handler over one hub's turns."""

    def __init__(self, control: HubControl) -> None:
        self._control = control

    def routes(self) -> Iterable[Route]:
        return [
            Route(
                method="POST",
                path="/turns/stream",
                handler=self._chat,
                summary="A sentence; its answer while it is written",
                scope="act",
                body=ChatText,
                answer=ChatLine,
                gives=MEDIA_TYPE,
            )
        ]

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        asked = await body_as(request, ChatText)
        pieces: asyncio.Queue[str] = asyncio.Queue(PIECES)
        turn = asyncio.ensure_future(self._turn(asked, pieces))
        try:
            async with aclosing(_taken(turn, pieces)) as taken:
                first = await anext(taken, None)
                if first is None:
                    turn.result()  # nothing has been sent yet: a refusal is told as any other
                response = web.StreamResponse(headers={"Content-Type": MEDIA_TYPE})
                await response.prepare(request)
                if first is not None:
                    await _send(response, ChatLine(piece=first))
                async for piece in taken:
                    await _send(response, ChatLine(piece=piece))
            await _send(response, self._last(asked.satellite, turn))
        finally:
            turn.cancel()
            await asyncio.wait([turn])
        return response

    async def _turn(self, asked: ChatText, pieces: asyncio.Queue[str]) -> Trace:
        def written(piece: str) -> None:
            if not pieces.full():
                pieces.put_nowait(piece)

        trace, _ = await self._control.ask_text(
            asked.text,
            satellite=asked.satellite,
            area=asked.area,
            language=asked.language,
            reply_audio=False,
            via="page",
            on_written=written,
        )
        return trace

    def _last(self, satellite: str, turn: asyncio.Future[Trace]) -> ChatLine:
        try:
            return ChatLine(trace=turn.result(), awaits=self._control.awaits(satellite))
        except EarshotError as error:
            return ChatLine(error=ErrorTrace(error.code, error.message))


async def _taken(turn: asyncio.Future[Trace], pieces: asyncio.Queue[str]) -> AsyncGenerator[str]:
    """Pieces as they are written, until the turn is over."""
    while not (turn.done() and pieces.empty()):
        taking = asyncio.ensure_future(pieces.get())
        either: list[asyncio.Future[Any]] = [turn, taking]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if taking.done():
                yield taking.result()
        finally:
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)


async def _send(response: web.StreamResponse, line: ChatLine) -> None:
    await response.write(msgspec.json.encode(line) + b"\n")
