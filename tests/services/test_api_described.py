"""The API is what its description says: requests made from the served OpenAPI document, sent to a real hub.

``EARSHOT_API_EXAMPLES`` of each kind for each address (a few by default); the same ones each time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.browser.conftest import RunningHub, hub_process, temporary_home
from tests.signed_in import PAGE_HEADERS

EXAMPLES = int(os.environ.get("EARSHOT_API_EXAMPLES", "3"))
DEADLINE_SECONDS = 30.0
NEVER_ENDS = {"/wake/scores", "/live", "/talk"}  # streams and WebSockets have tests of their own
ASK_ELSEWHERE = {"/broker", "/broker/test", "/satellites/adopt"}  # whatever host they are given
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    with temporary_home() as home, hub_process(home) as running:
        yield running


@pytest.fixture(scope="module")
def token(hub: RunningHub) -> str:
    """The owner's, so that ending every session does not end the test."""
    cookie = hub.owner["cookies"][0]
    headers = PAGE_HEADERS | {"Content-Type": "application/json", "Cookie": f"{cookie['name']}={cookie['value']}"}
    body = json.dumps({"name": "described", "scope": "admin"}).encode()
    with urlopen(Request(f"{hub.url}/api/v1/access/tokens", data=body, headers=headers)) as response:
        return json.load(response)["key"]


@pytest.mark.timeout(600)
def test_every_address_does_what_it_is_described_to_do(hub, token):
    load_all_checks()
    found: list[str] = []
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        described = session.get(f"{hub.url}/api/v1/openapi.json", timeout=DEADLINE_SECONDS).json()
        schema = schemathesis.openapi.from_dict(described)
        for result in schema.get_all_operations():
            operation = result.ok()
            if operation.path in NEVER_ENDS | ASK_ELSEWHERE:
                continue
            for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
                found += _tried(operation, mode, session, f"{hub.url}/api/v1")
    assert not found, "\n\n".join(found)


def _tried(operation: Any, mode: GenerationMode, session: requests.Session, url: str) -> list[str]:
    """What is wrong with one address."""
    checks = [*CHECKS, *([negative_data_rejection] if mode is GenerationMode.NEGATIVE else [])]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: Case) -> None:
        response = case.call(base_url=url, session=session, timeout=DEADLINE_SECONDS)
        assert response.status_code != 500, response.text  # 502 and 503 are what a part refused, with its code
        case.validate_response(response, checks=checks)

    try:
        attempt()
    except Unsatisfiable:  # an address that takes nothing can be asked nothing wrong
        return []
    except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - every kind of failure is told, for all addresses at once
        return [f"{operation.label} ({mode.value}): {type(error).__name__}: {error}"[:1500]]
    return []
