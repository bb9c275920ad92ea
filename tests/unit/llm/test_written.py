"""Text is passed on as it comes, calls once they are whole; nothing of a call is ever text."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import Any

import pytest

from hub.llm.messages import ToolCall
from hub.llm.written import CALL_BEGINS, CALL_ENDS, Written

Part = str | tuple[str, Any]


def parts(*fed: bytes) -> list[Part]:
    """Text as it is; a call as its name and arguments."""
    written = Written()
    told = [part for piece in fed for part in written.feed(piece)]
    return [_part(part) for part in [*told, *written.end()]]


def _part(part: str | ToolCall) -> Part:
    return part if isinstance(part, str) else (part.function.name, json.loads(part.function.arguments))


def call(tool: str, **arguments: Any) -> str:
    return CALL_BEGINS + json.dumps({"name": tool, "arguments": arguments}) + CALL_ENDS


def in_pieces(text: str, size: int) -> list[bytes]:
    data = text.encode()
    return [data[at : at + size] for at in range(0, len(data), size)]


def text_of(told: list[Part]) -> str:
    return "".join(part for part in told if isinstance(part, str))


def in_order(told: list[Part]) -> list[Part]:
    """With text that stands together joined."""
    runs = groupby(told, key=lambda part: isinstance(part, str))
    return [part for is_text, run in runs for part in (["".join(map(str, run))] if is_text else run)]


def test_text_is_passed_on_at_once():
    written = Written()
    assert list(written.feed(b"It is")) == ["It is"]
    assert list(written.feed(b" late")) == [" late"]
    assert list(written.end()) == []


def test_a_call_is_given_once_it_is_whole():
    written = Written()
    assert list(written.feed(b'<tool_call>\n{"name": "turn_on", "argu')) == []
    assert list(written.feed(b'ments": {"name": "Bed Lamp"}}\n</tool')) == []
    (found,) = written.feed(b"_call>")
    assert isinstance(found, ToolCall)
    assert (found.function.name, json.loads(found.function.arguments)) == ("turn_on", {"name": "Bed Lamp"})
    assert list(written.end()) == []


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 1000])
def test_text_and_calls_come_apart_however_they_come(size: int):
    text = "Grüße, 灯! " + call("turn_on", area="Küche") + "\n" + call("get_state", name="x") + "Und 1 < 2."
    told = parts(*in_pieces(text, size))
    found = [part.strip() if isinstance(part, str) else part for part in in_order(told)]
    assert [part for part in found if part] == [
        "Grüße, 灯!",
        ("turn_on", {"area": "Küche"}),
        ("get_state", {"name": "x"}),
        "Und 1 < 2.",
    ]


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_the_order_of_text_and_calls_stays(size: int):
    told = parts(*in_pieces("one" + call("a") + "two" + call("b"), size))
    assert in_order(told) == ["one", ("a", {}), "two", ("b", {})]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_letter_of_several_bytes_is_never_torn(size: int):
    assert text_of(parts(*in_pieces("Straße 灯 🙂", size))) == "Straße 灯 🙂"


def test_bytes_that_are_no_text_are_marked_and_stop_nothing():
    assert text_of(parts(b"ab\xff", b"cd")) == "ab\ufffdcd"
    assert text_of(parts(b"ab", b"\xe7\x81")) == "ab\ufffd"


@pytest.mark.parametrize("text", ["1 < 2", "<b>bold</b>", "a <tool", "<<tool_cal", "<tool_box>"])
@pytest.mark.parametrize("size", [1, 1000])
def test_what_only_looks_like_a_call_is_text(text: str, size: int):
    assert text_of(parts(*in_pieces(text, size))) == text


def test_what_may_become_a_call_is_held_back_and_no_more():
    written = Written()
    assert list(written.feed(b"Well <tool")) == ["Well "]
    assert list(written.feed(b"box>")) == ["<toolbox>"]


def test_a_space_before_what_may_begin_a_call_stays():
    assert text_of(parts(b"one", b" <", b" two")) == "one < two"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "garbage",
        "null",
        "[]",
        '{"name": "turn_on"}',
        '{"arguments": {}}',
        '{"name": 5, "arguments": {}}',
        '{"name": "turn_on", "arguments": "on"}',
        '{"name": "turn_on", "arguments": []}',
        '{"name": "turn_on", "arguments": {}',
        '{"name": "turn_on", "arguments": {"name": ' + "[" * 100_000,
    ],
    ids=lambda body: body[:40],
)
def test_what_is_no_call_between_the_marks_is_dropped(body: str):
    assert parts(f"Well. <tool_call>{body}</tool_call> So.".encode()) == ["Well. ", " So."]


def test_a_call_that_is_cut_off_is_not_spoken():
    assert parts(b'Well. <tool_call>\n{"name": "turn_on", "argu') == ["Well. "]
    assert parts(b"\n <tool_call>") == []


def test_space_around_calls_is_no_text():
    assert parts(f" \n{call('a')}\n\n{call('b')}".encode()) == [("a", {}), ("b", {})]


def test_each_call_has_its_own_id():
    written = Written()
    found = list(written.feed((call("a") + call("a")).encode()))
    ids = {part.id for part in found if isinstance(part, ToolCall)}
    assert len(ids) == 2
    assert all(re.fullmatch(r"call_[0-9a-f]{16}", one) for one in ids)


def test_arguments_come_as_json_whatever_is_in_them():
    arguments = {"name": 'a "b" \\ ü', "brightness": 5, "deep": [{"x": None}]}
    assert parts(call("turn_on", **arguments).encode()) == [("turn_on", arguments)]


def test_the_sign_of_an_end_within_a_name_ends_nothing():
    body = '{"name": "turn_on", "arguments": {"name": "</tool_call> lamp"}}'
    written = Written()
    told = [part for piece in f"<tool_call>\n{body}\n</tool_call>" for part in written.feed(piece.encode())]
    assert [part.function.arguments for part in told if isinstance(part, ToolCall)] == ['{"name":"</tool_call> lamp"}']
    assert [*written.end()] == []
