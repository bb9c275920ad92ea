"""A connection: what it gives, how it ends, and that every end is told to everybody who uses it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

import pytest
from wyoming.audio import AudioChunk, AudioStart
from wyoming.event import Event
from wyoming.info import Describe
from wyoming.ping import Ping, Pong

from tests.wire.peers import BarePeer, echo, linked, serving
from wire.connection import Connection, PeerSettings, connect
from wire.errors import ConfigError, FrameMalformed, FrameTooLarge, PeerClosed, PeerError, PeerRefused, PeerTimeout
from wire.frame import Limits, encode
from wire.server import serve

CLOCK = "jumping"

A, B = Event("a", {"x": 1}, b"payload"), Event("b")
CHUNK = AudioChunk(16000, 2, 1, bytes(2048)).event()


def now() -> float:
    return asyncio.get_running_loop().time()


E = TypeVar("E", bound=Exception)


async def fails(work: Awaitable[object], kind: type[E]) -> E:
    with pytest.raises(kind) as failure:
        await work
    return failure.value


# the normal way


async def test_events_go_both_ways_in_order() -> None:
    async with linked() as (connection, peer):
        await connection.send(A)
        assert connection.offer(B)
        assert [await peer.receive(), await peer.receive()] == [A, B]
        await peer.send(encode(A) + encode(B))
        assert [await connection.receive(), await connection.receive()] == [A, B]
        assert connection.name == "peer"


async def test_leaving_writes_what_is_queued_and_then_closes() -> None:
    async with linked() as (connection, peer):
        for _ in range(100):
            await connection.send(CHUNK)
        async with asyncio.TaskGroup() as group:
            received = group.create_task(_count_until_closed(peer))
            await connection.__aexit__(None, None, None)
        assert received.result() == 100
        await fails(connection.send(A), PeerClosed)


async def _count_until_closed(peer: BarePeer) -> int:
    count = 0
    while True:
        try:
            await peer.receive()
        except PeerClosed:
            return count
        count += 1


async def test_last_words_arrive_though_the_peer_is_still_talking() -> None:
    """Closing over unread input would reset the link, and with it what we wrote last (a transcript, for one)."""

    async def answers_at_once(connection: Connection) -> None:
        await connection.receive()
        await connection.send(Event("transcript", {"text": "hello"}))

    async with serving(answers_at_once) as uri, await connect(uri, PeerSettings()) as connection:
        for _ in range(200):
            await connection.send(CHUNK)
        assert (await connection.receive(5)).type == "transcript"
        await fails(connection.receive(5), PeerClosed)


async def test_drain_waits_until_the_kernel_has_everything() -> None:
    async with linked() as (connection, peer):
        for _ in range(20):
            await connection.send(CHUNK)
        await connection.drain()
        assert connection._writer.transport.get_write_buffer_size() == 0
        assert [(await peer.receive()).type for _ in range(20)] == ["audio-chunk"] * 20


async def test_unix_sockets_carry_events_too(home: Path) -> None:
    async with (
        serve(f"unix://{home}/x.sock", echo, PeerSettings()) as uri,
        await connect(uri, PeerSettings()) as connection,
    ):
        await connection.send(A)
        assert await connection.receive(5) == A
        assert connection.name == uri


async def test_the_socket_is_set_for_small_frames_and_dead_hosts() -> None:
    async with linked() as (connection, _):
        sock: socket.socket = connection._writer.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10


# how it ends


async def test_an_end_of_the_peers_is_told_after_its_last_event_and_then_always() -> None:
    async with linked() as (connection, peer):
        await peer.send(A)
        peer.close()
        assert await connection.receive() == A
        for _ in range(2):
            assert (await fails(connection.receive(), PeerClosed)).code == "peer-closed"
        await fails(connection.send(A), PeerClosed)
        await fails(connection.drain(), PeerClosed)
        with pytest.raises(PeerClosed):
            connection.offer(CHUNK)


async def test_a_reset_is_an_end_too() -> None:
    async with linked() as (connection, peer):
        sock = peer.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.writer.transport.abort()
        error = await fails(connection.receive(), PeerClosed)
        assert "reset" in error.message


async def test_tcps_own_timeout_is_a_peer_that_went_silent() -> None:
    async with linked() as (connection, _):
        connection._ear.set_exception(TimeoutError(110, "Connection timed out"))
        await fails(connection.receive(), PeerTimeout)


async def test_abort_ends_the_link_at_once() -> None:
    async with linked() as (connection, peer):
        await connection.send(A)
        connection.abort()
        assert "this side" in (await fails(connection.receive(), PeerClosed)).message
        with pytest.raises((PeerClosed, ConnectionResetError)):
            await peer.receive()


async def test_nothing_in_time_leaves_the_link_as_it_is() -> None:
    async with linked() as (connection, peer):
        error = await fails(connection.receive(3), PeerTimeout)
        assert error.code == "peer-timeout"
        assert now() == pytest.approx(3)
        await peer.send(A)
        assert await connection.receive(3) == A


@pytest.mark.parametrize(
    ("bytes_", "kind", "code"),
    [
        (b"GET / HTTP/1.1\r\n", FrameMalformed, "frame-malformed"),
        (b"x" * 70 * 1024, FrameTooLarge, "frame-too-large"),
        (b'{"type":"x","payload_length":100000000000}\n', FrameTooLarge, "frame-too-large"),
    ],
)
async def test_a_peer_that_breaks_the_protocol_is_told_why(bytes_: bytes, kind: type[PeerError], code: str) -> None:
    async with linked() as (connection, peer):
        await peer.send(bytes_)
        error = await fails(connection.receive(), kind)
        assert error.code == code
        told = await peer.receive()
        assert told.type == "error"
        assert told.data["code"] == code
        assert told.data["text"] == error.message


async def test_half_a_frame_and_then_the_end_is_malformed() -> None:
    async with linked() as (connection, peer):
        await peer.send(encode(A)[:-3])
        peer.close()
        await fails(connection.receive(), FrameMalformed)


async def test_half_a_frame_and_then_silence_is_a_timeout() -> None:
    async with linked(PeerSettings(silent_seconds=5)) as (connection, peer):
        await peer.send(encode(A)[:-3])
        await fails(connection.receive(), PeerTimeout)
        assert now() == pytest.approx(5)


async def test_a_slow_frame_is_read_as_long_as_something_of_it_arrives() -> None:
    async with linked(PeerSettings(silent_seconds=5)) as (connection, peer):
        for byte in encode(B):
            await peer.send(bytes([byte]))
            await asyncio.sleep(4)
        assert await connection.receive() == B


async def test_an_error_in_the_block_comes_out_as_it_is_and_closes() -> None:
    with pytest.raises(KeyError):
        await _raises_in_the_block()


async def _raises_in_the_block() -> None:
    async with linked() as (connection, _):
        await connection.send(A)
        raise KeyError


async def test_cancelling_the_owner_closes_at_once_without_waiting_for_the_peer() -> None:
    async with linked() as (connection, peer):
        fill(connection)
        task = asyncio.create_task(connection.__aexit__(None, None, None))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert now() < 1
        del peer


def fill(connection: Connection, events: int = 512) -> None:
    """Queue more than the kernel's buffers take, so that writing stalls."""
    big = AudioChunk(16000, 2, 1, bytes(65_536)).event()
    for _ in range(events):
        connection.offer(big)


