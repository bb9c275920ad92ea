"""Tools as GBNF: only real calls, or text without brackets. tests/llm/test_held.py has llama.cpp read the same."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from hub.llm.llama.errors import LlamaFailed
from hub.llm.llama.grammar import MAX_CALLS, gbnf
from hub.llm.messages import Function, Tool

LAMP = {"type": "object", "properties": {"name": {"type": "string", "enum": ["lamp", "lantern", "fan"]}}}


def tool(parameters: dict[str, Any], name: str = "turn_on") -> Tool:
    return Tool(Function(name, "Switch on.", parameters))


def of_one(schema: Any, **more: Any) -> Tool:
    """A tool with one parameter."""
    return tool({"type": "object", "properties": {"one": schema}, **more})


def rules(text: str) -> dict[str, str]:
    """Bodies by name; every rule stands once."""
    pairs = [line.split(" ::= ", 1) for line in text.splitlines()]
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


def test_without_tools_there_is_only_text():
    found = rules(gbnf([]))
    assert found["root"] == "text"
    assert set(found) == {"root", "text"}


def test_who_must_call_says_nothing_else():
    assert rules(gbnf([tool(LAMP)], must_call=True))["root"] == "calls"


def test_who_may_call_may_speak_before_it():
    assert rules(gbnf([tool(LAMP)]))["root"] == r'calls | text ("\n" calls)?'


def test_a_call_stands_between_the_signs_that_are_read():
    found = rules(gbnf([tool(LAMP)]))
    assert found["call"] == r'"<tool_call>\n" (call-0) "\n</tool_call>"'
    assert found["call-0"].startswith(r'"{\"name\": \"turn_on\", \"arguments\": "')


def test_calls_are_counted():
    """An answer ends."""
    assert rules(gbnf([tool(LAMP)]))["calls"] == rf'call ("\n" call){{0,{MAX_CALLS - 1}}}'


def test_every_tool_may_be_called():
    found = rules(gbnf([tool(LAMP, "turn_on"), tool(LAMP, "turn_off")]))
    assert "(call-0 | call-1)" in found["call"]
    assert "turn_off" in found["call-1"]


def test_a_list_of_names_is_a_tree_of_their_beginnings():
    assert r'"\"" ("fan\"" | "la" ("mp\"" | "ntern\""))' in rules(gbnf([tool(LAMP)])).values()


def test_equal_lists_stand_once():
    """Ten tools have the same names of devices."""
    text = gbnf([tool(LAMP, name) for name in ("turn_on", "turn_off", "get_state")])
    assert text.count("ntern") == 1


def test_the_order_of_names_does_not_matter():
    other = {"type": "object", "properties": {"name": {"enum": ["fan", "lantern", "lamp", "lamp"]}}}
    assert gbnf([tool(LAMP)]) == gbnf([tool(other)])


def test_a_name_that_begins_another_may_end_there():
    assert r'"1" ("" | "0")' in rules(gbnf([of_one({"enum": [1, 10]})])).values()


@pytest.mark.parametrize(
    ("name", "literal"),
    [
        ('the "big" lamp', r'"\"the \\\"big\\\" lamp\""'),
        ("C:\\lamp", r'"\"C:\\\\lamp\""'),
        ("lamp\nroot ::= text", r'"\"lamp\\nroot ::= text\""'),
        ("Büro 灯 🔦", '"\\"Büro 灯 🔦\\""'),
        ("tab\tbell\x07nul\0", r'"\"tab\\tbell\\u0007nul\\u0000\""'),
    ],
)
def test_names_are_literals_of_their_json(name: str, literal: str):
    text = gbnf([of_one({"enum": [name]})])
    assert literal in rules(text).values()


def test_every_number_within_the_bounds_can_be_said():
    """Digit for digit, as a tree."""
    found = rules(gbnf([of_one({"type": "integer", "minimum": 98, "maximum": 101})]))
    assert '("10" ("0" | "1") | "9" ("8" | "9"))' in found.values()


def test_properties_that_are_required_come_first_and_are_not_left_out():
    schema = {
        "type": "object",
        "properties": {"area": {"enum": ["hall"]}, "percent": {"type": "boolean"}},
        "required": ["percent"],
    }
    body = rules(gbnf([tool(schema)]))["call-0"]
    assert body.index("percent") < body.index("(", body.index("percent"))
    assert body.endswith(')? "}" "}"')


@pytest.mark.parametrize(("least", "asked"), [(0, "?"), (1, "")])
def test_at_least_one_where_one_is_wanted(least: int, asked: str):
    body = rules(gbnf([tool({**LAMP, "minProperties": least})]))["call-0"]
    assert ("?" in body) == (asked == "?")


@pytest.mark.parametrize("kind", ["integer", "number", "boolean", "string"])
def test_plain_kinds_are_known(kind: str):
    found = rules(gbnf([of_one({"type": kind}), of_one({"type": kind})]))
    assert kind in found


def test_a_tool_without_parameters_has_an_empty_object():
    assert rules(gbnf([tool({})]))["call-0"].replace('"{"  "}"', "EMPTY").endswith('EMPTY "}"')


def nested(depth: int) -> dict[str, Any]:
    return {"type": "object", "properties": {"in": nested(depth - 1)}} if depth else {"type": "boolean"}


def test_what_is_not_too_deep_is_known():
    assert "boolean" in rules(gbnf([tool(nested(6))]))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},
        {"type": "null"},
        {"type": None},
        {},
        {"anyOf": [{"type": "string"}]},
        {"enum": []},
        {"type": "integer", "minimum": 1, "maximum": 0},
        {"type": "integer", "minimum": 0, "maximum": 1_000_000},
        {"type": "integer", "minimum": 0.5, "maximum": 3},
        {"type": "integer", "minimum": "0", "maximum": "9"},
        nested(6),
        5,
        None,
        "string",
        [],
    ],
    ids=repr,
)
def test_schemas_that_are_not_known_are_refused(schema: Any):
    with pytest.raises(LlamaFailed) as failed:
        gbnf([of_one(schema)])
    assert failed.value.code == "llm-grammar"


def test_a_long_kind_is_told_in_short():
    with pytest.raises(LlamaFailed) as failed:
        gbnf([of_one({"type": "x" * 10_000})])
    assert len(failed.value.message) < 200


@pytest.mark.parametrize(
    "parameters",
    [
        {"type": "object", "properties": {"one": {"type": ["string", "null"]}}},
        {"type": "object", "properties": ["one"]},
        {"type": "object", "properties": None},
        {"type": "object", "properties": {"one": {"enum": 5}}},
        {"type": "object", "properties": {"one": {"type": "string"}}, "required": 5},
        {"type": "object", "properties": {"one": {"type": "string"}}, "minProperties": "1"},
    ],
    ids=repr,
)
def test_garbage_for_a_schema_is_refused(parameters: dict[str, Any]):
    with pytest.raises(LlamaFailed):
        gbnf([tool(parameters)])


def test_names_that_all_begin_each_other_are_known_or_refused():
    with suppress(LlamaFailed):
        assert gbnf([of_one({"enum": ["a" * length for length in range(1, 3000)]})])
