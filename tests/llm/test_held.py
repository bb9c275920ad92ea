"""What a grammar made from tools holds a model to: real calls with real names, or text that can be spoken."""

from __future__ import annotations

import pytest

pytest.importorskip("llama_cpp")

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from hub.llm.llama.chat import Chat, Usage
from hub.llm.llama.errors import LlamaFailed
from hub.llm.llama.grammar import gbnf
from hub.llm.llama.library import Llama, Sizes
from hub.llm.llama.requests import Allowed, AllowedTool, Named, Request
from hub.llm.llama.template import Marks, Template
from hub.llm.messages import Function, Message, Tool, ToolCall
from hub.llm.tools import tools_of
from hub.stages import Entity
from tests.fakes_house import FakeHouse

MESSAGES = [Message("system", "You are a house."), Message("user", "Do something.")]
UNSPOKEN = set("<>{}[]|")
PLAIN = ["lamp", "lantern", "fan", "bed light", "bed"]
NASTY = [
    'the "big" lamp',
    "C:\\lamp\\",
    "\\",
    '"',
    "",
    " ",
    "a\nb\tc\r",
    "nul\0bell\x07del\x7f",
    "Büro",
    "Bürö",
    "灯",
    "灯泡",
    "🔦",
    "👩‍👩‍👧",
    "café",
    "cafe\u0301",
    "</tool_call>",
    "<tool_call>",
    '", "arguments": {}}',
    "]|[^x]*",
    "root ::= text",
    "<|im_end|>",
    "line\u2028end",
    "null",
    "0",
]
MANY = [f"lamp {number} in room {number % 40}" for number in range(1000)]
PERCENT = {"type": "integer", "minimum": -20, "maximum": 101}


def house(names: Sequence[str]) -> list[Tool]:
    """As hub.llm.tools makes them, but with names as they are."""
    about = {"name": {"type": "string", "enum": list(names)}, "area": {"type": "string", "enum": ["hall", "Küche"]}}
    dim = {"type": "object", "properties": {"percent": PERCENT, **about}, "required": ["percent"], "minProperties": 2}
    mixed = {
        "flag": {"type": "boolean"},
        "count": {"type": "integer"},
        "level": {"type": "number"},
        "note": {"type": "string"},
        "one": {"enum": [1, "1", None, True, 2.5]},
        "in": {"type": "object", "properties": {"name": about["name"]}, "required": ["name"]},
    }
    return [
        Tool(Function("turn_on", "", {"type": "object", "properties": about, "minProperties": 1})),
        Tool(Function("dim", "", dim)),
        Tool(Function("mixed", "", {"type": "object", "properties": mixed, "required": ["in", "flag"]})),
        Tool(Function("stop", "", {})),
    ]


def real_house() -> list[Tool]:
    """Of entities whose names somebody else chose."""
    domains = ["light", "switch", "cover", "lock", "climate", "fan", "scene", "sensor"]
    names = [name for name in NASTY if name.strip(' <>{}[]|\\`"')]
    return tools_of(
        FakeHouse(
            [
                Entity(f"{domain}.x{number}", domain, name, area=["hall", "K[ü]che", None][number % 3])
                for number, name in enumerate(names)
                for domain in domains
            ]
        )
    )


HOUSES = {"plain": house(PLAIN), "nasty": house(NASTY), "many": house(MANY), "real": real_house()}


@pytest.fixture(params=["rambler", "stories"])
def chat(request: pytest.FixtureRequest) -> Iterator[Chat]:
    path: Path = request.getfixturevalue(request.param)
    with closing(Llama(path, Sizes(32_768, 1))) as llama:
        yield Chat(llama, Template("{{ messages[0].content }}<tool_call> tools", Marks("", "")), None)


def answered(chat: Chat, tools: Sequence[Tool], seed: int, **fields: Any) -> tuple[str, list[ToolCall], Usage]:
    request = Request(MESSAGES, list(tools), temperature=2.0, top_k=200, seed=seed, **{"max_tokens": 1200, **fields})
    *told, usage = chat.answer(request, lambda _read, _all: None)
    assert isinstance(usage, Usage)
    text = "".join(one for one in told if isinstance(one, str))
    return text, [one for one in told if isinstance(one, ToolCall)], usage


