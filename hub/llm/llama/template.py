"""Messages to a prompt: the model's own chat template, in a sandbox, or a plain one where it knows no tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jinja2
import msgspec
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.llm.llama.errors import LlamaFailed
from hub.llm.messages import LISTED, Message, Tool
from hub.llm.written import CALL_BEGINS, CALL_ENDS

_LONG_ENUM = 12  # values; a longer list is not told to the model, only the grammar has it
_KNOWS_TOOLS = "<tool_call>"  # of the form in which calls are written here (Qwen, SmolLM3, Hermes, Granite 4)
_OTHER_FORM = "<function="  # Qwen3.5 writes calls as tags
_CHATML = """{%- for message in messages -%}
<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}<|im_start|>assistant
{% endif -%}"""
_TOOLS_TOLD = """

You can call these functions:
{tools}

To call one, answer with nothing but
{begins}{{"name": NAME, "arguments": {{...}}}}{ends}"""
_ANY, _OTHER = "a", "b"  # two questions: what their prompts have in common is the part that stays


@dataclass(frozen=True, slots=True)
class Marks:
    """The texts of the model's own tokens that begin and end everything."""

    begin: str
    end: str


class Template:
    """source: from the model file; None: it has none. Raises LlamaFailed (llm-model-invalid) for one that is broken."""

    def __init__(self, source: str | None, marks: Marks) -> None:
        self._marks = marks
        text = source or ""
        self._knows_tools = _KNOWS_TOOLS in text and "tools" in text and _OTHER_FORM not in text
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
        environment.filters["tojson"] = _to_json
        environment.globals["raise_exception"] = _refuse
        environment.globals["strftime_now"] = lambda form: datetime.now().astimezone().strftime(form)
        try:
            self._template = environment.from_string(source or _CHATML)
        except (jinja2.TemplateError, RecursionError) as error:
            raise LlamaFailed("llm-model-invalid", f"the model's chat template is broken ({error})") from error

    def prompt(self, messages: Sequence[Message], tools: Sequence[Tool]) -> str:
        """Up to where the model goes on. Raises LlamaFailed (llm-request-invalid)."""
        try:
            return self._rendered(messages, tools)
        except Exception as error:  # a template is a program of whoever made the model, and fails as it likes
            raise LlamaFailed("llm-request-invalid", f"the model's chat template fails: {error!s:.200}") from error

    def _rendered(self, messages: Sequence[Message], tools: Sequence[Tool]) -> str:
        plain = [_plain(message) for message in messages]
        if not self._knows_tools:
            plain = [_untooled(message) for message in plain]
            plain = _told(plain, tools) if tools else plain
        shown = [_shown(tool) for tool in tools] if tools and self._knows_tools else None
        return self._template.render(
            messages=plain,
            tools=shown,
            xml_tools=shown,  # SmolLM3's name for them
            add_generation_prompt=True,
            enable_thinking=False,
            bos_token=self._marks.begin,
            eos_token=self._marks.end,
        )

    def begins(self, messages: Sequence[Message], tools: Sequence[Tool]) -> str:
        """What every prompt that begins with ``messages`` has in common, whatever is asked then."""
        if not messages:
            return ""
        one, other = (self.prompt([*messages, Message("user", text)], tools) for text in (_ANY, _OTHER))
        for index, (left, right) in enumerate(zip(one, other, strict=False)):
            if left != right:
                return one[:index]
        return one


def _plain(message: Message) -> dict[str, Any]:
    """As templates expect it: every text there, arguments as objects."""
    plain: dict[str, Any] = {"role": message.role, "content": message.content or ""}
    if message.tool_calls:
        plain["tool_calls"] = [
            {
                "type": "function",
                "function": {"name": call.function.name, "arguments": _arguments(call.function.arguments)},
            }
            for call in message.tool_calls
        ]
    return plain


def _arguments(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise LlamaFailed("llm-request-invalid", "a tool call's arguments are no JSON") from error


def _untooled(message: dict[str, Any]) -> dict[str, Any]:
    """For a template that knows no calls and no results."""
    if message["role"] == "tool":
        return {"role": "user", "content": f"Result: {message['content']}"}
    calls = [f"{CALL_BEGINS}{_to_json(call['function'])}{CALL_ENDS}" for call in message.get("tool_calls", ())]
    return {"role": message["role"], "content": "\n".join([*filter(None, [message["content"]]), *calls])}


def _told(messages: list[dict[str, Any]], tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """The tools in the system message, before the rest of it would be better, but its first words say who it is."""
    told = _TOOLS_TOLD.format(
        tools="\n".join(_to_json(_shown(tool)) for tool in tools), begins=CALL_BEGINS, ends=CALL_ENDS
    )
    if messages[0]["role"] == "system":
        head, *rest = messages
        return [{**head, "content": head["content"] + told}, *rest]
    return [{"role": "system", "content": told.strip()}, *messages]


def _shown(tool: Tool) -> dict[str, Any]:
    parameters: dict[str, Any] = {"type": "object"}  # how many of them there must be, the grammar knows
    parameters["properties"] = {
        key: _shortened(value) for key, value in tool.function.parameters.get("properties", {}).items()
    }
    function = {"name": tool.function.name, "description": tool.function.description, "parameters": parameters}
    return {"type": "function", "function": function}


def _shortened(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    is_short = len(schema.get("enum", ())) <= _LONG_ENUM and not schema.get(LISTED)
    return {key: value for key, value in schema.items() if key != LISTED and (is_short or key != "enum")}


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> None:
    raise LlamaFailed("llm-request-invalid", message)
