"""Where files live."""

from __future__ import annotations

from pathlib import Path

import pytest

from wire.places import SYSTEM, Places, places


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A machine where the system's folders are these."""
    system = Places(etc=tmp_path / "etc", var=tmp_path / "var", run=tmp_path / "run", cache=tmp_path / "cache")
    system.etc.mkdir()
    monkeypatch.setattr("wire.places.SYSTEM", system)
    return system


@pytest.fixture
def not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no = tmp_path / "no"
    monkeypatch.setattr("wire.places.SYSTEM", Places(etc=no, var=no, run=no, cache=no))


def test_the_systems_folders_are_the_usual_ones() -> None:
    usual = (Path("/etc/earshot"), Path("/var/lib/earshot"), Path("/run/earshot"), Path("/var/cache/earshot"))
    assert Places(*usual) == SYSTEM


def test_an_installed_program_uses_the_systems_folders(installed: Places) -> None:
    assert places({}) == installed
    assert places({"EARSHOT_HOME": ""}) == installed


@pytest.mark.usefixtures("installed")
def test_earshot_home_comes_before_them_and_holds_everything() -> None:
    home = Places(Path("/tmp/e/etc"), Path("/tmp/e/var"), Path("/tmp/e/run"), Path("/tmp/e/cache"))
    assert places({"EARSHOT_HOME": "/tmp/e"}) == home


def test_the_cache_can_be_somewhere_else_and_be_shared() -> None:
    shared = places({"EARSHOT_HOME": "/tmp/e", "EARSHOT_CACHE": "/tmp/c"})
    assert (shared.var, shared.cache) == (Path("/tmp/e/var"), Path("/tmp/c"))


def test_a_relative_earshot_home_counts_from_here() -> None:
    assert places({"EARSHOT_HOME": "here"}).var == Path.cwd() / "here" / "var"


@pytest.mark.usefixtures("not_installed")
def test_a_program_that_is_not_installed_keeps_to_one_folder_of_its_user(tmp_path: Path) -> None:
    assert places({"XDG_DATA_HOME": str(tmp_path)}).etc == tmp_path / "earshot" / "etc"
    assert places({}).run == Path.home() / ".local/share/earshot/run"
