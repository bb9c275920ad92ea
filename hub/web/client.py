"""The command line's side of the control socket."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
from yarl import URL

from hub.health import Health, SatelliteStatus
from hub.house.file import HouseFile
from hub.house.notes import Kind
from hub.house.suggestions import Suggestion
from hub.rules.report import Fired, RulesStatus, Trial
from hub.stages import ScoreTold
from hub.trace import Trace
from hub.web.access.local import SetupCode
from hub.web.access.shapes import TokenShown
from hub.web.control import Answer, HouseSnapshot, Status
from hub.web.refusal import MAX_BODY_BYTES, TOO_LARGE, Refusal, RequestRefused
from wire.errors import EarshotError

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
TURN_SECONDS = 180.0  # a minute of speech, a slow engine and a long reply

T = TypeVar("T")


def _note(kind: Kind, key: str) -> URL:
    return URL(f"/house/notes/{kind}/{quote(key, safe='')}", encoded=True)


class HubUnreachable(EarshotError):
    """No hub answers on its control socket (code hub-unreachable): the command line exits with 69."""


class ControlClient:
    """An async context manager over one hub's socket. Every method raises EarshotError with the hub's own code."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            "http://hub", connector=aiohttp.UnixConnector(str(self._path)), auto_decompress=False
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def health(self) -> Health:
        return await self._get("/health", Health)

    async def satellites(self) -> list[SatelliteStatus]:
        return await self._get("/satellites", list[SatelliteStatus])

    async def house(self) -> HouseSnapshot:
        return await self._get("/house", HouseSnapshot)

    async def house_notes(self) -> HouseFile:
        return await self._get("/house/notes", HouseFile)

    async def room_suggestions(self) -> list[Suggestion]:
        return await self._get("/house/suggestions", list[Suggestion])

    async def put_note(self, kind: Kind, key: str, given: dict[str, Any]) -> HouseFile:
        """Note what is ``given`` on a room, device or person; all notes afterwards."""
        body, headers = io.BytesIO(msgspec.json.encode(given)), {"Content-Type": "application/json"}
        return await self._exchange(
            "PUT", _note(kind, key), HouseFile, seconds=READ_SECONDS, data=body, headers=headers
        )

    async def remove_note(self, kind: Kind, key: str) -> HouseFile:
        return await self._exchange("DELETE", _note(kind, key), HouseFile, seconds=READ_SECONDS)

    async def setup_code(self) -> str:
        """Raises EarshotError owner-exists."""
        return (await self._get("/access/code", SetupCode)).code

    async def set_password(self, password: str) -> None:
        body, headers = io.BytesIO(msgspec.json.encode({"password": password})), {"Content-Type": "application/json"}
        await self._exchange(
            "PUT", "/access/password", dict[str, Any], seconds=READ_SECONDS, data=body, headers=headers
        )

    async def make_token(self, name: str, scope: str, days: int | None) -> TokenShown:
        body = {"name": name, "scope": scope, "days": days}
        return await self._post("/access/tokens", msgspec.json.encode(body), TokenShown)

    async def status(self) -> Status:
        return await self._get("/status", Status)

    async def latest_turns(self, limit: int) -> list[Trace]:
        return await self._get(f"/turns?limit={limit}", list[Trace])

    async def ask_text(
        self,
        text: str,
        *,
        satellite: str | None = None,
        area: str | None = None,
        language: str | None = None,
        reply_audio: bool = False,
    ) -> Answer:
        body = {"text": text, "satellite": satellite, "area": area, "language": language, "reply_audio": reply_audio}
        return await self._post("/turns", msgspec.json.encode(body), Answer)

    async def ask_wav(
        self,
        wav_file: bytes,
        *,
        satellite: str | None = None,
        area: str | None = None,
        language: str | None = None,
        wake: bool = False,
        reply_audio: bool = False,
    ) -> Answer:
        """Run a turn from a WAV file as it is: the hub says what is wrong with it."""
        if len(wav_file) > MAX_BODY_BYTES:  # the hub would hang up in the middle, and its reason be lost
            raise RequestRefused("request-too-large", TOO_LARGE.format(kib=MAX_BODY_BYTES >> 10), status=413)
        given = {"satellite": satellite, "area": area, "language": language}
        query = {key: value for key, value in given.items() if value is not None}
        flags = {"wake": str(wake).lower(), "reply_audio": str(reply_audio).lower()}
        return await self._post("/turns", wav_file, Answer, content_type="audio/wav", params=query | flags)

    async def say(self, text: str, *, satellite: str | None = None, language: str | None = None) -> list[str]:
        body = {"text": text, "satellite": satellite, "language": language}
        return await self._post("/say", msgspec.json.encode(body), list[str])

    async def rules(self) -> RulesStatus:
        return await self._get("/rules", RulesStatus)

    async def rules_history(self, limit: int, *, rule: str | None = None) -> list[Fired]:
        query = {"limit": str(limit)} | ({} if rule is None else {"rule": rule})
        return await self._get(f"/rules/history?{urlencode(query)}", list[Fired])

    async def try_rule(self, name: str) -> Trial:
        return await self._post("/rules/try", msgspec.json.encode({"name": name}), Trial)

    async def wake_scores(self) -> AsyncIterator[ScoreTold]:
        """Live scores of wake words, until the hub ends. Raises EarshotError hub-unreachable."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
        with self._refusals(CONNECT_SECONDS):
            async with self._session.get("/wake/scores", timeout=timeout) as response:
                async for line in response.content:
                    yield msgspec.json.decode(line, type=ScoreTold)

    async def _get(self, path: str, schema: type[T]) -> T:
        return await self._exchange("GET", path, schema, seconds=READ_SECONDS)

    async def _post(
        self,
        path: str,
        body: bytes,
        schema: type[T],
        *,
        content_type: str = "application/json",
        params: dict[str, str] | None = None,
    ) -> T:
        headers = {"Content-Type": content_type}
        return await self._exchange(
            "POST", path, schema, seconds=TURN_SECONDS, data=io.BytesIO(body), headers=headers, params=params
        )

    async def _exchange(self, method: str, path: str | URL, schema: type[T], *, seconds: float, **request: Any) -> T:
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        with self._refusals(seconds):
            async with self._session.request(method, path, timeout=timeout, **request) as response:
                body = await response.read()
                if not response.ok:
                    error = msgspec.json.decode(body, type=Refusal).error
                    raise EarshotError(error.code, error.message)
                return msgspec.json.decode(body, type=schema)

    @contextmanager
    def _refusals(self, seconds: float) -> Iterator[None]:
        """What goes wrong on the way to the hub, as errors with a code."""
        try:
            yield
        except aiohttp.ClientConnectorError as error:
            message = f"no hub answers on {self._path}; start one with `earshot up` or `earshot hub`"
            raise HubUnreachable("hub-unreachable", message) from error
        except TimeoutError as error:
            raise EarshotError("hub-timeout", f"the hub gave no answer in {seconds:g} s; see its log") from error
        except (aiohttp.ClientError, msgspec.DecodeError) as error:
            message = f"the hub broke off ({type(error).__name__}); see its log, then try again"
            raise HubUnreachable("hub-unreachable", message) from error
