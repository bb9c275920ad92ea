"""A request for a chat completion, as OpenAI's API has it, and the bounds that it must keep."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.llm.llama.errors import LlamaFailed
from hub.llm.messages import Message, Tool

MAX_BYTES = 4 << 20
_MAX_MESSAGES, _MAX_TOOLS = 200, 64


class Named(msgspec.Struct):
    name: str


class AllowedTool(msgspec.Struct):
    function: Named


class Allowed(msgspec.Struct):
    """``tool_choice`` of this form: only these may be called."""

    tools: Annotated[list[AllowedTool], Meta(max_length=_MAX_TOOLS)]
    type: Literal["allowed_tools"] = "allowed_tools"
    mode: Literal["auto", "required"] = "auto"


class StreamOptions(msgspec.Struct):
    include_usage: bool = False


class Request(msgspec.Struct):
    """Fields that are not here are ignored, as by other servers. max_tokens: 0 only reads the prompt.

    kept_messages: of ours alone: so many of the first are those of every prompt, and are kept on disk; not set is a
    system message, never a question.
    grammar: of ours alone; without it an answer is held to nothing, to measure what that costs.
    """

    messages: Annotated[list[Message], Meta(min_length=1, max_length=_MAX_MESSAGES)]
    tools: Annotated[list[Tool], Meta(max_length=_MAX_TOOLS)] = msgspec.field(default_factory=list)
    tool_choice: Literal["auto", "none", "required"] | Allowed = "auto"
    max_tokens: Annotated[int, Meta(ge=0, le=32_768)] = 256
    temperature: Annotated[float, Meta(ge=0, le=5)] = 0.0
    top_k: Annotated[int, Meta(ge=1, le=1000)] = 40
    seed: Annotated[int, Meta(ge=0)] = 0
    grammar: bool = True
    kept_messages: Annotated[int, Meta(ge=0, le=16)] | None = None
    stream: bool = False
    stream_options: StreamOptions = msgspec.field(default_factory=StreamOptions)

    @property
    def kept(self) -> list[Message]:
        """What every prompt begins with."""
        if self.kept_messages is not None:
            return self.messages[: self.kept_messages]
        return [message for message in self.messages[:1] if message.role == "system"]

    @property
    def callable(self) -> list[Tool]:
        """The tools that may be called in this answer."""
        if self.tool_choice == "none":
            return []
        if not isinstance(self.tool_choice, Allowed):
            return self.tools
        names = {one.function.name for one in self.tool_choice.tools}
        return [tool for tool in self.tools if tool.function.name in names]

    @property
    def must_call(self) -> bool:
        mode = self.tool_choice.mode if isinstance(self.tool_choice, Allowed) else self.tool_choice
        return mode == "required" and bool(self.callable)


_DECODER = msgspec.json.Decoder(Request)


def read(body: bytes) -> Request:
    """Raises LlamaFailed (llm-request-invalid)."""
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LlamaFailed("llm-request-invalid", f"no chat completion request: {error}") from error
