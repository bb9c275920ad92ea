"""The Reasoner stage: a language model that answers, and asks for actions that our own code resolves and proves."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from hub.errors import LlmFailed
from hub.health import Component, State
from hub.llm.clauses import SENTENCE_ENDS, Clauses
from hub.llm.client import ChatClient
from hub.llm.grounding import ground
from hub.llm.messages import Message, ToolCall
from hub.llm.phrasing import phrasing
from hub.llm.prompt import KEPT_MESSAGES, Prompts
from hub.llm.tools import BY_NAME
from hub.stages import Act, Exchange, House, Question
from wire.tasks import Tasks

_log = logging.getLogger(__name__)

_MAX_CALLS = 4
_LOOK_SECONDS = 5.0  # between looks whether the house's text is worth writing anew
_CHECK_SECONDS = 30.0  # between questions to a server of others how it is
_QUIET_SECONDS = 30.0  # without a question before it is


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one answer. steps: requests to the model. tokens: of each. seconds: of all."""

    steps: int = 3
    tokens: int = 160
    seconds: float = 20.0


@dataclass
class _Step:
    """What one request to the model came to.

    claimed: it said that something was done; what came after is not heard. sentence: the pieces of the one that is
    being said, since "the lamp," claims nothing and "is on now" neither. heard: all that it wrote, said or not.
    """

    calls: list[ToolCall] = field(default_factory=list)
    claimed: bool = False
    said: list[str] = field(default_factory=list)
    sentence: str = ""
    heard: list[str] = field(default_factory=list)


