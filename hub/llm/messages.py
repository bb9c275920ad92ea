"""What a chat consists of, as OpenAI's API has it; shared by the client and our own server."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(max_length=400_000)]


LISTED = "x-listed"  # of a list of values in a schema: they stand elsewhere in the prompt


class Function(msgspec.Struct):
    """parameters: a JSON schema; hub.llm.llama.grammar says what of it our server keeps to."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
    description: Annotated[str, Meta(max_length=4000)] = ""
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)


class Tool(msgspec.Struct):
    function: Function
    type: Literal["function"] = "function"


class Called(msgspec.Struct):
    """arguments: JSON, as text."""

    name: str
    arguments: Text


class ToolCall(msgspec.Struct):
    function: Called
    id: str = ""
    type: Literal["function"] = "function"


class Message(msgspec.Struct, omit_defaults=True):
    role: Literal["system", "user", "assistant", "tool"]
    content: Text | None = None
    tool_calls: Annotated[list[ToolCall], Meta(max_length=16)] = msgspec.field(default_factory=list)
    tool_call_id: str | None = None
    name: str | None = None