# pings


async def test_pings_are_answered_with_their_text_though_nobody_receives() -> None:
    async with linked() as (_, peer):
        for text in ("one", None):
            await peer.send(Ping(text).event())
            assert await peer.receive() == Pong(text).event()


async def test_a_ping_with_a_strange_text_is_answered_without_it() -> None:
    async with linked() as (_, peer):
        await peer.send(Event("ping", {"text": [[[1]]]}))
        assert Pong.from_event(await peer.receive()).text is None


async def test_pings_and_pongs_are_not_given_to_the_receiver() -> None:
    async with linked() as (connection, peer):
        await peer.send(encode(Ping("x").event()) + encode(Pong("x").event()) + encode(A))
        assert await connection.receive() == A


async def test_we_ping_so_long_after_each_pong() -> None:
    async with linked(PeerSettings(ping_seconds=2, silent_seconds=5)) as (_, peer):
        for seconds in (2, 4.5, 7):
            assert Ping.is_type((await peer.receive()).type)
            assert now() == pytest.approx(seconds)
            await asyncio.sleep(0.5)
            await peer.send(Pong().event())


async def test_a_peer_that_stops_answering_is_gone_after_silent_seconds() -> None:
    async with linked(PeerSettings(ping_seconds=2, silent_seconds=5)) as (connection, peer):
        await peer.receive()
        await peer.send(Pong().event())
        pinged = now()
        error = await fails(connection.receive(), PeerTimeout)
        assert error.code == "peer-timeout"
        assert now() - pinged == pytest.approx(5)
        with pytest.raises((PeerClosed, ConnectionResetError)):
            await _receive_for_ever(peer)


