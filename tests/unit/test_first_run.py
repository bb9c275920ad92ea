"""The first run's own state and settings: kept at once, with comments, and never half."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hub.config import HubConfig
from hub.setup_progress import STEPS, SetupProgress, SetupState
from tests.settings_at import settings_at
from wire.errors import ConfigError, EarshotError
from wire.settings import load


async def test_progress_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "setup.json"
    assert await SetupProgress(path).get() == SetupState(at="home")
    state = SetupState(at="voice", done=["home"], skipped=["rooms"])
    await SetupProgress(path).put(state)
    assert await SetupProgress(path).get() == state
    await asyncio.to_thread(path.write_text, "{broken")
    assert await SetupProgress(path).get() == SetupState()


async def test_progress_on_a_full_disk_is_named(tmp_path: Path) -> None:
    with pytest.raises(EarshotError) as refused:
        await SetupProgress(tmp_path / "missing" / "setup.json").put(SetupState())
    assert refused.value.code == "settings-unwritable"


def test_the_steps_begin_with_home_and_end_with_done() -> None:
    assert (STEPS[0], STEPS[-1], len(set(STEPS))) == ("home", "done", len(STEPS))


async def test_settings_are_written_beside_comments(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    await asyncio.to_thread(path.write_text, '# the house\n[hub]\nname = "Old"  # ours\n[home]\nlatitude = 1.0\n')
    writer = settings_at(path)
    waiting = await writer.set({"hub.name": "New", "hub.language": "de", "home.latitude": None, "stt.model": "none"})
    assert waiting == ["hub.language", "hub.name", "stt.model"]
    text = await asyncio.to_thread(path.read_text)
    assert "# the house" in text
    assert "# ours" in text
    config = await asyncio.to_thread(load, path, HubConfig)
    assert (config.hub.name, config.hub.language, config.home.latitude, config.stt.model) == ("New", "de", None, "none")


async def test_a_value_that_cannot_be_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    await asyncio.to_thread(path.write_text, "[hub]\n")
    with pytest.raises(ConfigError) as refused:
        await settings_at(path).set({"hub.language": "not a language"})
    assert refused.value.code == "config-value"
    assert await asyncio.to_thread(path.read_text) == "[hub]\n"


async def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    path = tmp_path / "etc" / "hub.toml"
    await settings_at(path).set({"hub.language": "fr"})
    assert (await asyncio.to_thread(load, path, HubConfig)).hub.language == "fr"
