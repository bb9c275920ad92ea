"""Listening: one handler a peer, bad peers lose only their own link, and nothing of us stays behind."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import stat
from collections.abc import Awaitable
from pathlib import Path

import pytest
from wyoming.event import Event

from tests.wire.peers import ANY_PORT, bare_client, echo, serving
from wire.connection import Connection, PeerSettings, connect
from wire.errors import ConfigError, PeerClosed, PeerTimeout
from wire.frame import encode
from wire.server import serve

HELLO = Event("hello", {"x": 1})


async def refusal(block: Awaitable[None]) -> ConfigError:
    with pytest.raises(ConfigError) as refused:
        await block
    return refused.value


async def listen(uri: str) -> None:
    async with serve(uri, echo, PeerSettings()):
        pass


async def test_port_0_becomes_the_port_that_was_bound() -> None:
    async with serving(echo) as uri, await connect(uri, PeerSettings()) as connection:
        assert not uri.endswith(":0")
        await connection.send(HELLO)
        assert await connection.receive(5) == HELLO


async def test_ipv6_is_served_too() -> None:
    async with serve("tcp://[::1]:0", echo, PeerSettings()) as uri, await connect(uri, PeerSettings()) as connection:
        await connection.send(HELLO)
        assert await connection.receive(5) == HELLO


HOSTILE = {
    "garbage line": b"GET / HTTP/1.1\r\n\r\n",
    "70 KiB line": b"x" * 70 * 1024 + b"\n",
    "list instead of object": b"[]\n",
    "missing type": b'{"data":{}}\n',
    "100 GB declared": b'{"type":"x","data_length":100000000000}\n',
    "100 GB payload declared": b'{"type":"x","payload_length":100000000000}\n' + b"x" * 100_000,
    "negative length": b'{"type":"x","payload_length":-5}\n',
    "nested 100,000 deep": b'{"type":"x","data_length":200007}\n{"a":' + b"[" * 100_001 + b"]" * 100_001 + b"}",
}


@pytest.mark.parametrize("bytes_", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_peer_is_told_why_and_loses_only_its_own_link(
    bytes_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with serving(echo) as uri, await connect(uri, PeerSettings()) as good, bare_client(uri) as bad:
        await bad.send(bytes_)
        told = await bad.receive()
        assert told.type == "error"
        assert told.data["code"] in {"frame-malformed", "frame-too-large"}
        with pytest.raises(PeerClosed):
            await bad.receive()
        await good.send(HELLO)
        assert await good.receive(5) == HELLO
    lines = [record.getMessage() for record in caplog.records if record.name == "wire.server"]
    assert any(told.data["code"] in line for line in lines)
    assert all(record.levelno <= logging.INFO and len(record.getMessage()) < 300 for record in caplog.records)


async def test_half_a_frame_then_close_loses_only_that_link() -> None:
    async with serving(echo) as uri, await connect(uri, PeerSettings()) as good:
        async with bare_client(uri) as bad:
            await bad.send(encode(HELLO)[:-1])
        await good.send(HELLO)
        assert await good.receive(5) == HELLO


async def test_a_stalled_peer_is_closed_and_holds_up_nobody() -> None:
    settings = PeerSettings(silent_seconds=0.2)
    async with serving(echo, settings) as uri, await connect(uri, PeerSettings()) as good, bare_client(uri) as bad:
        await bad.send(encode(HELLO)[:-1])
        await good.send(HELLO)
        assert await good.receive(5) == HELLO
        assert await bad.reader.read() == b""


async def test_the_handler_learns_why_its_peer_is_gone() -> None:
    ends: list[BaseException] = []

    async def handler(connection: Connection) -> None:
        try:
            await connection.receive()
        except PeerClosed as error:
            ends.append(error)
            raise

    async with serving(handler) as uri:
        async with await connect(uri, PeerSettings()):
            pass
        while not ends:
            await asyncio.sleep(0.01)


async def test_a_connection_closes_when_its_handler_returns() -> None:
    async def one_answer(connection: Connection) -> None:
        await connection.send(await connection.receive())

    async with serving(one_answer) as uri, await connect(uri, PeerSettings()) as connection:
        await connection.send(HELLO)
        assert await connection.receive(5) == HELLO
        with pytest.raises(PeerClosed):
            await connection.receive(5)


async def test_one_peer_too_many_is_told_so_and_a_place_that_gets_free_is_given_again() -> None:
    async with serving(echo, max_peers=2) as uri, await connect(uri, PeerSettings()) as first:
        assert await echoed(first) == HELLO
        async with await connect(uri, PeerSettings()) as second:
            assert await echoed(second) == HELLO
            async with await connect(uri, PeerSettings()) as third:
                told = await third.receive(5)
                assert (told.type, told.data["code"]) == ("error", "too-many-peers")
                with pytest.raises(PeerClosed):
                    await third.receive(5)
        while await first_word(uri) != HELLO:
            await asyncio.sleep(0.01)


async def echoed(connection: Connection) -> Event:
    await connection.send(HELLO)
    return await connection.receive(5)


async def first_word(uri: str) -> Event | None:
    with contextlib.suppress(PeerClosed):
        async with await connect(uri, PeerSettings()) as connection:
            return await echoed(connection)
    return None


async def test_leaving_cancels_and_awaits_the_handlers() -> None:
    begun: list[str] = []
    ended: list[str] = []

    async def handler(connection: Connection) -> None:
        begun.append(connection.name)
        try:
            await connection.receive()
        finally:
            await asyncio.sleep(0)
            ended.append(connection.name)

    async with contextlib.AsyncExitStack() as clients:
        async with serving(handler) as uri:
            for _ in range(3):
                await clients.enter_async_context(bare_client(uri))
            while len(begun) < 3:
                await asyncio.sleep(0.01)
            assert ended == []
        assert sorted(ended) == sorted(begun)


async def test_nobody_is_served_after_leaving() -> None:
    async with serving(echo) as uri:
        pass
    with pytest.raises(OSError, match="Connect call failed"):
        async with bare_client(uri):
            pass


async def test_a_bug_in_a_handler_is_not_hidden() -> None:
    async def bug(_: Connection) -> None:
        raise ZeroDivisionError

    async def block() -> None:
        async with serving(bug) as uri, bare_client(uri):
            await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup) as group:
        await block()
    assert group.group_contains(ZeroDivisionError)


# addresses


async def test_a_port_in_use_says_which_and_what_to_do() -> None:
    async with serving(echo) as uri:
        refused = await refusal(listen(uri))
        assert refused.code == "port-in-use"
        assert f"port {uri.rpartition(':')[2]} is in use" in refused.message
        assert "stop it or set another" in refused.message


@pytest.mark.parametrize("uri", ["tcp://192.0.2.77:0", "tcp://127.0.0.1:x", "unix:///proc/x.sock"])
async def test_an_address_that_is_not_ours_is_a_matter_of_configuration(uri: str) -> None:
    assert (await refusal(listen(uri))).code in {"listen-failed", "uri-invalid"}


# Unix sockets


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_unix_socket_is_for_our_user_alone_and_goes_with_us(home: Path) -> None:
    path = home / "run" / "stt.sock"
    async with serve(f"unix://{path}", echo, PeerSettings()) as uri:
        assert mode(path) == 0o600
        assert mode(path.parent) == 0o700
        async with await connect(uri, PeerSettings()) as connection:
            await connection.send(HELLO)
            assert await connection.receive(5) == HELLO
    assert not path.exists()


async def test_a_socket_left_by_a_dead_program_is_replaced(home: Path) -> None:
    path = home / "x.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
        dead.listen()
    assert path.exists()
    async with serve(f"unix://{path}", echo, PeerSettings()) as uri, await connect(uri, PeerSettings()):
        pass


async def test_a_socket_on_which_somebody_listens_is_left_alone(home: Path) -> None:
    async with serve(f"unix://{home}/x.sock", echo, PeerSettings()) as uri:
        refused = await refusal(listen(uri))
        assert refused.code == "port-in-use"
        assert f"{home}/x.sock" in refused.message
        async with await connect(uri, PeerSettings()) as connection:
            await connection.send(HELLO)
            assert await connection.receive(5) == HELLO


async def test_a_listener_too_busy_to_accept_counts_as_alive(home: Path) -> None:
    path = home / "x.sock"
    with socket.socket(socket.AF_UNIX) as busy, socket.socket(socket.AF_UNIX) as caller:
        busy.bind(str(path))
        busy.listen(0)
        caller.connect(str(path))
        assert (await refusal(listen(f"unix://{path}"))).code == "port-in-use"


async def test_a_file_that_is_no_socket_is_not_removed(home: Path) -> None:
    path = home / "notes.txt"
    path.write_text("keep me", "utf-8")
    assert (await refusal(listen(f"unix://{path}"))).code == "listen-failed"
    assert path.read_text("utf-8") == "keep me"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
async def test_a_folder_that_may_not_be_written_is_a_matter_of_configuration(home: Path) -> None:
    folder = home / "closed"
    folder.mkdir(mode=0o500)
    os.seteuid(65534)
    try:
        refused = await refusal(listen(f"unix://{folder}/x.sock"))
    finally:
        os.seteuid(0)
    assert refused.code == "listen-failed"


async def test_the_settings_of_the_server_hold_for_its_peers() -> None:
    async with (
        serve(ANY_PORT, echo, PeerSettings(ping_seconds=0.1, silent_seconds=0.3)) as uri,
        bare_client(uri) as peer,
    ):
        assert (await peer.receive()).type == "ping"
        assert await peer.reader.read() == b""


async def test_a_timeout_of_a_peer_ends_only_that_peer(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def impatient(connection: Connection) -> None:
        await connection.receive(0.05)

    async with serving(impatient) as uri, await connect(uri, PeerSettings()) as connection:
        with pytest.raises(PeerClosed):
            await connection.receive(5)
    assert PeerTimeout.__name__ not in caplog.text
    assert "peer-timeout" in caplog.text


@pytest.mark.parametrize("turns", [0, 1, 3, 4, 5, 6, 7])  # after 2, asyncio 3.11 itself forgets the socket until gc
async def test_a_caller_in_the_very_moment_of_leaving_is_not_left_hanging(turns: int) -> None:
    with socket.socket() as caller:
        async with serving(echo) as uri:
            caller.connect(("127.0.0.1", int(uri.rpartition(":")[2])))
            for _ in range(turns):
                await asyncio.sleep(0)
        caller.setblocking(False)
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.get_running_loop().sock_recv(caller, 1) == b""
