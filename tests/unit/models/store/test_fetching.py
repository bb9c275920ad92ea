"""A model comes whole and right, or not at all; what came before a cut is not fetched again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from models.store import fetching
from models.store.catalogue import Model, ModelFile
from models.store.errors import FetchFailed, StoreRefused
from models.store.fetching import Arrived, Way, fetch
from models.store.folder import Store
from tests.model_server import HOST, ModelServer

LARGE, SMALL = os.urandom(300_000), b'{"rate": 22050}'


def model(*, hashed: bool = True, sized: bool = True, version: str = "1") -> Model:
    files = [
        ModelFile(
            path,
            f"https://{HOST}/voice/{path}",
            len(content) if sized else 0,
            sha256(content).hexdigest() if hashed else None,
        )
        for path, content in (("voice.onnx", LARGE), ("voice.onnx.json", SMALL))
    ]
    return Model("voice-x", "tts", "a voice", ["en"], "MIT", files, version=version)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer({"voice/voice.onnx": LARGE, "voice/voice.onnx.json": SMALL}).running() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


async def pulled(server: ModelServer, store: Store, wanted: Model | None = None) -> list[Arrived]:
    told: list[Arrived] = []
    await fetch(wanted or model(), store, Way(server.url, pause_seconds=0.001), told.append)
    return told


def contents(store: Store) -> tuple[bytes, ...]:
    folder = store.path / "voice-x"
    return tuple((folder / name).read_bytes() for name in ("voice.onnx", "voice.onnx.json"))


@pytest.mark.parametrize("hashed", [True, False])
@pytest.mark.parametrize("sized", [True, False])
async def test_a_model_comes_whole(server, store, hashed, sized):
    told = await pulled(server, store, model(hashed=hashed, sized=sized))
    assert contents(store) == (LARGE, SMALL)
    assert told[-1] == Arrived("voice.onnx.json", len(SMALL), len(SMALL))
    (here,) = store.installed()
    assert (here.name, here.is_verified, here.bytes) == ("voice-x", hashed, len(LARGE) + len(SMALL))
    assert list(store.damaged(here)) == []
    assert {path.name for path in store.path.iterdir()} == {"voice-x", ".partial", "pins.json"}


@pytest.mark.parametrize("sized", [True, False])
async def test_after_a_cut_the_rest_is_fetched(server, store, sized):
    server.cut_at = [100_000, 50_000]
    await pulled(server, store, model(sized=sized))
    assert contents(store) == (LARGE, SMALL)
    ranges = [wanted for path, wanted in server.requests if path.endswith(".onnx")]
    assert ranges[0] is None
    assert all(wanted is not None for wanted in ranges[1:])


async def test_a_server_without_ranges_is_asked_for_all_of_it_again(server, store):
    server.cut_at, server.ranges = [100_000], False
    await pulled(server, store)
    assert contents(store) == (LARGE, SMALL)


async def test_the_same_command_goes_on_after_it_was_stopped(server, store):
    def told(arrived: Arrived) -> None:
        if arrived.bytes > 60_000:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await fetch(model(), store, Way(server.url), told)
    assert store.installed() == []
    await pulled(server, store)
    assert contents(store) == (LARGE, SMALL)
    assert server.requests[1][1] is not None


@pytest.mark.parametrize("tags", [True, False])
async def test_a_file_that_changed_meanwhile_comes_whole(server, store, tags):
    server.tags = tags
    wanted = model(hashed=False, sized=False)
    with pytest.raises(asyncio.CancelledError):
        await fetch(wanted, store, Way(server.url), _stop_at(50_000))
    other = os.urandom(200_000)
    server.files["voice/voice.onnx"] = other
    await pulled(server, store, wanted)
    assert contents(store) == (other, SMALL)


async def test_other_content_is_refused_and_not_kept(server, store):
    server.files["voice/voice.onnx"] = os.urandom(len(LARGE))
    with pytest.raises(StoreRefused) as refused:
        await pulled(server, store)
    assert refused.value.code == "model-wrong"
    assert store.installed() == []
    server.files["voice/voice.onnx"] = LARGE
    await pulled(server, store)
    assert contents(store) == (LARGE, SMALL)


async def test_a_longer_file_is_cut_off(server, store):
    server.files["voice/voice.onnx"] = LARGE + b"more"
    with pytest.raises(StoreRefused) as refused:
        await pulled(server, store)
    assert refused.value.code == "model-wrong"


async def test_a_shorter_file_ends_in_a_refusal_too(server, store):
    server.files["voice/voice.onnx"] = LARGE[:-5]
    with pytest.raises(StoreRefused) as refused:
        await pulled(server, store)
    assert refused.value.code == "model-wrong"
    assert "another size" in refused.value.message


async def test_what_came_first_must_come_again(server, store):
    unhashed = model(hashed=False)
    await pulled(server, store, unhashed)
    store.remove("voice-x")
    server.files["voice/voice.onnx"] = os.urandom(len(LARGE))
    with pytest.raises(StoreRefused) as refused:
        await pulled(server, store, unhashed)
    assert refused.value.code == "model-changed"
    await pulled(server, store, model(hashed=False, version="2"))


async def test_a_failing_server_is_asked_some_times(server, store):
    server.failures = [500, 503]
    await pulled(server, store)
    assert contents(store) == (LARGE, SMALL)
    server.failures = [500] * 20
    with pytest.raises(FetchFailed) as failed:
        await pulled(server, store, model(version="2"))
    assert failed.value.code == "model-unreachable"
    assert len(server.failures) > 10


async def test_what_is_gone_is_not_asked_for_again(server, store):
    del server.files["voice/voice.onnx.json"]
    with pytest.raises(StoreRefused) as refused:
        await pulled(server, store)
    assert refused.value.code == "model-gone"
    assert len(server.requests) == 2


async def test_an_older_model_stays_until_the_new_one_is_right(server, store):
    await pulled(server, store)
    server.files["voice/voice.onnx"] = os.urandom(len(LARGE))
    with pytest.raises(StoreRefused):
        await pulled(server, store)
    assert contents(store) == (LARGE, SMALL)


async def test_nothing_begins_on_a_full_disk(server, store, monkeypatch):
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(StoreRefused) as refused:
        await pulled(server, store)
    assert refused.value.code == "models-disk"
    assert server.requests == []


async def test_a_folder_that_cannot_be_written_is_named(server, tmp_path):
    (tmp_path / "models").write_text("no folder")
    with pytest.raises(StoreRefused) as refused:
        await pulled(server, Store(tmp_path / "models"))
    assert refused.value.code == "models-folder"


def _stop_at(count: int):
    def told(arrived: Arrived) -> None:
        if arrived.bytes > count:
            raise asyncio.CancelledError

    return told
