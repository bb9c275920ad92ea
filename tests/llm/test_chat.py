"""One answer after another: what is said, what it took, and what stays in memory for the next."""

from __future__ import annotations

import pytest

pytest.importorskip("llama_cpp")

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from hub.llm.llama.chat import Chat, Told, Usage
from hub.llm.llama.errors import LlamaFailed
from hub.llm.llama.library import Llama, Sizes, Stopped
from hub.llm.llama.requests import Request
from hub.llm.llama.template import Marks, Template
from hub.llm.messages import Called, Function, Message, Tool, ToolCall
from tests.llm.conftest import ENGLISH, SAYS

SYSTEM = Message("system", ENGLISH * 2)
NAMES = {"type": "object", "properties": {"name": {"type": "string", "enum": ["lamp", "fan"]}}, "minProperties": 1}
TOOLS = [Tool(Function("turn_on", "Switch on.", NAMES)), Tool(Function("turn_off", "Switch off.", NAMES))]


@pytest.fixture
def llama(request: pytest.FixtureRequest) -> Iterator[Llama]:
    path: Path = request.getfixturevalue(getattr(request, "param", "talker"))
    with closing(Llama(path, Sizes(2048, 1))) as opened:
        yield opened


on = pytest.mark.parametrize
of_each = on("llama", ["talker", "rambler", "stories", "forgetful"], indirect=True)
of_the_rest = on("llama", ["talker", "rambler", "stories"], indirect=True)
of_calls = on("llama", ["caller"], indirect=True)


def chat_of(llama: Llama) -> Chat:
    marks = Marks(llama.text_of("bos"), llama.text_of("eos"))
    return Chat(llama, Template(llama.metadata("tokenizer.chat_template"), marks), None)


def asked(text: str, *before: Message, system: Message = SYSTEM, **fields: Any) -> Request:
    return Request([system, *before, Message("user", text)], **{"max_tokens": 40, **fields})


def answered(chat: Chat, request: Request) -> tuple[list[Told], Usage]:
    *told, usage = chat.answer(request, lambda _read, _all: None)
    assert isinstance(usage, Usage)
    return told, usage


def text_of(told: Sequence[Told]) -> str:
    return "".join(one for one in told if isinstance(one, str))


def plain(told: Sequence[Told]) -> list[object]:
    """Without the ids of calls, which are random."""
    return [one.function if isinstance(one, ToolCall) else one for one in told]


@on("tools", [[], TOOLS], ids=["no tools", "tools"])
def test_what_the_model_says_is_told_as_it_comes(llama: Llama, tools: list[Tool]) -> None:
    told, usage = answered(chat_of(llama), asked("Is the lamp on?", tools=tools))
    assert text_of(told) == SAYS
    assert len(told) > 3
    assert (usage.ended, usage.completion) == ("stop", 7)
    assert 0 < usage.first_token_ms <= usage.total_ms


@of_calls
@on("choice", ["auto", "required"])
def test_what_the_model_calls_is_a_call(llama: Llama, choice: Any) -> None:
    told, _ = answered(chat_of(llama), asked("Turn it on.", tools=TOOLS, tool_choice=choice))
    (call,) = told
    assert isinstance(call, ToolCall)
    assert (call.function.name, json.loads(call.function.arguments)) == ("turn_on", {"name": "lamp"})
    assert call.id.startswith("call_")


@of_calls
def test_two_calls_have_two_ids(llama: Llama) -> None:
    chat = chat_of(llama)
    ids = {answered(chat, asked("Turn it on.", tools=TOOLS))[0][0].id for _ in range(3)}
    assert len(ids) == 3


@of_calls
def test_who_may_not_call_speaks(llama: Llama) -> None:
    told, _ = answered(chat_of(llama), asked("Turn it on.", tools=TOOLS, tool_choice="none"))
    assert told
    assert all(isinstance(one, str) for one in told)


def test_who_must_call_calls_though_it_would_speak(llama: Llama) -> None:
    told, usage = answered(chat_of(llama), asked("Turn it on.", tools=TOOLS, tool_choice="required", max_tokens=400))
    assert [one.function.name for one in told if isinstance(one, ToolCall)]
    assert text_of(told).strip() == ""
    assert usage.completion < 400


@of_calls
def test_an_answer_that_ends_with_calls_says_so(llama: Llama) -> None:
    """As OpenAI's API does, by which a client knows that it is to answer."""
    assert answered(chat_of(llama), asked("Turn it on.", tools=TOOLS))[1].ended == "tool_calls"


@on("tokens", [1, 3, 6])
def test_an_answer_is_no_longer_than_wanted(llama: Llama, tokens: int) -> None:
    told, usage = answered(chat_of(llama), asked("Is the lamp on?", max_tokens=tokens))
    assert (usage.ended, usage.completion) == ("length", tokens)
    assert SAYS.startswith(text_of(told))
    assert len(text_of(told).split()) <= tokens


@of_calls
def test_a_call_that_is_cut_off_is_none(llama: Llama) -> None:
    told, usage = answered(chat_of(llama), asked("Turn it on.", tools=TOOLS, max_tokens=10))
    assert (told, usage.ended) == ([], "length")


@of_each
def test_no_tokens_is_reading_alone(llama: Llama) -> None:
    """So that the next question is answered sooner."""
    chat = chat_of(llama)
    told, usage = answered(chat, asked("Is the lamp on?", max_tokens=0))
    assert (told, usage.completion, usage.ended) == ([], 0, "length")
    assert len(llama.tokens) == usage.prompt


