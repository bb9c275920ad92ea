"""One chat completion after another, in the thread that owns the model."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from hub.llm.llama.errors import LlamaFailed
from hub.llm.llama.grammar import gbnf
from hub.llm.llama.library import Grammar, Llama, common
from hub.llm.llama.prefix import PrefixFile
from hub.llm.llama.requests import Request
from hub.llm.llama.sampling import Sampler
from hub.llm.llama.template import Template
from hub.llm.messages import ToolCall
from hub.llm.written import Written

_log = logging.getLogger(__name__)


@dataclass
class Usage:
    """Of one answer. cached: prompt tokens that were in memory. ended: ``stop``, ``length`` or ``tool_calls``."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0
    first_token_ms: float = 0.0
    total_ms: float = 0.0
    ended: str = "length"
    began: float = field(default_factory=time.monotonic)

    def elapsed_ms(self) -> float:
        return round((time.monotonic() - self.began) * 1000, 3)


Told = str | ToolCall | Usage


class Chat:
    """Everything here belongs to one thread but ``llama.stop``."""

    def __init__(self, llama: Llama, template: Template, prefix: PrefixFile | None) -> None:
        self._llama, self._template, self._prefix = llama, template, prefix
        self._grammar_key, self._grammar_text = (b"", False), ""
        self._snapshot: tuple[list[int], bytes] | None = None  # for models that cannot forget in part

    def answer(self, request: Request, on_progress: Callable[[int, int], None]) -> Iterator[Told]:
        """Text and calls as they are written, at last what it took. Raises Stopped, LlamaFailed.

        on_progress: tokens of the prompt that are read, of how many.
        """
        usage = Usage()
        grammar = self._grammar(request)
        try:
            prompt = self._llama.tokenize(self._template.prompt(request.messages, request.tools))
            usage.prompt = len(prompt)
            if not prompt:
                raise LlamaFailed("llm-request-invalid", "the model's chat template makes nothing of these messages")
            if len(prompt) + request.max_tokens > self._llama.context_tokens:
                raise LlamaFailed(
                    "llm-prompt-too-long",
                    f"{len(prompt)} tokens and {request.max_tokens} for the answer are more than the context's "
                    f"{self._llama.context_tokens}; raise [llm] context_tokens",
                )
            self._read(request, prompt, usage, on_progress)
            yield from self._written(request, grammar, usage)
        finally:
            if grammar:
                grammar.close()
        usage.total_ms = usage.elapsed_ms()
        yield usage

    def _grammar(self, request: Request) -> Grammar | None:
        """With no tools there is nothing to hold it to. The last one's text is kept: most questions have the same."""
        if not (request.tools and request.grammar):
            return None
        tools, must_call = request.callable, request.must_call
        key = (msgspec.json.encode(tools), must_call)
        if key != self._grammar_key:
            self._grammar_key, self._grammar_text = key, gbnf(tools, must_call=must_call)
        return self._llama.grammar(self._grammar_text)

    def _read(self, request: Request, prompt: list[int], usage: Usage, on_progress: Callable[[int, int], None]) -> None:
        """First what every prompt begins with, which is kept; then the rest. What is in memory already stays."""
        stays = self._llama.tokenize(self._template.begins(request.kept, request.tools))
        self._take_up(prompt)
        held = common(self._llama.tokens, prompt)
        is_new = stays == prompt[: len(stays)] and held < len(stays) < len(prompt)
        cached: int | None = None
        for part in (stays, prompt) if is_new else (prompt,):
            for done in self._llama.evaluate(part):
                cached = done if cached is None else cached
                on_progress(done, len(prompt))
            if part is stays:
                self._keep(stays)
        usage.cached = cached or 0

    def _take_up(self, prompt: list[int]) -> None:
        """A model that cannot forget in part begins from its snapshot, unless the prompt only goes on."""
        held = self._llama.tokens
        goes_on = held == prompt[: min(len(held), len(prompt) - 1)]
        if self._llama.forgets_in_part or goes_on or self._snapshot is None:
            return
        tokens, state = self._snapshot
        if tokens == prompt[: len(tokens)]:
            self._llama.restore(tokens, state)

    def _keep(self, stays: list[int]) -> None:
        if not self._llama.forgets_in_part and (self._snapshot is None or self._snapshot[0] != stays):
            self._snapshot = (list(stays), self._llama.state())
        if self._prefix and not self._prefix.is_as_good(stays):
            self._prefix.save(self._llama)

    def _written(self, request: Request, grammar: Grammar | None, usage: Usage) -> Iterator[Told]:
        sampler = Sampler(self._llama, grammar, temperature=request.temperature, top_k=request.top_k, seed=request.seed)
        written, has_called = Written(), False
        while usage.completion < request.max_tokens:
            token = sampler.next()
            usage.completion += 1
            if usage.completion == 1:
                usage.first_token_ms = usage.elapsed_ms()
            if self._llama.ends(token):
                usage.ended = "tool_calls" if has_called else "stop"
                break
            for told in written.feed(self._llama.piece(token)):
                has_called = has_called or isinstance(told, ToolCall)
                yield told
            self._llama.add(token)
        yield from written.end()
