"""A secret is one line of a file that only its owner can read; what is wrong is said, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.secret_file import SecretUnusable, read_secret


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "key"


def keep(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        (b"hunter2", "hunter2"),
        (b"hunter2\n", "hunter2"),
        (b"hunter2\r\n", "hunter2"),
        (b"hunter2\n\n", "hunter2"),
        (b" with spaces \n", " with spaces "),
        ("Schlüssel\n".encode(), "Schlüssel"),
        (b"k" * 4000 + b"\n", "k" * 4000),
    ],
)
def test_the_one_line_is_the_secret(path: Path, content: bytes, secret: str):
    assert read_secret(keep(path, content)) == secret


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_what_its_owner_alone_can_read_is_read(path: Path, mode: int):
    assert read_secret(keep(path, b"hunter2", mode)) == "hunter2"


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o620, 0o602, 0o610, 0o601, 0o644])
def test_what_others_can_open_is_refused_with_what_to_do(path: Path, mode: int):
    with pytest.raises(SecretUnusable, match=f"chmod 600 {path}"):
        read_secret(keep(path, b"hunter2", mode))


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n\n", b"one\ntwo", b"one\ntwo\n", b"\none"])
def test_anything_but_one_line_is_refused(path: Path, content: bytes):
    with pytest.raises(SecretUnusable, match="one line"):
        read_secret(keep(path, content))


@pytest.mark.parametrize("content", [b"\xff\xfe", b"caf\xe9"])
def test_what_is_no_text_is_refused(path: Path, content: bytes):
    with pytest.raises(SecretUnusable, match="not UTF-8 text"):
        read_secret(keep(path, content))


def test_a_file_that_is_not_there_is_told(path: Path):
    with pytest.raises(SecretUnusable, match=rf"{path}: No such file or directory"):
        read_secret(path)


def test_a_folder_is_no_secret(tmp_path: Path):
    with pytest.raises(SecretUnusable, match="Is a directory"):
        read_secret(tmp_path)


@pytest.mark.parametrize("content", [b"hunter2\nsecond", b"hunter2\xff"])
def test_what_is_told_has_nothing_of_the_secret(path: Path, content: bytes):
    with pytest.raises(SecretUnusable) as refused:
        read_secret(keep(path, content))
    assert "hunter2" not in str(refused.value)


def test_what_is_too_long_is_refused_and_not_cut(path: Path):
    with pytest.raises(SecretUnusable):
        read_secret(keep(path, b"k" * 5000))
