"""The hub's id on disk."""

from __future__ import annotations

import re

import pytest

from hub.presence.identity import hub_id
from wire.errors import ConfigError


def test_it_is_made_once_and_stays(tmp_path):
    path = tmp_path / "var" / "hub-id"
    first = hub_id(path)
    assert re.fullmatch(r"[0-9a-f]{12}", first)
    assert hub_id(path) == first
    assert [entry.name for entry in path.parent.iterdir()] == ["hub-id"]


def test_two_hubs_differ(tmp_path):
    assert hub_id(tmp_path / "a") != hub_id(tmp_path / "b")


@pytest.mark.parametrize("kept", ["", "../../etc\n", "AB12AB12AB12", "ab12", "\xff"])
def test_a_file_that_holds_no_id_is_refused(tmp_path, kept):
    path = tmp_path / "hub-id"
    path.write_text(kept, "latin-1")
    with pytest.raises(ConfigError) as caught:
        hub_id(path)
    assert caught.value.code == "hub-id-invalid"


def test_a_folder_that_cannot_be_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as caught:
        hub_id(tmp_path / "file" / "hub-id")
    assert caught.value.code == "hub-id-unusable"
    assert str(tmp_path) in caught.value.message