@of_the_rest
def test_what_was_read_before_is_not_read_again(llama: Llama) -> None:
    chat = chat_of(llama)
    begins = Template(llama.metadata("tokenizer.chat_template"), Marks(llama.text_of("bos"), "")).begins([SYSTEM], [])
    _, first = answered(chat, asked("Is the lamp on?"))
    _, second = answered(chat, asked("What is the weather like?"))
    assert first.cached == 0
    assert len(llama.tokenize(begins)) - 2 <= second.cached < second.prompt


@of_the_rest
def test_another_system_message_is_read_anew(llama: Llama) -> None:
    chat = chat_of(llama)
    answered(chat, asked("Is the lamp on?"))
    _, usage = answered(chat, asked("Is the lamp on?", system=Message("system", "Zq " * 80)))
    assert usage.cached < 20


CONVERSATION = asked("And the fan?", Message("user", "Is the lamp on?" * 20), Message("assistant", SAYS), max_tokens=0)


@of_the_rest
def test_what_goes_on_is_not_read_again(llama: Llama) -> None:
    """After a call, the same prompt comes back with the call and its result."""
    chat = chat_of(llama)
    _, first = answered(chat, Request(CONVERSATION.messages[:2], max_tokens=0))
    _, second = answered(chat, CONVERSATION)
    assert second.cached > first.prompt - 10


@on("llama", ["forgetful"], indirect=True)
@on("second", [asked("What is the weather like?"), asked("Is the lamp on?"), CONVERSATION], ids=range(3))
def test_a_model_that_cannot_forget_in_part_begins_from_what_stays(llama: Llama, second: Request) -> None:
    chat = chat_of(llama)
    answered(chat, asked("Is the lamp on?"))
    assert answered(chat, second)[1].cached > 100


@of_each
def test_answers_do_not_depend_on_what_was_asked_before(llama: Llama) -> None:
    """What is kept is kept right."""
    request = asked("Is the lamp on?", tools=TOOLS)
    fresh, _ = answered(chat_of(llama), request)
    chat = chat_of(llama)
    for other in (asked("Why?"), CONVERSATION, asked("Is the lamp on?" * 30, tools=TOOLS), request):
        answered(chat, other)
        assert plain(answered(chat, request)[0]) == plain(fresh)


@of_each
def test_how_far_it_has_read_is_told(llama: Llama) -> None:
    heard: list[tuple[int, int]] = []
    list(chat_of(llama).answer(asked("Is the lamp on?"), lambda done, total: heard.append((done, total))))
    done = [one for one, _ in heard]
    assert done == sorted(done)
    assert {total for _, total in heard} == {done[-1]}
    assert len(set(done)) > 2


@on("spare", [0, -1])
def test_what_does_not_fit_is_refused_before_it_is_read(llama: Llama, spare: int) -> None:
    chat = chat_of(llama)
    length = answered(chat, asked("Is the lamp on?", max_tokens=0))[1].prompt
    held = list(llama.tokens)
    request = asked("Is the lamp on?", max_tokens=llama.context_tokens - length - spare)
    if spare == 0:
        assert text_of(answered(chat, request)[0]) == SAYS
        return
    with pytest.raises(LlamaFailed) as failed:
        answered(chat, request)
    assert failed.value.code == "llm-prompt-too-long"
    assert str(length) in failed.value.message
    assert str(llama.context_tokens) in failed.value.message
    assert llama.tokens == held


@on("request_", [asked("x", tools=[Tool(Function("f", "", {"type": "array"}))]), asked("x" * 100_000)])
def test_what_is_refused_leaves_the_next_answer_alone(llama: Llama, request_: Request) -> None:
    chat = chat_of(llama)
    with pytest.raises(LlamaFailed):
        answered(chat, request_)
    assert text_of(answered(chat, asked("Is the lamp on?"))[0]) == SAYS


@of_each
@on("at", [0, 1, 2])
def test_one_that_was_stopped_leaves_the_next_answer_alone(llama: Llama, at: int) -> None:
    request = asked("Is the lamp on?" * 20)
    fresh, _ = answered(chat_of(llama), request)
    chat, steps = chat_of(llama), []

    def stop(*progress: int) -> None:
        steps.append(progress)
        if len(steps) > at:
            llama.stop()

    with pytest.raises(Stopped):
        list(chat.answer(asked("Turn on the bed light, please. " * 40, system=Message("system", "No. " * 90)), stop))
    llama.go()
    assert answered(chat, request)[0] == fresh


def test_one_that_is_stopped_while_it_speaks(llama: Llama) -> None:
    chat = chat_of(llama)
    answer = chat.answer(asked("Is the lamp on?"), lambda _read, _all: None)
    assert next(answer) == "The"
    llama.stop()
    with pytest.raises(Stopped):
        list(answer)
    llama.go()
    assert text_of(answered(chat, asked("Is the lamp on?"))[0]) == SAYS


def test_results_of_calls_are_read(llama: Llama) -> None:
    call = Message("assistant", tool_calls=[ToolCall(Called("turn_on", '{"name": "lamp"}'), id="1")])
    messages = [SYSTEM, Message("user", "Turn it on."), call, Message("tool", "done", tool_call_id="1")]
    told, usage = answered(chat_of(llama), Request(messages, tools=TOOLS))
    assert text_of(told) == SAYS
    assert b"turn_on" in b"".join(map(llama.piece, llama.tokens[: usage.prompt]))


@on("llama", ["rambler"], indirect=True)
def test_the_same_seed_says_the_same(llama: Llama) -> None:
    chat = chat_of(llama)
    one, two, other = (text_of(answered(chat, asked("Why?", temperature=1.0, seed=seed))[0]) for seed in (1, 1, 2))
    assert one == two != other


def test_a_prompt_without_a_word_is_refused(llama: Llama) -> None:
    """As a template may make it."""
    chat = Chat(llama, Template("{{ '' }}", Marks("", "")), None)
    with pytest.raises(LlamaFailed):
        answered(chat, asked("Is the lamp on?"))
