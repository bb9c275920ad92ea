"""Every refusal of every route in one JSON form: ``{"error": {"code": …, "message": …}}``."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from hub.errors import DependencyLost, NotThere, StageFailed
from wire.errors import AudioInvalid, DeviceLost, EarshotError, PeerError

_log = logging.getLogger(__name__)

MAX_BODY_BYTES = 16 << 20  # more than 8 minutes of 16 kHz speech
TOO_LARGE = "this address takes {kib} KiB at most; send less"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RequestRefused(EarshotError):
    """The request itself is wrong; status: the HTTP status that says so."""

    def __init__(
        self, code: str, message: str, *, status: int = 400, retry_after_seconds: int | None = None, field: str = ""
    ) -> None:
        """field: which value of a form is wrong."""
        super().__init__(code, message)
        self.status, self.retry_after_seconds, self.field = status, retry_after_seconds, field


class Refused(msgspec.Struct, frozen=True, omit_defaults=True):
    """code: docs/errors.md. message: says what to do. field: which value of a form is wrong, where it is one."""

    code: str
    message: str
    field: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """The body of every answer that is not a success."""

    error: Refused


_STATUSES: tuple[tuple[type[EarshotError], int], ...] = (
    (NotThere, 404),
    (AudioInvalid, 400),
    (DependencyLost, 503),
    (DeviceLost, 503),
    (PeerError, 502),
    (StageFailed, 502),
)
_HTTP_CODES = {
    404: ("not-found", "there is nothing at this address; see docs/api.md for what there is"),
    405: ("method-not-allowed", "this address does not take that method; see docs/api.md"),
    413: ("request-too-large", TOO_LARGE.format(kib=MAX_BODY_BYTES >> 10)),
}


def refuse(code: str, message: str, *, status: int, field: str = "") -> web.Response:
    body = msgspec.json.encode(Refusal(Refused(code, message, field)))
    return web.Response(body=body, status=status, content_type="application/json")


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into the one form. A bug is logged with its traceback and tells the client nothing."""
    try:
        return await handler(request)
    except EarshotError as error:
        return _refused(error)
    except web.HTTPException as error:
        code, message = _HTTP_CODES.get(error.status, ("request-invalid", error.reason))
        return refuse(code, message, status=error.status)
    except Exception:  # noqa: BLE001 - the web request edge (STYLE): one request's bug must not end the listener
        _log.exception("%s %s failed", request.method, request.path)
        return refuse("internal-error", "this is a bug of the hub; its log says more", status=500)


def _refused(error: EarshotError) -> web.Response:
    field = error.field if isinstance(error, RequestRefused) else ""
    response = refuse(error.code, error.message, status=_status(error), field=field)
    if isinstance(error, RequestRefused) and error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    if response.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"  # HTTP wants one named; browsers ask nobody for it
    return response


def _status(error: EarshotError) -> int:
    if isinstance(error, RequestRefused):
        return error.status
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 422)
