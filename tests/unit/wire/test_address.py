"""URIs of Wyoming peers."""

from __future__ import annotations

from pathlib import Path

import pytest

from wire.address import TcpAddress, UnixAddress, parse_uri
from wire.errors import ConfigError


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("tcp://127.0.0.1:10700", TcpAddress("127.0.0.1", 10700)),
        ("tcp://kitchen.local:0", TcpAddress("kitchen.local", 0)),
        ("tcp://[::1]:10700", TcpAddress("::1", 10700)),
        ("unix:///run/earshot/stt.sock", UnixAddress(Path("/run/earshot/stt.sock"))),
    ],
)
def test_both_forms_are_read_and_written_back(uri: str, address: TcpAddress | UnixAddress) -> None:
    assert parse_uri(uri) == address
    assert str(address) == uri


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "kitchen:10700",
        "tcp://kitchen",
        "tcp://:10700",
        "tcp://kitchen:70000",
        "tcp://kitchen:ten",
        "tcp://kitchen:10700/path",
        "tcp://me@kitchen:10700",
        "http://kitchen:80",
        "tcp://[::1:10700",
        "unix://relative/path",
        "unix:relative",
        "unix:///" + "a" * 107,
        "stdio://",
    ],
)
def test_anything_else_is_refused_by_name(uri: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_uri(uri)
    assert refused.value.code == "uri-invalid"
    assert repr(uri) in refused.value.message
    assert "tcp://host:port or unix:///path" in refused.value.message