async def _receive_for_ever(peer: BarePeer) -> None:
    while True:
        await peer.receive()


async def test_a_peer_that_never_said_a_word_is_gone_too() -> None:
    async with linked(PeerSettings(ping_seconds=2, silent_seconds=5)) as (connection, _):
        await fails(connection.receive(), PeerTimeout)
        assert now() == pytest.approx(5)


async def test_a_peer_that_knows_no_pings_is_kept() -> None:
    async with linked(PeerSettings(ping_seconds=2, silent_seconds=5)) as (connection, peer):
        await peer.send(Describe().event())
        await connection.receive()
        await asyncio.sleep(600)
        await peer.send(A)
        assert await connection.receive() == A


async def test_anything_heard_is_a_sign_of_life() -> None:
    async with linked(PeerSettings(ping_seconds=2, silent_seconds=5)) as (connection, peer):
        await peer.receive()
        await peer.send(Pong().event())
        for _ in range(10):
            await asyncio.sleep(4)
            await peer.send(A)
            assert await connection.receive() == A
        assert connection.peer_seen_seconds_ago < 1
        await asyncio.sleep(3)
        assert connection.peer_seen_seconds_ago == pytest.approx(3)


async def test_a_satellite_pings_only_once_it_was_pinged() -> None:
    async with linked(PeerSettings(ping_back=True)) as (connection, peer):
        await asyncio.sleep(60)
        await peer.send(Ping("first").event())
        pinged = now()
        assert Pong.is_type((await peer.receive()).type)
        assert Ping.is_type((await peer.receive()).type)
        assert now() - pinged == pytest.approx(2)
        await fails(connection.receive(), PeerTimeout)
        assert now() - pinged == pytest.approx(5)


async def test_who_neither_pings_nor_pings_back_never_pings() -> None:
    async with linked() as (_, peer):
        await peer.send(Ping().event())
        assert Pong.is_type((await peer.receive()).type)
        await fails(asyncio.wait_for(peer.receive(), 60), TimeoutError)


# a consumer that is busy


async def test_a_busy_consumer_does_not_make_the_peer_dead() -> None:
    """Nobody receives: reading stops, so nothing is heard, and still it is not the peer that hangs."""
    settings = PeerSettings(queue_events=4, ping_seconds=2, silent_seconds=5)
    async with linked(settings) as (connection, peer):
        await peer.send(encode(Pong().event()) + encode(A) * 10)
        await asyncio.sleep(600)
        assert connection.peer_seen_seconds_ago == 0
        assert [await connection.receive() for _ in range(10)] == [A] * 10


async def test_reading_stops_when_the_queue_is_full() -> None:
    """The peer is held back by TCP; nothing is lost, and we hold no more than the queue."""
    async with linked(PeerSettings(queue_events=4)) as (connection, peer):
        sent = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                while True:
                    await peer.send(CHUNK)
                    sent += 1
        assert sent > 4
        assert len(connection._inbox._events) == 4
        assert [await connection.receive() for _ in range(sent)] == [CHUNK] * sent


# a peer that takes nothing


async def test_a_peer_that_takes_nothing_is_gone_after_write_seconds() -> None:
    async with linked(PeerSettings(write_seconds=3)) as (connection, _):
        fill(connection)
        error = await fails(connection.drain(), PeerTimeout)
        assert error.code == "peer-timeout"
        assert "took nothing for 3 s" in error.message
        assert now() == pytest.approx(3)
        await fails(connection.receive(), PeerTimeout)


async def test_sending_into_a_full_queue_waits_at_most_write_seconds() -> None:
    async with linked(PeerSettings(write_seconds=3, queue_events=4)) as (connection, _):
        await fails(_send_for_ever(connection), PeerTimeout)
        assert now() == pytest.approx(3)
        await fails(connection.receive(), PeerTimeout)


async def _send_for_ever(connection: Connection) -> None:
    while True:
        await connection.send(CHUNK)


