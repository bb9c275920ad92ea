"""Which HTTP status says what went wrong."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from hub.errors import BrokerLost, SttFailed
from hub.web.refusal import RequestRefused, refusals
from wire.errors import AudioInvalid, DeviceLost, EarshotError, PeerTimeout


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RequestRefused("request-invalid", "no"), 400, "request-invalid"),
        (RequestRefused("request-timeout", "slow", status=408), 408, "request-timeout"),
        (AudioInvalid("audio-format", "8-bit"), 400, "audio-format"),
        (BrokerLost("broker-lost", "gone"), 503, "broker-lost"),
        (DeviceLost("device-lost", "gone"), 503, "device-lost"),
        (PeerTimeout("peer-timeout", "slow"), 502, "peer-timeout"),
        (SttFailed("stt-lost", "died"), 502, "stt-lost"),
        (EarshotError("satellite-unknown", "who?"), 422, "satellite-unknown"),
        (web.HTTPNotFound(), 404, "not-found"),
        (web.HTTPMethodNotAllowed("PUT", ["GET"]), 405, "method-not-allowed"),
        (web.HTTPRequestEntityTooLarge(1, 2), 413, "request-too-large"),
        (web.HTTPBadRequest(), 400, "request-invalid"),
    ],
)
async def test_every_error_has_one_form(error, status, code):
    async def handler(_):
        raise error

    response = await refusals(None, handler)
    assert response.status == status
    body = json.loads(response.body)
    assert set(body) == {"error"}
    assert body["error"]["code"] == code
    assert body["error"]["message"]


async def test_a_bug_is_logged_and_tells_the_client_nothing(caplog):
    class Request:
        method, path = "GET", "/house"

    async def handler(_):
        raise KeyError("secret")

    response = await refusals(Request(), handler)
    assert response.status == 500
    assert b"secret" not in response.body
    assert "KeyError" in caplog.text
