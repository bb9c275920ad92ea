"""Where files live."""

from __future__ import annotations

from pathlib import Path

import pytest

from wire.places import SYSTEM, Places, places


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A machine where the system's folders are these."""
    system = Places(etc=tmp_path / "etc", var=tmp_path / "var", run=tmp_path / "run")
    system.etc.mkdir()
    monkeypatch.setattr("wire.places.SYSTEM", system)
    return system


@pytest.fixture
def not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wire.places.SYSTEM", Places(etc=tmp_path / "no", var=tmp_path / "no", run=tmp_path / "no"))


def test_the_systems_folders_are_the_usual_ones() -> None:
    assert Places(Path("/etc/earshot"), Path("/var/lib/earshot"), Path("/run/earshot")) == SYSTEM


def test_an_installed_program_uses_the_systems_folders(installed: Places) -> None:
    assert places({}) == installed
    assert places({"EARSHOT_HOME": ""}) == installed


@pytest.mark.usefixtures("installed")
def test_earshot_home_comes_before_them_and_holds_everything() -> None:
    assert places({"EARSHOT_HOME": "/tmp/e"}) == Places(Path("/tmp/e/etc"), Path("/tmp/e/var"), Path("/tmp/e/run"))


def test_a_relative_earshot_home_counts_from_here() -> None:
    assert places({"EARSHOT_HOME": "here"}).var == Path.cwd() / "here" / "var"


@pytest.mark.usefixtures("not_installed")
def test_a_program_that_is_not_installed_keeps_to_one_folder_of_its_user(tmp_path: Path) -> None:
    assert places({"XDG_DATA_HOME": str(tmp_path)}).etc == tmp_path / "earshot" / "etc"
    assert places({}).run == Path.home() / ".local/share/earshot/run"
