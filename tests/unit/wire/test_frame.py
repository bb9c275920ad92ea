"""Frames: what is read and written byte for byte, and that nothing else is ever taken for a frame."""

from __future__ import annotations

import asyncio
import itertools
import tracemalloc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.event import Event
from wyoming.version import __version__ as wyoming_version

from wire.errors import FrameMalformed, FrameTooLarge, PeerClosed, PeerError
from wire.frame import Limits, encode, read_event

LIMITS = Limits()


def reader_of(*chunks: bytes, eof: bool = True, limit: int = LIMITS.line_bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=limit)
    for chunk in chunks:
        reader.feed_data(chunk)
    if eof:
        reader.feed_eof()
    return reader


async def read(*chunks: bytes, limits: Limits = LIMITS) -> Event:
    return await read_event(reader_of(*chunks, limit=limits.line_bytes), limits)


# written and read


def test_an_event_is_written_as_header_data_payload() -> None:
    event = Event("audio-chunk", {"rate": 16000, "name": "Küche"}, b"\x01\x02\n")
    assert encode(event) == (
        f'{{"type":"audio-chunk","version":"{wyoming_version}","data_length":30,"payload_length":3}}\n'.encode()
        + '{"rate":16000,"name":"Küche"}'.encode()
        + b"\x01\x02\n"
    )


def test_empty_parts_are_not_written() -> None:
    assert encode(Event("audio-stop", {}, b"")) == f'{{"type":"audio-stop","version":"{wyoming_version}"}}\n'.encode()


@pytest.mark.parametrize(
    ("frame", "event"),
    [
        (b'{"type":"describe"}\n', Event("describe")),
        (b'{"type": "describe", "version": "1.2"}\r\n', Event("describe")),
        (b'{"type":"detect","data":{"names":["a"]}}\n', Event("detect", {"names": ["a"]})),
        (b'{"type":"detect","data_length":15}\n{"names":["a"]}', Event("detect", {"names": ["a"]})),
        (b'{"type":"x","data":{"a":1,"b":1},"data_length":7}\n{"b":2}', Event("x", {"a": 1, "b": 2})),
        (b'{"type":"x","data":null,"data_length":null,"payload_length":null}\n', Event("x")),
        (b'{"type":"x","data":{},"data_length":0,"payload_length":0}\n', Event("x")),
        (b'{"type":"x","data_length":4}\nnull', Event("x")),
        (b'{"type":"x","payload_length":3,"new":{"field":[1]}}\n\n\xff\x00', Event("x", {}, b"\n\xff\x00")),
        (b'{"type":"","data":{"text":"\\u00e4\xc3\xa4"}}\n', Event("", {"text": "ää"})),
    ],
)
async def test_both_wire_forms_are_read(frame: bytes, event: Event) -> None:
    assert await read(frame) == event


async def test_frames_follow_each_other_without_a_gap() -> None:
    events = [Event("a", {"x": 1}, b"12"), Event("b"), Event("c", {}, b"\n\n")]
    reader = reader_of(b"".join(map(encode, events)))
    assert [await read_event(reader, LIMITS) for _ in events] == events
    with pytest.raises(PeerClosed) as closed:
        await read_event(reader, LIMITS)
    assert closed.value.code == "peer-closed"


# lengths


@pytest.mark.parametrize("reader_limit", [16, 199, 200, 201, 65_536])
async def test_the_line_limit_is_exact_whatever_the_reader_buffers(reader_limit: int) -> None:
    limits = Limits(line_bytes=200)
    longest = b'{"type":"x","pad":"' + b"y" * 179 + b'"}'
    assert len(longest) == 200
    reader = reader_of(longest + b"\n" + longest + b"z\n", limit=reader_limit)
    assert await read_event(reader, limits) == Event("x")
    with pytest.raises(FrameTooLarge) as refused:
        await read_event(reader, limits)
    assert refused.value.code == "frame-too-large"


async def test_an_endless_line_is_refused_before_it_ends() -> None:
    with pytest.raises(FrameTooLarge):
        await read_event(reader_of(b"x" * 70 * 1024, eof=False), LIMITS)


@pytest.mark.parametrize("field", ["data_length", "payload_length"])
async def test_a_length_is_refused_before_anything_is_read(field: str) -> None:
    """100 GB declared: nothing of it is waited for, read or reserved."""
    line = f'{{"type":"x","{field}":{100 * 10**9}}}\n'.encode()
    reader = reader_of(line, b"y" * 1000, eof=False)
    tracemalloc.start()
    try:
        with pytest.raises(FrameTooLarge, match=f"{field} is above the limit"):
            await read_event(reader, LIMITS)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert await reader.readexactly(1000) == b"y" * 1000


async def test_a_payload_that_is_too_long_is_refused_before_the_data_is_read() -> None:
    reader = reader_of(b'{"type":"x","data_length":2,"payload_length":4194305}\n{}', eof=False)
    with pytest.raises(FrameTooLarge):
        await read_event(reader, LIMITS)
    assert await reader.readexactly(2) == b"{}"