class HouseReasoner:
    """Implements Reasoner. Async context manager; the client is entered by whoever made it.

    ready: is set when the house is known.
    """

    def __init__(
        self, client: ChatClient, house: House, prompts: Prompts, bounds: Bounds, ready: asyncio.Event
    ) -> None:
        self._client, self._house, self._prompts, self._bounds, self._ready = client, house, prompts, bounds, ready
        self._tasks = Tasks()
        self._preparing: asyncio.Task[bool] | None = None
        self._problem: LlmFailed | None = None
        self._asked_seconds = time.monotonic()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        is_own = self._client.server.is_own
        self._tasks.start(self._keep_prepared() if is_own else self._keep_looking(), name="llm.kept")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)

    def components(self) -> list[Component]:
        """Health of a server of others."""
        if self._client.server.is_own:
            return []
        problem = self._problem
        state: State = "degraded" if problem else "ok"
        detail, code = (problem.message, problem.code) if problem else (self._client.server.url, None)
        return [Component("llm", state, detail, code, required=False)]

    async def answer(self, question: Question, act: Act) -> AsyncGenerator[str]:
        """Raises LlmFailed: llm-lost, llm-timeout, llm-refused, llm-claimed, llm-empty."""
        await self._stop_preparing()
        messages = self._prompts.messages(question)
        asked_at = len(messages) - 1
        until = asyncio.get_running_loop().time() + self._bounds.seconds
        for _ in range(self._bounds.steps):
            step = _Step()
            async with aclosing(self._step(step, messages, question, until)) as pieces:
                async for piece in pieces:
                    yield piece
            if question.told:
                question.told(_exchange(messages, step, asked_at))
            facts: list[str] = []
            async with aclosing(self._carried_out(step.calls, question, act, facts)) as told:
                async for sentence in told:
                    yield sentence
            if not facts:
                _end(step)
                return
            messages += _results(step, facts)
        for fact in facts:  # it asks and asks: what it was told is an answer too
            yield fact

    def prepare(self, room: str) -> None:
        """Have the prompt read up to the question, which is being spoken."""
        if self._ready.is_set():
            self._prepared(room)

    def note(self, room: str, said: str, answered: str) -> None:
        """Remember an exchange: "and the other one" refers to it."""
        self._prompts.note(room, said, answered)

    async def _step(
        self, step: _Step, messages: list[Message], question: Question, until: float
    ) -> AsyncGenerator[str]:
        """Pieces that may be spoken; calls and claims are noted in ``step``."""
        clauses = Clauses()
        told = self._client.complete(
            messages, self._prompts.tools(), max_tokens=self._bounds.tokens, **self._kept, **self._choice(question)
        )
        async with aclosing(told):
            while (part := await _next(told, until)) is not None:
                if isinstance(part, ToolCall):
                    step.calls.append(part)
                    if len(step.calls) >= _MAX_CALLS:
                        break
                    continue
                step.heard.append(part)
                for piece in clauses.feed(part):
                    if self._may_be_said(piece, step, question):
                        yield piece
        for piece in clauses.end():
            if self._may_be_said(piece, step, question):
                yield piece

    def _may_be_said(self, piece: str, step: _Step, question: Question) -> bool:
        """Not a claim, nor what comes after one, nor an acknowledgement of what is not done: yes answers a question."""
        words, entities = phrasing(question.language), self._house.entities()
        step.sentence = f"{step.sentence} {piece}".strip()
        step.claimed = step.claimed or words.claims(piece, entities) or words.claims(step.sentence, entities)
        if piece.rstrip("\"')”»").endswith(SENTENCE_ENDS):
            step.sentence = ""
        if step.claimed or (words.is_empty(piece) and not words.only_asks(question.text)):
            return False
        step.said.append(piece)
        return True

    @property
    def _kept(self) -> dict[str, int]:
        return {"kept_messages": KEPT_MESSAGES} if self._client.server.is_own else {}

    def _choice(self, question: Question) -> dict[str, Any]:
        """A request that only asks can change nothing: our own server is not even able to call for it."""
        tools = self._prompts.tools()
        if not tools or not self._client.server.is_own:
            return {}
        asks = phrasing(question.language).only_asks(question.text)
        names = [tool.function.name for tool in tools if not asks or BY_NAME[tool.function.name].is_question]
        if len(names) == len(tools):
            return {}
        allowed = [{"type": "function", "function": {"name": name}} for name in names]
        return {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": allowed}}

    async def _carried_out(
        self, calls: list[ToolCall], question: Question, act: Act, facts: list[str]
    ) -> AsyncGenerator[str]:
        """What came of each action, to be spoken; answers to questions are noted in ``facts``."""
        for call in calls:
            grounded = ground(call, question, self._house)
            sentence = await act(grounded.intent, grounded.result)
            if grounded.is_question and grounded.result is None:
                facts.append(sentence)
            else:
                yield sentence

    def _prepared(self, room: str) -> asyncio.Task[bool]:
        """Reading that room's prompt, or what is being read already."""
        if self._preparing is None or self._preparing.done():
            self._preparing = self._tasks.start(self._read(self._prompts.beginning(room)), name="llm.prepare")
        return self._preparing

    async def _stop_preparing(self) -> None:
        self._asked_seconds = time.monotonic()
        if self._preparing and not self._preparing.done():
            self._preparing.cancel()
            await asyncio.wait([self._preparing])

    async def _read(self, messages: list[Message]) -> bool:
        """Only into the model's memory; False where nobody is there to read: who asks now is told so."""
        tokens = 0 if self._client.server.is_own else 1  # others know no answer of no tokens
        begun = [*messages, Message("user", "(")]
        reading = self._client.complete(begun, self._prompts.tools(), max_tokens=tokens, **self._kept)
        try:
            async with aclosing(reading) as told:
                async for _ in told:
                    pass
        except LlmFailed:
            return False
        return True

    async def _keep_prepared(self) -> None:
        """Read the house once it is known and the model is there, and anew when nobody asks and it is worth it."""
        await self._ready.wait()
        self._prompts.renew()
        is_read = False
        while True:
            if self._prompts.is_old and time.monotonic() - self._asked_seconds > _QUIET_SECONDS:
                self._prompts.renew()
                is_read = False
            if not is_read:
                reading = self._prepared("")
                await asyncio.wait([reading])
                is_read = reading.cancelled() or reading.result()  # a question ended it, and read as much
            await asyncio.sleep(_LOOK_SECONDS)

    async def _keep_looking(self) -> None:
        """How a server of others is; our own is watched as engines are."""
        while True:
            try:
                await self._client.check()
            except LlmFailed as failed:
                self._problem = failed
            else:
                self._problem = None
            await asyncio.sleep(_CHECK_SECONDS)


def _exchange(messages: list[Message], step: _Step, asked_at: int) -> Exchange:
    """asked_at: the question's place. What was said in turns before is left out: it is told by those turns alone."""
    before = range(KEPT_MESSAGES, asked_at)
    prompt = tuple((one.role, "…" if at in before else one.content or "") for at, one in enumerate(messages))
    calls = tuple((call.function.name, call.function.arguments) for call in step.calls)
    return Exchange(prompt, "".join(step.heard), calls)


def _end(step: _Step) -> None:
    """Raises LlmFailed where nothing was done and what was said is no answer."""
    if step.calls:
        return
    if step.claimed:
        raise LlmFailed("llm-claimed", "the language model said that it did something, and had called no function")
    if not step.said:
        raise LlmFailed("llm-empty", "the language model said nothing")


async def _next(told: AsyncGenerator[str | ToolCall], until: float) -> str | ToolCall | None:
    try:
        async with asyncio.timeout_at(until):
            return await anext(told, None)
    except TimeoutError:
        raise LlmFailed("llm-timeout", "the answer took too long; a smaller model, or a faster box") from None


def _results(step: _Step, facts: list[str]) -> list[Message]:
    asked = [call for call in step.calls if (tool := BY_NAME.get(call.function.name)) and tool.is_question]
    told = [Message("tool", fact, tool_call_id=call.id) for call, fact in zip(asked, facts, strict=False)]
    return [Message("assistant", " ".join(step.said) or None, asked[: len(told)]), *told]