async def test_sending_waits_for_a_slow_peer_that_takes_something() -> None:
    """A big frame may need longer than write_seconds as long as it moves."""
    big = Event("x", {}, bytes(1 << 22))
    limits = Limits(payload_bytes=1 << 22)
    async with linked(PeerSettings(limits=limits, write_seconds=3)) as (connection, peer):
        for _ in range(2):
            await connection.send(big)
        taken = 0
        while taken < 2 * (1 << 22):
            taken += len(await peer.reader.read(1 << 18))
            await asyncio.sleep(1)
        await connection.drain()
        assert now() > 6


async def test_a_full_queue_of_frames_that_move_too_slowly_ends_the_link_as_well() -> None:
    big = Event("x", {}, bytes(1 << 20))
    async with linked(PeerSettings(write_seconds=3, queue_events=1)) as (connection, peer):
        for _ in range(2):
            await connection.send(big)

        async def take_a_little() -> None:
            while await peer.reader.read(4096):
                await asyncio.sleep(1)

        async with asyncio.TaskGroup() as group:
            taking = group.create_task(take_a_little())
            await fails(_send_for_ever(connection), PeerTimeout)
            taking.cancel()


async def test_live_audio_drops_its_oldest_and_never_waits() -> None:
    async with linked(PeerSettings(queue_events=8, write_seconds=5)) as (connection, peer):
        events = [AudioChunk(16000, 2, 1, bytes(65_536), timestamp=number).event() for number in range(200)]
        results = [connection.offer(event) for event in events]
        assert results[:8] == [True] * 8
        assert connection.dropped_events == results.count(False) == 192
        received = [(await peer.receive()).data["timestamp"] for _ in range(8)]
        assert received == list(range(192, 200))


async def test_live_audio_gives_way_to_itself_and_not_to_what_was_sent() -> None:
    async with linked(PeerSettings(queue_events=4)) as (connection, peer):
        start = AudioStart(16000, 2, 1).event()
        await connection.send(start)
        for number in range(10):
            connection.offer(AudioChunk(16000, 2, 1, b"12", timestamp=number).event())
        assert (await peer.receive()).type == "audio-start"
        assert [(await peer.receive()).data["timestamp"] for _ in range(3)] == [7, 8, 9]


async def test_a_pong_overtakes_a_long_reply() -> None:
    """Else a satellite that plays slowly would think us dead in the middle of our own reply."""
    async with linked() as (connection, peer):
        for _ in range(500):
            await connection.send(CHUNK)
        await peer.send(Ping("now").event())
        types = []
        while "pong" not in types:
            types.append((await peer.receive()).type)
        assert len(types) < 500


async def test_a_flood_of_pings_does_not_keep_the_loop() -> None:
    async with linked() as (_, peer):
        peer.writer.write(encode(Ping().event()) * 5000)
        turns = 0
        while not peer.reader.at_eof() and turns < 100:
            await asyncio.sleep(0)
            turns += 1
        assert turns == 100
        assert Pong.is_type((await peer.receive()).type)


# connecting


async def test_nobody_there_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    error = await fails(connect(f"tcp://127.0.0.1:{port}", PeerSettings()), PeerRefused)
    assert error.code == "peer-refused"
    assert str(port) in error.message


async def test_no_socket_file_is_refused(home: Path) -> None:
    assert (await fails(connect(f"unix://{home}/none.sock", PeerSettings()), PeerRefused)).code == "peer-refused"


async def test_a_host_that_does_not_answer_is_a_timeout() -> None:
    """A listener whose queue of callers is full drops what else comes, like a host that is off."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        callers = [socket.socket() for _ in range(4)]
        try:
            for caller in callers:
                caller.setblocking(False)
                caller.connect_ex(server.getsockname())
            uri = f"tcp://127.0.0.1:{server.getsockname()[1]}"
            error = await fails(connect(uri, PeerSettings(connect_seconds=4)), PeerTimeout)
            assert error.code == "peer-timeout"
            assert now() == pytest.approx(4)
        finally:
            for caller in callers:
                caller.close()


async def test_a_wrong_uri_is_a_matter_of_configuration() -> None:
    with pytest.raises(ConfigError) as refused:
        await connect("kitchen", PeerSettings())
    assert refused.value.code == "uri-invalid"