async def test_lengths_at_the_limit_are_read() -> None:
    limits = Limits(data_bytes=7, payload_bytes=5)
    event = Event("x", {"a": 1}, b"12345")
    assert await read(encode(event), limits=limits) == event
    with pytest.raises(FrameTooLarge):
        await read(encode(event), limits=Limits(data_bytes=6, payload_bytes=5))
    with pytest.raises(FrameTooLarge):
        await read(encode(event), limits=Limits(data_bytes=7, payload_bytes=4))


# no frames


NO_FRAMES = {
    "garbage": b"GET / HTTP/1.1\r\n",
    "empty line": b"\n",
    "list instead of object": b"[]\n",
    "a word": b"null\n",
    "missing type": b'{"data":{}}\n',
    "type is a number": b'{"type":1}\n',
    "type is null": b'{"type":null}\n',
    "data is a list": b'{"type":"x","data":[1]}\n',
    "negative length": b'{"type":"x","data_length":-1}\n',
    "negative payload": b'{"type":"x","payload_length":-1}\n',
    "length is true": b'{"type":"x","payload_length":true}\nx',
    "length is a float": b'{"type":"x","payload_length":1.0}\nx',
    "length is text": b'{"type":"x","data_length":"2"}\n{}',
    "two objects in a line": b'{"type":"x"} {"type":"x"}\n',
    "bad UTF-8 in the type": b'{"type":"\xff"}\n',
    "bad UTF-8 in the data": b'{"type":"x","data_length":9}\n{"a":"\xff"}',
    "half a surrogate pair": b'{"type":"x","data":{"a":"\\ud800"}}\n',
    "not a number": b'{"type":"x","data":{"a":NaN}}\n',
    "data block is a list": b'{"type":"x","data_length":2}\n[]',
    "data block is garbage": b'{"type":"x","data_length":2}\n}{',
    "number of 5000 digits": b'{"type":"x","data":{"a":' + b"9" * 5000 + b"}}\n",
    "nested header": b'{"type":"x","data":{"a":' + b"[" * 60_000 + b"\n",
    "nested unknown field": b'{"type":"x","a":' + b"[" * 30_000 + b"]" * 30_000 + b"}\n",
    "valid JSON nested 100,000 deep": b'{"type":"x","data_length":200007}\n{"a":'
    + b"[" * 100_001
    + b"]" * 100_001
    + b"}",
    "half a line": b'{"type":"x"',
    "half the data": b'{"type":"x","data_length":4}\n{}',
    "half the payload": b'{"type":"x","payload_length":4}\n12',
    "no payload": b'{"type":"x","payload_length":4}\n',
}


@pytest.mark.parametrize("frame", NO_FRAMES.values(), ids=NO_FRAMES)
async def test_anything_else_is_malformed(frame: bytes) -> None:
    with pytest.raises(FrameMalformed) as malformed:
        await read(frame)
    assert malformed.value.code == "frame-malformed"
    assert len(str(malformed.value)) < 200, "a peer's text does not get into our messages"


# properties


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
events = st.builds(
    Event,
    type=st.text(),
    data=st.dictionaries(st.text(), json_values, max_size=5),
    payload=st.none() | st.binary(min_size=1, max_size=300),
)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[begin:end] for begin, end in itertools.pairwise(places)]


@given(st.lists(events, min_size=1, max_size=4), st.lists(st.integers(0, 10_000), max_size=8))
async def test_every_event_comes_back_however_the_network_cuts_it(sent: list[Event], cuts: list[int]) -> None:
    reader = asyncio.StreamReader(limit=LIMITS.line_bytes)

    async def feed() -> None:
        for piece in pieces(b"".join(map(encode, sent)), cuts):
            reader.feed_data(piece)
            await asyncio.sleep(0)
        reader.feed_eof()

    async with asyncio.TaskGroup() as group:
        group.create_task(feed())
        received = [await read_event(reader, LIMITS) for _ in sent]
    assert received == sent
    assert reader.at_eof()


@given(
    st.binary(max_size=300)
    | st.builds(
        lambda header, rest: header + b"\n" + rest,
        st.dictionaries(st.sampled_from(["type", "data", "data_length", "payload_length", "x"]), json_values).map(
            msgspec.json.encode
        ),
        st.binary(max_size=50),
    )
)
async def test_any_bytes_are_an_event_or_the_peers_error(data: bytes) -> None:
    reader = reader_of(data)
    limits = Limits(line_bytes=200, data_bytes=20, payload_bytes=20)
    try:
        while True:
            event = await read_event(reader, limits)
            assert isinstance(event.type, str)
            assert isinstance(event.data, dict)
    except PeerError as error:
        assert isinstance(error, FrameMalformed | FrameTooLarge | PeerClosed)  # noqa: PT017
