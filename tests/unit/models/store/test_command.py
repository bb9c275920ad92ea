"""``earshot models`` as a person uses it, against a server on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path

import pytest

from hub.cli import models
from hub.cli.arguments import parse
from hub.cli.transfer import TransferLine
from models.store.errors import StoreRefused
from models.store.fetching import Arrived
from tests.model_server import HOST, ModelServer

CONTENT = b"weights" * 5000


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EARSHOT_HOME", str(tmp_path))
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "models.toml").write_text(
        '[[model]]\nname = "mine"\nstage = "tts"\nabout = "a voice"\nlanguages = ["de"]\nlicence = "CC-BY-NC-4.0"\n'
        "non_commercial = true\nram_mb = 9999999\n"
        f'[[model.file]]\npath = "mine.onnx"\nurl = "https://{HOST}/mine.onnx"\nbytes = {len(CONTENT)}\n'
        f'sha256 = "{sha256(CONTENT).hexdigest()}"\n'
    )
    return tmp_path


@pytest.fixture
async def server(home: Path) -> AsyncIterator[ModelServer]:
    async with ModelServer({"mine.onnx": CONTENT}).running() as running:
        settings = home / "etc" / "hub.toml"
        await asyncio.to_thread(settings.write_text, f'[models]\nmirror = "{running.url}"\n')
        yield running


@pytest.fixture
def earshot(capsys: pytest.CaptureFixture[str]) -> Callable:
    async def run(*argv: str) -> tuple[int, str, str]:
        code = await models.run(await asyncio.to_thread(parse, ["models", *argv]))
        out, err = capsys.readouterr()
        return code, out, err

    return run


async def test_a_model_is_pulled_listed_verified_and_removed(server, earshot, home):
    code, out, err = await earshot("pull", "mine")
    assert (code, out) == (0, f"mine is here, {len(CONTENT) / 1e6:.1f} MB\n")
    assert "needs 9999999 MB of memory" in err
    assert "not for commercial use" in err
    assert "100%" in err
    _, out, _ = await earshot("list", "--installed", "--json")
    (row,) = json.loads(out)
    assert (row["name"], row["installed"], row["verified"], row["bytes"]) == ("mine", True, True, len(CONTENT))
    assert await earshot("verify") == (0, "mine: as it was\n", "")
    await asyncio.to_thread((home / "var" / "models" / "mine" / "mine.onnx").write_bytes, b"x")
    with pytest.raises(StoreRefused) as refused:
        await earshot("verify", "mine")
    assert refused.value.code == "models-damaged"
    assert (await earshot("remove", "mine"))[0] == 0
    assert await earshot("list", "--installed") == (0, "", "")


async def test_of_several_none_is_fetched_where_one_is_unknown(server, earshot):
    with pytest.raises(StoreRefused) as refused:
        await earshot("pull", "mine", "yours")
    assert refused.value.code == "model-unknown"
    assert server.requests == []


async def test_listing_asks_nobody(server, earshot):
    _, out, _ = await earshot("list", "--language", "de", "--stage", "tts")
    assert "mine" in out
    assert "not commercial" in out
    assert server.requests == []


async def test_a_stick_is_imported(home, earshot, tmp_path):
    stick = tmp_path / "stick"
    await asyncio.to_thread(stick.mkdir)
    with pytest.raises(StoreRefused) as refused:
        await earshot("import", str(stick))
    assert refused.value.code == "model-not-there"
    await asyncio.to_thread((stick / "mine.onnx").write_bytes, CONTENT)
    assert (await earshot("import", str(stick)))[0] == 0
    assert await asyncio.to_thread((home / "var" / "models" / "mine" / "mine.onnx").read_bytes) == CONTENT


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_tells_share_rate_and_time_left(terminal):
    class Screen:
        written = ""

        def isatty(self) -> bool:
            return terminal

        def write(self, text: str) -> None:
            self.written += text

        def flush(self) -> None: ...

    screen, clock = Screen(), iter([0.0, 10.0, 10.05, 20.0])
    line = TransferLine(screen, "mine", lambda: next(clock))
    for arrived in (0, 10_000_000, 10_500_000, 40_000_000):
        line(Arrived("a.bin", arrived, 40_000_000))
    line.end()
    assert "25% of 40.0 MB, 1.0 MB/s, 30 s left" in screen.written
    assert "26%" not in screen.written
    assert "100% of 40.0 MB" in screen.written
    assert screen.written.endswith("\n")
