"""A file is replaced whole or not at all, keeps mode and link, and nobody's change is overwritten unseen."""

from __future__ import annotations

import os
import stat

import pytest

from hub.settings import file as module
from hub.settings.file import FileChanged, SettingsFile, digest_of
from wire.errors import ConfigError


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "etc" / "hub.toml"
    path.parent.mkdir()
    path.write_text("before\n")
    path.chmod(0o640)
    return path


def others(path):
    return sorted(one.name for one in path.parent.iterdir() if one != path)


def test_mode_and_the_text_before_are_kept(path):
    file = SettingsFile(path)
    digest = file.write("after\n", digest=file.read().digest)
    assert path.read_text() == "after\n"
    assert file.read().digest == digest == digest_of(b"after\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (path.parent / "hub.toml.bak").read_text() == "before\n"
    assert others(path) == ["hub.toml.bak"]


def test_a_link_stays_a_link(path, tmp_path):
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    file = SettingsFile(link)
    file.write("after\n", digest=file.read().digest)
    assert link.is_symlink()
    assert path.read_text() == "after\n"


def test_a_file_that_is_not_there_is_made(tmp_path):
    file = SettingsFile(tmp_path / "new" / "hub.toml")
    assert file.read().text == ""
    file.write("first\n", digest=file.read().digest)
    assert file.read().text == "first\n"


def test_somebody_elses_change_is_not_overwritten(path):
    file = SettingsFile(path)
    seen = file.read().digest
    path.write_text("by hand\n")
    with pytest.raises(FileChanged) as caught:
        file.write("after\n", digest=seen)
    assert caught.value.code == "settings-conflict"
    assert path.read_text() == "by hand\n"
    assert others(path) == []


@pytest.mark.parametrize("step", ["fsync", "fchmod"])
def test_a_disk_that_fails_in_the_middle_leaves_the_file_as_it_was(path, monkeypatch, step):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, step, full)
    file = SettingsFile(path)
    with pytest.raises(ConfigError) as caught:
        file.write("after\n", digest=file.read().digest)
    assert caught.value.code == "settings-unwritable"
    assert path.read_text() == "before\n"
    assert others(path) == []


def test_a_folder_that_may_not_be_written_is_named_with_what_to_do(path, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module.tempfile, "mkstemp", refused)
    file = SettingsFile(path)
    with pytest.raises(ConfigError) as caught:
        file.write("after\n", digest=file.read().digest)
    assert caught.value.code == "settings-unwritable"
    assert "chown" in caught.value.message
    assert path.read_text() == "before\n"


def test_what_is_no_text_is_named(path):
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError) as caught:
        SettingsFile(path).read()
    assert caught.value.code == "config-unreadable"


def test_whether_it_can_be_written_is_known_before(path):
    assert SettingsFile(path).is_writable
    if os.geteuid() != 0:
        path.parent.chmod(0o500)
        assert not SettingsFile(path).is_writable
