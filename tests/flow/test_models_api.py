"""Models over the API, from a real server of files: fetched, cancelled, gone on with, uploaded, verified, removed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.config import ModelsSection, WebSection
from hub.model_desk import ModelDesk
from hub.web.jobs import Jobs
from hub.web.listeners import page_server
from hub.web.live import LiveFeed
from hub.web.models_api import ModelsApi
from tests.fakes_control import Everybody
from tests.model_server import HOST, ModelServer
from wire.places import Places
from wire.tasks import Tasks

WEIGHTS, CARD = b"weights" * 40_000, b'{"speaker": 1}'
SECONDS = 20.0


def catalogue() -> str:
    return "\n".join(
        [
            "[[model]]",
            'name = "tiny"\nstage = "tts"\nabout = "a voice"\nlanguages = ["en"]\nlicence = "CC0-1.0"\nversion = "1"',
            'ram_mb = 10\nboards = ["x86"]',
            f'[[model.file]]\npath = "tiny.onnx"\nurl = "https://{HOST}/tiny.onnx"',
            f'bytes = {len(WEIGHTS)}\nsha256 = "{sha256(WEIGHTS).hexdigest()}"',
            f'[[model.file]]\npath = "tiny.json"\nurl = "https://{HOST}/tiny.json"',
            f'bytes = {len(CARD)}\nsha256 = "{sha256(CARD).hexdigest()}"',
        ]
    )


class Shop:
    """The API of a hub with one small model, and the server that has its files."""

    def __init__(self, http: aiohttp.ClientSession, server: ModelServer, where: Places) -> None:
        self.http, self.server, self.where = http, server, where
        self.using: dict[str, str] = {}

    async def ask(self, method: str, path: str, status: int, **body: Any) -> Any:
        async with self.http.request(method, f"/api/v1{path}", **body) as answer:
            told = await answer.json()
            assert answer.status == status, told
            return told

    async def row(self) -> dict[str, Any]:
        rows = (await self.ask("GET", "/models", 200))["models"]
        return next(row for row in rows if row["name"] == "tiny")

    async def ended(self, job: dict[str, Any]) -> dict[str, Any]:
        async with asyncio.timeout(SECONDS):
            while (job := await self.ask("GET", f"/jobs/{job['id']}", 200))["state"] == "running":
                await asyncio.sleep(0.02)
        return job


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened(tmp_path) as one:
        yield one


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Shop]:
    where = Places(folder / "etc", folder / "var", folder / "run", folder / "cache")
    for place in (where.etc, where.var):
        place.mkdir()
    (where.etc / "models.toml").write_text(catalogue())
    served = ModelServer({"tiny.onnx": WEIGHTS, "tiny.json": CARD})
    async with served.running() as server, Tasks() as tasks:
        feed = LiveFeed()
        jobs = Jobs(tasks, feed)
        using: dict[str, str] = {}
        desk = ModelDesk(ModelsSection(mirror=server.url), where, "en", lambda: using)
        routes = [route for source in (ModelsApi(desk, jobs), jobs) for route in source.routes()]
        async with (
            page_server(routes, WebSection(port=0), version="1", access=Everybody()) as port,
            aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
        ):
            one = Shop(http, server, where)
            one.using = using
            yield one


async def test_a_model_is_fetched_only_when_somebody_asks(shop: Shop) -> None:
    row = await shop.row()
    assert (row["installed"], row["hosts"], row["bytes"]) == (False, [HOST], len(WEIGHTS) + len(CARD))
    assert shop.server.requests == []
    job = await shop.ended(await shop.ask("POST", "/models/tiny/pull", 202))
    assert (job["state"], job["kind"], job["result"]["name"]) == ("done", "model-pull", "tiny")
    row = await shop.row()
    assert (row["installed"], row["here_bytes"], row["partly_bytes"]) == (True, len(WEIGHTS) + len(CARD), 0)
    assert [path for path, _ in shop.server.requests] == ["tiny.onnx", "tiny.json"]


async def test_a_pull_that_was_cancelled_goes_on_where_it_stopped(shop: Shop) -> None:
    shop.server.cut_at = [70_000, 1]
    job = await shop.ask("POST", "/models/tiny/pull", 202)
    assert (await shop.ask("POST", "/models/tiny/pull", 202))["id"] == job["id"], "one model comes once"
    async with asyncio.timeout(SECONDS):
        while (await shop.ask("GET", f"/jobs/{job['id']}", 200))["done"] < 60_000:
            await asyncio.sleep(0.02)
    assert (await shop.ask("DELETE", f"/jobs/{job['id']}", 200))["state"] == "cancelled"
    row = await shop.row()
    assert not row["installed"]
    assert row["partly_bytes"] >= 60_000
    shop.server.cut_at = []
    assert (await shop.ended(await shop.ask("POST", "/models/tiny/pull", 202)))["state"] == "done"
    assert any(wanted and wanted != "bytes=0-" for _, wanted in shop.server.requests), "what came was not asked again"
    assert (await shop.row())["installed"]


async def test_what_is_wrong_is_refused_with_its_code(shop: Shop) -> None:
    shop.server.files["tiny.onnx"] = b"x" * len(WEIGHTS)
    job = await shop.ended(await shop.ask("POST", "/models/tiny/pull", 202))
    assert (job["state"], job["error"]["code"]) == ("failed", "model-wrong")
    unknown = await shop.ended(await shop.ask("POST", "/models/nothing/pull", 202))
    assert unknown["error"]["code"] == "model-unknown"


async def test_files_from_a_browser_become_a_model_once_all_are_there(shop: Shop) -> None:
    first = await shop.ask("PUT", "/models/tiny/files/tiny.json", 200, data=CARD)
    assert first == {"model": None}
    whole = await shop.ask("PUT", "/models/tiny/files/tiny.onnx", 200, data=WEIGHTS)
    assert whole["model"]["name"] == "tiny"
    assert (await shop.row())["installed"]
    assert shop.server.requests == []


@pytest.mark.parametrize(
    ("path", "content", "status", "code"),
    [
        ("tiny.onnx", WEIGHTS + b"more", 422, "model-wrong"),
        ("tiny.onnx", b"short", 422, "model-wrong"),
        ("tiny.onnx", b"x" * len(WEIGHTS), 422, "model-wrong"),
        ("passwd", b"root", 404, "model-file-unknown"),
        ("..%2F..%2Fhub.toml", b"[web]", 404, "model-file-unknown"),
    ],
)
async def test_an_upload_that_is_none_leaves_nothing(
    shop: Shop, path: str, content: bytes, status: int, code: str
) -> None:
    refused = await shop.ask("PUT", f"/models/tiny/files/{path}", status, data=content)
    assert refused["error"]["code"] == code
    assert (await shop.row())["partly_bytes"] == 0


async def test_verify_names_what_changed(shop: Shop) -> None:
    await shop.ended(await shop.ask("POST", "/models/tiny/pull", 202))
    well = await shop.ended(await shop.ask("POST", "/models/tiny/verify", 202))
    assert well["result"] == {"name": "tiny", "problems": []}
    weights = shop.where.var / "models" / "tiny" / "tiny.onnx"
    await asyncio.to_thread(weights.write_bytes, b"y" * len(WEIGHTS))
    changed = await shop.ended(await shop.ask("POST", "/models/tiny/verify", 202))
    assert len(changed["result"]["problems"]) == 1


async def test_a_model_in_use_is_not_removed(shop: Shop) -> None:
    await shop.ended(await shop.ask("POST", "/models/tiny/pull", 202))
    shop.using["piper"] = "tiny"
    assert (await shop.row())["in_use"] == "piper"
    assert (await shop.ask("DELETE", "/models/tiny", 422))["error"]["code"] == "model-in-use"
    shop.using.clear()
    assert (await shop.ask("DELETE", "/models/tiny", 200))["name"] == "tiny"
    assert not (await shop.row())["installed"]


async def test_a_folder_is_taken_in(shop: Shop, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    await asyncio.to_thread(stick.mkdir)
    empty = await shop.ended(await shop.ask("POST", "/models/import", 202, json={"folder": str(stick)}))
    assert empty["error"]["code"] == "model-not-there"
    await asyncio.to_thread((stick / "tiny.onnx").write_bytes, WEIGHTS)
    await asyncio.to_thread((stick / "tiny.json").write_bytes, CARD)
    taken = await shop.ended(await shop.ask("POST", "/models/import", 202, json={"folder": str(stick)}))
    assert [one["name"] for one in taken["result"]] == ["tiny"]


async def test_what_suits_the_box_fits_it(shop: Shop) -> None:
    shelf = await shop.ask("GET", "/models", 200)
    chosen = [row for row in shelf["models"] if row["recommended"]]
    assert {row["stage"] for row in chosen} <= {"stt", "tts", "llm"}
    assert len({row["stage"] for row in chosen}) == len(chosen)
    assert all(row["fits"] and not row["lacks"] and not row["non_commercial"] for row in chosen)
    assert all(row["ram_mb"] < shelf["memory_mb"] for row in chosen)