def fits(schema: dict[str, Any], value: Any) -> bool:
    """By JSON schema's own words, of the part that hub.llm.llama.grammar knows."""
    if "enum" in schema:
        return any(type(one) is type(value) and one == value for one in schema["enum"])
    match schema.get("type", "object"):
        case "object":
            known = schema.get("properties", {})
            return (
                isinstance(value, dict)
                and value.keys() <= known.keys()
                and set(schema.get("required", ())) <= value.keys()
                and len(value) >= schema.get("minProperties", 0)
                and all(fits(known[key], one) for key, one in value.items())
            )
        case "integer":
            bounds = schema.get("minimum", -1e6), schema.get("maximum", 1e6)
            return type(value) is int and bounds[0] <= value <= bounds[1]
        case "number":
            return type(value) in {int, float} and abs(value) < 1e6
        case kind:
            return type(value) is {"boolean": bool, "string": str}[kind]


def real(call: ToolCall, tools: Sequence[Tool]) -> bool:
    (schema,) = [tool.function.parameters for tool in tools if tool.function.name == call.function.name]
    if "\ufffd" in call.function.arguments:  # test_what_is_no_letter_may_not_be_said
        return True
    return fits(schema, json.loads(call.function.arguments))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (PERCENT, 102),
        (PERCENT, True),
        ({"enum": ["a"]}, "b"),
        ({"enum": [1]}, True),
        ({"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}, {}),
        ({"type": "object", "properties": {"a": {"type": "boolean"}}}, {"b": True}),
        ({"type": "object", "properties": {"a": {"type": "boolean"}}, "minProperties": 1}, {}),
    ],
)
def test_what_does_not_fit_is_seen_here(schema: dict[str, Any], value: object) -> None:
    assert not fits(schema, value)


@pytest.mark.parametrize("name", HOUSES)
def test_who_must_call_says_real_calls_and_nothing_else(chat: Chat, name: str) -> None:
    """Whatever the model would like to say."""
    tools, called = HOUSES[name], []
    for seed in range(6):
        text, calls, usage = answered(chat, tools, seed, tool_choice="required")
        assert text.strip() == ""
        assert usage.completion < 1200  # it was not cut off
        assert 1 <= len(calls) <= 4
        assert [call for call in calls if not real(call, tools)] == []
        called += [call.function.name for call in calls]
    assert len(set(called)) >= 2


@pytest.mark.parametrize("name", HOUSES)
def test_only_those_that_are_allowed_are_called(chat: Chat, name: str) -> None:
    for seed, tool in enumerate(HOUSES[name][:8]):
        choice = Allowed([AllowedTool(Named(tool.function.name))], mode="required")
        _, calls, _ = answered(chat, HOUSES[name], seed, tool_choice=choice)
        assert {call.function.name for call in calls} == {tool.function.name}
        assert [call for call in calls if not real(call, [tool])] == []


@pytest.mark.parametrize("choice", ["auto", "none"])
@pytest.mark.parametrize("name", ["plain", "nasty"])
def test_text_can_be_spoken(chat: Chat, name: str, choice: str) -> None:
    """No brackets of JSON, of tags or of templates, and no other signs that are not for ears."""
    spoken = ""
    for seed in range(8):
        text, calls, usage = answered(chat, HOUSES[name], seed, tool_choice=choice, max_tokens=80)
        assert not UNSPOKEN & set(text)
        assert all(character >= " " or character == "\n" for character in text)
        assert all(real(call, HOUSES[name]) for call in calls)
        assert choice == "auto" or not calls
        assert text or calls or usage.completion == 80
        spoken += text
    assert len(spoken) > 300


def holds(llama: Llama, tools: Sequence[Tool], text: str | bytes) -> bool:
    """The whole of ``text`` may be said, byte by byte, and then the end."""
    data = text.encode() if isinstance(text, str) else text
    (end,) = llama.tokenize("<|im_end|>")
    tokens = {llama.piece(token): token for token in range(256)}
    with closing(llama.grammar(gbnf(tools))) as grammar:
        for token in [tokens[bytes([byte])] for byte in data]:
            if not grammar.allowed([token])[0]:
                return False
            grammar.accept(token)
        return bool(grammar.allowed([end])[0])


