"""What the language model's server takes for a request, and what it refuses before anything is computed."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest

from hub.llm.llama.errors import LlamaFailed
from hub.llm.llama.requests import read

HELLO = {"role": "user", "content": "hello"}


def tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}


def body(**fields: Any) -> bytes:
    return json.dumps({"messages": [HELLO], **fields}).encode()


def names(raw: bytes) -> list[str]:
    return [one.function.name for one in read(raw).callable]


def test_a_request_has_an_answer_of_bounded_length_and_no_chance():
    request = read(body())
    assert [message.content for message in request.messages] == ["hello"]
    assert (request.max_tokens, request.temperature, request.stream) == (256, 0.0, False)
    assert (request.callable, request.must_call) == ([], False)


def test_what_other_servers_know_is_let_pass():
    assert read(body(model="gpt", frequency_penalty=1, user="me", stream=True, n=None)).stream


def test_a_whole_conversation_is_taken():
    called = {"id": "1", "type": "function", "function": {"name": "turn_on", "arguments": '{"name": "lamp"}'}}
    request = read(
        body(
            messages=[
                {"role": "system", "content": "You are a house."},
                HELLO,
                {"role": "assistant", "content": None, "tool_calls": [called]},
                {"role": "tool", "content": "done", "tool_call_id": "1"},
            ]
        )
    )
    assert request.messages[2].tool_calls[0].function.arguments == '{"name": "lamp"}'
    assert request.messages[3].role == "tool"


@pytest.mark.parametrize(
    ("choice", "callable_", "must_call"),
    [
        ("auto", ["on", "off"], False),
        ("required", ["on", "off"], True),
        ("none", [], False),
        ({"type": "allowed_tools", "tools": [tool("off")]}, ["off"], False),
        ({"type": "allowed_tools", "mode": "required", "tools": [tool("off")]}, ["off"], True),
        ({"type": "allowed_tools", "mode": "required", "tools": [tool("explode")]}, [], False),
        ({"type": "allowed_tools", "mode": "required", "tools": []}, [], False),
    ],
)
def test_which_tools_may_be_called(choice: Any, callable_: list[str], *, must_call: bool):
    """One that is asked for and is not among the tools is none, and then nobody must call."""
    raw = body(tools=[tool("on"), tool("off")], tool_choice=choice)
    assert names(raw) == callable_
    assert read(raw).must_call == must_call


def test_nobody_must_call_without_tools():
    assert not read(body(tool_choice="required")).must_call


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [HELLO] * 200},
        {"tools": [tool("f")] * 64},
        {"max_tokens": 0},
        {"max_tokens": 32_768},
        {"temperature": 0},
        {"temperature": 5},
        {"top_k": 1},
        {"top_k": 1000},
        {"messages": [{"role": "user", "content": "x" * 400_000}]},
        {"tools": [tool("a" * 64)]},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_what_is_just_within_the_bounds_is_taken(fields: dict[str, Any]):
    read(body(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": []},
        {"messages": [HELLO] * 201},
        {"messages": "hello"},
        {"messages": None},
        {"messages": [{"role": "developer", "content": "x"}]},
        {"messages": [{"content": "x"}]},
        {"messages": [{"role": "user", "content": 5}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
        {"messages": [{"role": "user", "content": "x" * 400_001}]},
        {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]}]},
        {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}] * 17}]},
        {"tools": [tool("f")] * 65},
        {"tools": [tool("")]},
        {"tools": [tool("a" * 65)]},
        {"tools": [tool("two words")]},
        {"tools": [tool('f"')]},
        {"tools": [{"type": "retrieval", "function": {"name": "f"}}]},
        {"tools": [{"function": {"name": "f", "description": "x" * 4001}}]},
        {"tools": [{"function": {"name": "f", "parameters": []}}]},
        {"tool_choice": "always"},
        {"tool_choice": {"type": "function", "function": {"name": "f"}}},
        {"tool_choice": {"type": "allowed_tools"}},
        {"tool_choice": {"type": "allowed_tools", "tools": [5]}},
        {"max_tokens": -1},
        {"max_tokens": 32_769},
        {"max_tokens": 1.5},
        {"max_tokens": "9"},
        {"temperature": -0.1},
        {"temperature": 5.1},
        {"temperature": float("nan")},
        {"top_k": 0},
        {"top_k": 1001},
        {"seed": "x"},
        {"stream": 1},
        {"stream_options": []},
    ],
    ids=lambda fields: repr(fields)[:60],
)
def test_what_is_out_of_bounds_is_refused(fields: dict[str, Any]):
    with pytest.raises(LlamaFailed) as failed:
        read(body(**fields))
    assert failed.value.code == "llm-request-invalid"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"messages"',
        b"{",
        b"hello",
        b"\xff\xfe",
        b"\0" * 100,
        body()[:-1],
        body() + b"}",
        b"[" * 100_000,
        b'{"messages": ' + b"[" * 100_000,
        b'{"x": ' + b"[" * 100_000,
        b'{"messages": [{"role": "user", "content": "\\ud800"}]}',
    ],
    ids=lambda raw: repr(raw)[:40],
)
def test_garbage_is_refused(raw: bytes):
    with pytest.raises(LlamaFailed) as failed:
        read(raw)
    assert failed.value.code == "llm-request-invalid"


def test_text_that_is_no_utf_8_is_refused():
    with pytest.raises(LlamaFailed):
        read(b'{"messages": [{"role": "user", "content": "\xff"}]}')


@pytest.mark.parametrize("function", [5, "off", None, {"name": ["off"]}], ids=repr)
def test_allowed_tools_that_are_no_tools_are_refused_or_none(function: Any):
    choice = {"type": "allowed_tools", "tools": [{"type": "function", "function": function}]}
    with suppress(LlamaFailed):
        assert names(body(tools=[tool("off")], tool_choice=choice)) == []


def test_a_name_with_a_newline_is_refused():
    with pytest.raises(LlamaFailed):
        read(body(tools=[tool("off\n")]))


def test_a_seed_that_cannot_be_drawn_from_is_refused():
    """-1 is what llama.cpp's own server calls any seed."""
    with pytest.raises(LlamaFailed):
        read(body(seed=-1))


@pytest.mark.parametrize(
    ("roles", "more", "kept"),
    [
        (["system", "user"], {}, 1),
        (["user"], {}, 0),
        (["system", "user", "assistant", "user"], {"kept_messages": 3}, 3),
        (["system", "user"], {"kept_messages": 0}, 0),
    ],
)
def test_what_is_kept_is_never_a_question(roles: list[str], more: dict[str, int], kept: int):
    messages = [{"role": role, "content": "x"} for role in roles]
    assert len(read(json.dumps({"messages": messages, **more}).encode()).kept) == kept
