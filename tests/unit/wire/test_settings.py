"""Configuration files: what is wrong is named with its file, key and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from msgspec import Meta

from wire.connection import PeerSettings
from wire.errors import ConfigError
from wire.settings import convert, load


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    port: Annotated[int, Meta(ge=0, le=65535)] = 10700


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wire: Section = Section()


def test_a_missing_file_is_all_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml", File) == File()


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[wire]\nport = 1\n", "utf-8")
    assert load(tmp_path / "a.toml", File) == File(Section(1))


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        (b"[wire\n", "config-syntax", "line 1"),
        (b"[wire]\nport = 70000\n", "config-value", "<= 65535"),
        (b"[wire]\nport = 'x'\n", "config-value", "$.wire.port"),
        (b"[wire]\nports = 1\n", "config-value", "`ports`"),
        (b"\xff\xfe", "config-unreadable", "UTF-8"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: bytes, code: str, says: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(text)
    with pytest.raises(ConfigError) as refused:
        load(path, File)
    assert refused.value.code == code
    assert str(path) in refused.value.message
    assert says in refused.value.message
    assert "\n" not in str(refused.value)


def test_a_folder_in_place_of_a_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, File)
    assert refused.value.code == "config-unreadable"


def test_a_document_is_checked_like_a_file() -> None:
    with pytest.raises(ConfigError, match="request: "):
        convert({"wire": {"port": -1}}, File, "request")


def test_pings_must_be_faster_than_the_verdict_over_silence() -> None:
    with pytest.raises(ConfigError) as refused:
        PeerSettings(ping_seconds=5, silent_seconds=5)
    assert refused.value.code == "ping-too-slow"
    with pytest.raises(ConfigError):
        PeerSettings(ping_back=True, silent_seconds=2)
    PeerSettings(silent_seconds=0.1)