def called(name: str, arguments: Any) -> str:
    body = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    return f"<tool_call>\n{body}\n</tool_call>"


@pytest.fixture(scope="module")
def reader(rambler: Path) -> Iterator[Llama]:
    with closing(Llama(rambler, Sizes(256, 1))) as llama:
        yield llama


@pytest.mark.parametrize(
    "text",
    [
        "The lamp is on.",
        "Two\nlines, 20 °C; ok? (yes) 'so' — äöü 灯",
        "x",
        called("turn_on", {"name": "lamp"}),
        called("turn_on", {"name": "lantern", "area": "Küche"}),
        called("turn_on", {"area": "hall"}),
        called("turn_on", {"name": "bed"}),
        called("turn_on", {"name": "bed light"}),
        called("dim", {"percent": -20, "name": "fan"}),
        called("dim", {"percent": 101, "area": "hall"}),
        called("dim", {"percent": 0, "name": "fan", "area": "hall"}),
        called("mixed", {"flag": False, "in": {"name": "lamp"}, "note": "so ist's"}),
        called("mixed", {"flag": True, "in": {"name": "lamp"}, "count": -999_999, "level": 0.25, "one": None}),
        called("stop", {}),
        "\n".join([called("stop", {})] * 4),
        "Let me see.\n" + called("stop", {}),
    ],
)
def test_what_is_right_may_be_said(reader: Llama, text: str) -> None:
    assert holds(reader, HOUSES["plain"], text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " x",
        "\n",
        "a {b}",
        "see [1]",
        "a | b",
        "<b>",
        "bell\x07",
        called("turn_on", {"name": "lam"}),
        called("turn_on", {"name": "lampe"}),
        called("turn_on", {"name": "Lamp"}),
        called("turn_on", {}),
        called("turn_on", {"area": "hall", "name": "lamp"}),
        called("turn_on", {"name": "lamp", "name2": "x"}),
        called("turn_off", {"name": "lamp"}),
        called("dim", {"percent": 102, "name": "fan"}),
        called("dim", {"percent": -21, "name": "fan"}),
        called("dim", {"percent": 5.5, "name": "fan"}),
        called("dim", {"percent": "5", "name": "fan"}),
        called("dim", {"percent": 5}),
        called("dim", {"name": "fan"}),
        called("mixed", {"flag": True, "in": {}}),
        called("mixed", {"flag": 1, "in": {"name": "lamp"}}),
        called("mixed", {"flag": True, "in": {"name": "lamp"}, "count": 1_000_000}),
        called("mixed", {"flag": True, "in": {"name": "lamp"}, "note": "x" * 201}),
        called("stop", {"name": "lamp"}),
        called("stop", None),
        called("stop", {}) + "\n",
        called("stop", {}) + "\nDone.",
        called("stop", {}).replace(": {", ":{"),
        "\n".join([called("stop", {})] * 5),
        "Let me see." + called("stop", {}),
    ],
)
def test_what_is_wrong_may_not(reader: Llama, text: str) -> None:
    assert not holds(reader, HOUSES["plain"], text)


def test_every_name_may_be_said_and_none_that_is_like_it(reader: Llama) -> None:
    for names in (NASTY, MANY[::7]):
        tools = house(names)
        for name in names:
            assert holds(reader, tools, called("turn_on", {"name": name})), name
            assert not holds(reader, tools, called("turn_on", {"name": f"{name}x"})), name


def test_more_properties_than_it_can_count_are_refused() -> None:
    kinds = {key: {"type": "boolean"} for key in "abc"}
    tools = [Tool(Function("f", "", {"type": "object", "properties": kinds, "minProperties": 2}))]
    with pytest.raises(LlamaFailed, match="llm-grammar"):
        gbnf(tools)


@pytest.mark.parametrize("schema", [{"type": "integer", "minimum": 0}, {"type": "number", "minimum": 0, "maximum": 9}])
def test_bounds_are_kept_or_refused(reader: Llama, schema: dict[str, Any]) -> None:
    tools = [Tool(Function("f", "", {"type": "object", "properties": {"a": schema}}))]
    with suppress(LlamaFailed):
        assert not holds(reader, tools, called("f", {"a": -5}))
