"""A recogniser whose file is broken says so by ending, with the one line that whoever runs it shows."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec
import pytest

from hub.stt.phrase.grammar import Grammar
from hub.stt.phrase.house import HouseRecogniser
from models.errors import ModelInvalid


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "recogniser.onnx"
    file.write_bytes(b"half a file")
    return file


def _grammar(path: Path, language: str = "en") -> None:
    path.write_bytes(msgspec.json.encode(Grammar(1, language, "public <command> = turn on;", {})))


async def test_the_engine_ends_and_says_what_to_do(tmp_path, broken):
    """As a process: the status of a configuration that cannot be used, and the line that doctor tells."""
    _grammar(tmp_path / "grammar.json")
    given = "--uri", f"unix://{tmp_path}/stt.sock", "--grammar", str(tmp_path / "grammar.json"), "--model", str(broken)
    engine = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.stt.phrase", *given, stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(engine.communicate(), 60)
    assert engine.returncode == 78
    last = said.decode().splitlines()[-1]
    assert last.startswith(f"recogniser-invalid: {broken} cannot be used: ")
    assert "install Earshot again" in last


async def test_it_ends_when_the_house_is_known_later(tmp_path, broken):
    grammar = tmp_path / "grammar.json"

    async def listened() -> None:
        async with HouseRecogniser(grammar, broken) as house, asyncio.timeout(30):
            assert house.problem.code == "grammar-missing"
            await asyncio.to_thread(_grammar, grammar)
            await asyncio.Event().wait()

    with pytest.raises(ModelInvalid) as raised:
        await listened()
    assert raised.value.code == "recogniser-invalid"


async def test_a_language_that_nobody_trained_for_is_told_to_whoever_asks(tmp_path):
    """Other engines may know it: this one goes on."""
    _grammar(tmp_path / "grammar.json", "sv")
    async with HouseRecogniser(tmp_path / "grammar.json") as house:
        assert house.current is None
        assert house.problem.code == "language-unknown"
