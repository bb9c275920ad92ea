"""What the model writes, apart: text that is passed on as it comes, and calls once they are whole. Pure."""

from __future__ import annotations

import codecs
import re
import secrets
from collections.abc import Iterator

import msgspec

from hub.llm.messages import Called, ToolCall

CALL_BEGINS, CALL_ENDS = "<tool_call>\n", "\n</tool_call>"
_END = CALL_ENDS.strip()
_QUOTE = re.compile(r'(?<!\\)(?:\\\\)*"')
_BROKEN = "\ufffd"
_MARK = CALL_BEGINS.strip()


class _Call(msgspec.Struct):
    name: str
    arguments: dict[str, object]


class Written:
    """Feed it pieces of tokens; it gives text (str) and calls."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._held = ""

    def feed(self, piece: bytes) -> Iterator[str | ToolCall]:
        self._held += self._decode(piece)
        while True:
            text, mark, rest = self._held.partition(_MARK)
            if not mark:
                yield from self._pass_on()
                return
            body, ended, after = _first_whole(rest)
            if text.strip():
                yield text
                text = ""
            if not ended:
                self._held = _MARK + rest
                return
            self._held = after
            if call := _call(body):
                yield call

    def end(self) -> Iterator[str]:
        """What was held back and is no call."""
        held, self._held = self._held + self._decode(b"", final=True), ""
        if held.strip() and not held.lstrip().startswith(_MARK):
            yield held

    def _pass_on(self) -> Iterator[str]:
        """All but what may be the beginning of a call."""
        for size in range(min(len(_MARK) - 1, len(self._held)), 0, -1):
            if _MARK.startswith(self._held[-size:]):
                break
        else:
            size = 0
        text, self._held = self._held[: len(self._held) - size], self._held[len(self._held) - size :]
        if text.strip():
            yield text
        else:
            self._held = text + self._held


def _first_whole(rest: str) -> tuple[str, str, str]:
    """Up to the end of a call, as str.partition; an end that stands within a name is none."""
    body, ended, after = rest.partition(_END)
    while ended and len(_QUOTE.findall(body)) % 2:
        more, ended, after = after.partition(_END)
        body += _END + more
    return body, ended, after


def _call(body: str) -> ToolCall | None:
    """None for what is no call: without a grammar a model writes anything."""
    try:
        call = msgspec.json.decode(body, type=_Call)
    except (msgspec.MsgspecError, RecursionError):
        return None
    if _BROKEN in body:
        return None  # a letter written in a way that is none: whatever name that is, it is not of this house
    arguments = msgspec.json.encode(call.arguments).decode()
    return ToolCall(Called(call.name, arguments), id=f"call_{secrets.token_hex(8)}")
