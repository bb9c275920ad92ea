"""Tools to a GBNF grammar in which only calls of them, or plain text, can be said. Pure.

GBNF: llama.cpp, grammars/README.md. No white space is left to the model, and a long list of names is a tree of their
beginnings, so that few ways are open at a time: both are what makes a grammar cheap.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hub.llm.llama.errors import LlamaFailed
from hub.llm.messages import Tool
from hub.llm.written import CALL_BEGINS, CALL_ENDS

MAX_CALLS = 4  # in one answer
_MAX_DEPTH = 6
_BOUNDS = frozenset({"minimum", "maximum"})

# Plain text: no brackets, so that neither JSON nor a tag is ever spoken.
_TEXT = r"""text ::= [^<>{}[\]|\x00-\x20] [^<>{}[\]|\x00-\x09\x0B-\x1F]*"""
_SHARED = {
    "integer": '"-"? ("0" | [1-9] [0-9]{0,5})',
    "number": '"-"? ("0" | [1-9] [0-9]{0,5}) ("." [0-9]{1,2})?',
    "boolean": '"true" | "false"',
    "string": r'"\"" [^"\\\x00-\x1F]{0,200} "\""',
}


def gbnf(tools: Sequence[Tool], *, must_call: bool = False) -> str:
    """root: text, calls, or text and then calls. Raises LlamaFailed (llm-grammar) for a schema not known here."""
    try:
        return _grammar(tools, must_call=must_call)
    except (TypeError, AttributeError, ValueError, RecursionError) as error:
        raise LlamaFailed("llm-grammar", f"a tool's parameters are no schema ({type(error).__name__})") from error


def _grammar(tools: Sequence[Tool], *, must_call: bool) -> str:
    if not tools:
        return f"root ::= text\n{_TEXT}\n"
    rules = _Rules()
    names = [rules.add(f"call-{number}", _call(rules, tool)) for number, tool in enumerate(tools)]
    rules.add("call", f"{_quoted(CALL_BEGINS)} ({' | '.join(names)}) {_quoted(CALL_ENDS)}")
    rules.add("calls", f'call ("\\n" call){{0,{MAX_CALLS - 1}}}')
    rules.add("root", "calls" if must_call else 'calls | text ("\\n" calls)?')
    return f"{rules.text()}{_TEXT}\n"


def _call(rules: _Rules, tool: Tool) -> str:
    head = _quoted(f'{{"name": "{tool.function.name}", "arguments": ')
    return f"{head} {_value(rules, tool.function.parameters or {'type': 'object'}, 0)} {_quoted('}')}"


def _value(rules: _Rules, schema: Mapping[str, Any], depth: int) -> str:
    """The rule, or its body, for a value of ``schema``."""
    if depth > _MAX_DEPTH or not isinstance(schema, Mapping):
        raise LlamaFailed("llm-grammar", "a tool's parameters are nested too deeply, or no schema")
    if "enum" in schema:
        return rules.choice([json.dumps(value, ensure_ascii=False) for value in schema["enum"]])
    kind = schema.get("type")
    if kind == "object":
        return _object(rules, schema, depth)
    if kind == "integer" and not _BOUNDS.isdisjoint(schema):
        return rules.choice([str(n) for n in _range(schema)])
    if kind == "number" and not _BOUNDS.isdisjoint(schema):
        raise LlamaFailed("llm-grammar", "bounds are kept of integers, and not of other numbers")
    if kind in _SHARED:
        return rules.add(str(kind), _SHARED[str(kind)])
    raise LlamaFailed("llm-grammar", f"a tool has a parameter of type {kind!r:.40}, which is not known here")


def _range(schema: Mapping[str, Any]) -> range:
    low, high = schema.get("minimum"), schema.get("maximum")
    if not (isinstance(low, int) and isinstance(high, int) and 0 <= high - low <= 10_000):
        raise LlamaFailed(
            "llm-grammar", "an integer needs both of its bounds, as integers that are not too far apart, or none"
        )
    return range(low, high + 1)


def _object(rules: _Rules, schema: Mapping[str, Any], depth: int) -> str:
    """Required properties first, then any of the others in order, at least so many that ``minProperties`` is kept."""
    members = {
        key: f"{_quoted(json.dumps(key) + ': ')} {_value(rules, value, depth + 1)}"
        for key, value in schema.get("properties", {}).items()
    }
    required = [key for key in members if key in schema.get("required", ())]
    optional = [key for key in members if key not in required]
    fixed = f" {_quoted(', ')} ".join(members[key] for key in required)
    needed = schema.get("minProperties", 0) > len(required)
    if schema.get("minProperties", 0) > len(required) + 1:
        raise LlamaFailed("llm-grammar", "minProperties may be one more than the required properties, and not two")
    some = _some(rules, [members[key] for key in optional])
    if not some:
        return f"{_quoted('{')} {fixed} {_quoted('}')}"
    if not fixed:
        return f"{_quoted('{')} {some if needed else f'({some})?'} {_quoted('}')}"
    rest = f"{_quoted(', ')} {some}"
    return f"{_quoted('{')} {fixed} {rest if needed else f'({rest})?'} {_quoted('}')}"


def _some(rules: _Rules, members: Sequence[str]) -> str:
    """One or more of ``members``, in their order; empty for none."""
    after = ""
    for member in reversed(members):
        with_rest = f"{member} ({_quoted(', ')} {after})?" if after else member
        after = rules.name(f"{with_rest} | {after}" if after else with_rest)
    return after


class _Rules:
    """Rules by name; equal ones stand once."""

    def __init__(self) -> None:
        self._rules: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def add(self, name: str, body: str) -> str:
        self._rules[name] = body
        return name

    def name(self, body: str) -> str:
        """Of a rule with this body."""
        if body not in self._names:
            self._names[body] = self.add(f"r{len(self._names)}", body)
        return self._names[body]

    def choice(self, values: Iterable[str]) -> str:
        """One of these texts. Raises LlamaFailed for none."""
        distinct = sorted(set(values))
        if not distinct:
            raise LlamaFailed("llm-grammar", "a tool's parameter has an empty list of values")
        return self.name(self._tree(distinct, 0))

    def _tree(self, values: Sequence[str], at: int) -> str:
        """values: sorted, alike in their first ``at`` characters."""
        shared = at
        while all(len(value) > shared and value[shared] == values[0][shared] for value in values):
            shared += 1
        head = _quoted(values[0][at:shared]) if shared > at else ""
        if len(values) == 1:
            return head or '""'
        groups: dict[str, list[str]] = {}
        for value in values:
            groups.setdefault(value[shared : shared + 1], []).append(value)
        branches = [self._tree(group, shared) for group in groups.values()]
        return f"{head} ({' | '.join(branches)})".strip()

    def text(self) -> str:
        return "".join(f"{name} ::= {body}\n" for name, body in self._rules.items())


def _quoted(text: str) -> str:
    """As a GBNF literal."""
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'
