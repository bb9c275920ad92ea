"""The reasoner, in front of a server that says the worst that models say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.errors import LlmFailed
from hub.llm.client import ChatClient, Server
from hub.llm.prompt import Prompts
from hub.llm.reasoner import Bounds, HouseReasoner
from hub.stages import Entity, Exchange, Intent, Question, Result
from tests.chat_server import ChatServer, Part, call, chat_server, serving
from tests.fakes_house import FakeHouse

NOW = datetime(2026, 11, 22, 18, 2, tzinfo=UTC)
HOUSE = (
    Entity("light.bed", "light", "Bed Light", "Bedroom", state="off"),
    Entity("light.hall", "light", "Hall Light", "Hall", state="off"),
    Entity("lock.front", "lock", "Front Door", "Hall", state="locked"),
    Entity("sensor.hall", "sensor", "Hall Temperature", "Hall", state="19"),
)


@dataclass
class Acting:
    """Takes intents as a turn does; remembers."""

    intents: list[Intent] = field(default_factory=list)
    results: list[Result | None] = field(default_factory=list)

    async def __call__(self, intent: Intent, result: Result | None) -> str:
        self.intents.append(intent)
        self.results.append(result)
        if result:
            return f"not done: {result.problem}"
        return f"{intent.name} {intent.slots.get('name', intent.slots.get('area'))}"


@dataclass
class Asked:
    reasoner: HouseReasoner
    server: ChatServer
    acting: Acting = field(default_factory=Acting)

    async def __call__(
        self, text: str, *, area: str | None = "Hall", language: str = "en", into: list[str] | None = None
    ) -> list[str]:
        pieces = [] if into is None else into
        async for piece in self.reasoner.answer(Question(text, language, area, "hall"), self.acting):
            pieces.append(piece)  # what came before an error, too
        return pieces


@asynccontextmanager
async def asking(*answers: list[Part], bounds: Bounds | None = None, known: bool = True) -> AsyncIterator[Asked]:
    house, ready = FakeHouse(HOUSE), asyncio.Event()
    if known:
        ready.set()
    async with (
        chat_server(*answers) as server,
        ChatClient(Server(server.url), silent_seconds=5) as client,
        HouseReasoner(client, house, Prompts(house, lambda: NOW), bounds or Bounds(), ready) as reasoner,
    ):
        yield Asked(reasoner, server)


async def code_of(asked: Asked, text: str, **more: Any) -> str:
    with pytest.raises(LlmFailed) as failed:
        await asked(text, **more)
    return failed.value.code


async def test_an_answer_is_given_piece_by_piece() -> None:
    go_on = asyncio.Event()
    async with asking(["Mont Blanc is ", "the highest. ", go_on.wait, "It is cold."]) as asked:
        question = Question("what is the highest mountain", "en", None, "hall")
        async with aclosing(asked.reasoner.answer(question, asked.acting)) as pieces:
            assert await anext(pieces) == "Mont Blanc is the highest."
            go_on.set()
            assert [piece async for piece in pieces] == ["It is cold."]


async def test_an_action_is_told_by_what_came_of_it_and_not_by_the_model() -> None:
    said: list[Part] = ["Sure! I will turn on the bed light. ", call("turn_on", name="Bed Light")]
    async with asking(said) as asked:
        assert await asked("please let the bed light shine") == ["HassTurnOn Bed Light"]
        assert len(asked.server.requests) == 1


async def test_who_asks_why_is_told_each_request_but_not_what_was_said_in_turns_before() -> None:
    told: list[Exchange] = []
    lookup: list[Part] = ["One moment. ", call("get_state", name="Hall Light")]
    async with asking(lookup, ["It is off."]) as asked:
        asked.reasoner.note("hall", "my secret wish", "I see.")
        question = Question("is the hall light on", "en", "Hall", "hall", told.append)
        async for _ in asked.reasoner.answer(question, asked.acting):
            pass
    first, second = told
    assert first.prompt[0][0] == "system"
    assert "Hall Light" in first.prompt[1][1]
    assert first.prompt[-1][1].endswith("is the hall light on")
    assert "secret wish" not in str(told)
    assert (first.said.strip(), [name for name, _ in first.calls]) == ("One moment.", ["get_state"])
    assert second.prompt[-1] == ("tool", "HassGetState Hall Light")
    assert second.said == "It is off."


@pytest.mark.parametrize(
    "claim",
    [
        "I've turned on the bed light.",
        "Done!",
        "Sure, turning on the light now.",
        "The Bed Light is now on.",
        "Okay. The lights have been switched on for you.",
        "I’ll switch it on right away.",  # noqa: RUF001
    ],
)
async def test_a_claim_without_an_action_is_never_spoken(claim: str) -> None:
    async with asking([claim]) as asked:
        assert await code_of(asked, "it would be nice to have light") == "llm-claimed"
        assert not asked.acting.intents


async def test_what_comes_after_a_claim_is_not_spoken_either() -> None:
    async with asking(["Here is a thought. ", "I have turned it on. ", "Enjoy the evening."]) as asked:
        answer = asked.reasoner.answer(Question("make it cosy", "en", "Hall", "hall"), asked.acting)
        assert await anext(answer) == "Here is a thought."
        with pytest.raises(LlmFailed, match="llm-claimed"):
            await anext(answer)


@pytest.mark.parametrize(
    "sentence",
    [
        "The Bed Light, in the bedroom, is now on.",
        "As you wished, the Bed Light is, from now on, on.",
        "I have, as you may like to hear after such a long and tiring day in town, turned on the bed light.",
    ],
)
async def test_a_claim_is_one_also_in_pieces(sentence: str) -> None:
    """Its first words claim nothing and may be heard; those that make it a claim are not."""
    async with asking([sentence]) as asked:
        pieces: list[str] = []
        with pytest.raises(LlmFailed, match="llm-claimed"):
            await asked("make it cosy", into=pieces)
        assert len(" ".join(pieces)) < len(sentence) - 3
        assert not any(" on" in piece for piece in pieces if piece.endswith("."))


async def test_what_one_sentence_says_is_not_said_of_the_next() -> None:
    async with asking(["Think of the Bed Light. Work goes on."]) as asked:
        assert await asked("tell me a thought") == ["Think of the Bed Light.", "Work goes on."]


async def test_a_true_statement_about_a_device_is_spoken() -> None:
    async with asking(["The Front Door is locked."]) as asked:
        assert await asked("did somebody lock up") == ["The Front Door is locked."]


async def test_an_answer_of_nothing_but_yes_sir_is_none() -> None:
    async with asking(["Of course!"]) as asked:
        assert await code_of(asked, "make it cosy") == "llm-empty"


async def test_yes_is_an_answer_to_a_question() -> None:
    async with asking(["Yes."]) as asked:
        assert await asked("is Paris the capital of France") == ["Yes."]


async def test_a_question_turns_nothing_on() -> None:
    async with asking([call("turn_on", name="Bed Light")]) as asked:
        assert await asked("is the bed light on") == ["not done: asked-not-told"]


async def test_a_device_that_nobody_named_is_asked_back() -> None:
    async with asking([call("turn_on", name="Bed Light")]) as asked:
        assert await asked("it is so dark in here") == ["not done: not-said"]


async def test_what_it_asked_for_goes_back_to_it() -> None:
    async with asking([call("get_state", name="Hall Temperature")], ["Nineteen degrees, a bit cool."]) as asked:
        assert await asked("is the hall temperature good for my plants") == ["Nineteen degrees,", "a bit cool."]
        told = asked.server.requests[1]["messages"][-1]
        assert (told["role"], told["content"]) == ("tool", "HassGetState Hall Temperature")
        assert asked.server.requests[1]["messages"][-2]["tool_calls"][0]["function"]["name"] == "get_state"


async def test_one_that_only_asks_and_asks_ends_with_what_it_was_told() -> None:
    async with asking([call("get_state", name="Hall Temperature")], bounds=Bounds(steps=2)) as asked:
        assert await asked("how about the hall temperature") == ["HassGetState Hall Temperature"]
        assert len(asked.server.requests) == 2


async def test_no_more_than_four_calls_are_taken() -> None:
    calls: list[Part] = [call("turn_on", name="Bed Light") | {"index": number} for number in range(9)]
    async with asking(calls) as asked:
        await asked("please let the bed light shine")
        assert len(asked.acting.intents) == 4


async def test_an_answer_that_never_ends_is_cut() -> None:
    async with asking(["Well. ", asyncio.Event().wait], bounds=Bounds(seconds=0.3)) as asked:
        assert await code_of(asked, "tell me a story") == "llm-timeout"


async def test_a_server_that_is_gone_is_said_to_be() -> None:
    async with asking(["hi"]) as asked:
        pass
    ready = asyncio.Event()
    house = FakeHouse(HOUSE)
    async with (
        ChatClient(Server("http://127.0.0.1:1/v1"), silent_seconds=1) as client,
        HouseReasoner(client, house, Prompts(house, lambda: NOW), Bounds(), ready) as reasoner,
    ):
        assert await code_of(Asked(reasoner, asked.server), "hello there") == "llm-lost"


async def test_leaving_an_answer_ends_the_servers_work() -> None:
    async with asking(["One. ", asyncio.Event().wait, "Two."]) as asked:
        answer = asked.reasoner.answer(Question("tell me", "en", None, "hall"), asked.acting)
        async with aclosing(answer) as pieces:
            await anext(pieces)
        await asyncio.sleep(0.05)
        assert asked.server.ended == [False]


async def test_the_prompt_is_read_ahead_and_the_question_does_not_wait_for_that() -> None:
    async with asking([asyncio.Event().wait], ["Yes it is."]) as asked:
        asked.reasoner.prepare("hall")
        await asked.server.reached.wait()
        assert await asked("is this a question") == ["Yes it is."]
        first, second = asked.server.requests
        assert first["messages"][:3] == second["messages"][:3]
        assert first["max_tokens"] == 1


async def test_nothing_is_read_ahead_before_the_house_is_known() -> None:
    async with asking(["hi"], known=False) as asked:
        asked.reasoner.prepare("hall")
        await asyncio.sleep(0.05)
        assert not asked.server.requests


async def test_an_exchange_is_remembered_in_its_room() -> None:
    async with asking(["And now?"]) as asked:
        asked.reasoner.note("hall", "turn on the hall light", "Turned on the light.")
        asked.reasoner.note("kitchen", "a secret", "hush")
        await asked("and the other one")
        said = [message["content"] for message in asked.server.requests[0]["messages"]]
        assert said[3:5] == ["turn on the hall light", "Turned on the light."]
        assert not any("secret" in text for text in said)


@pytest.mark.parametrize(
    ("language", "claim"),
    [("de", "Ich habe das Licht eingeschaltet."), ("fr", "J'ai allumé la lumière."), ("pl", "Zrobione.")],
)
async def test_claims_are_known_in_other_languages(language: str, claim: str) -> None:
    async with asking([claim]) as asked:
        assert await code_of(asked, "…", language=language) == "llm-claimed"


async def test_a_server_of_others_is_asked_how_it_is() -> None:
    """It has no /models here: that is an answer too, and told."""
    async with asking(["hi"]) as asked:
        async with asyncio.timeout(5):
            while asked.reasoner.components()[0].state == "ok":
                await asyncio.sleep(0.01)
        (llm,) = asked.reasoner.components()
        assert (llm.name, llm.state, llm.code, llm.required) == ("llm", "degraded", "llm-refused", False)


async def test_our_own_model_is_given_the_house_once_it_is_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It loads for seconds after the house is known."""
    monkeypatch.setattr("hub.llm.reasoner._LOOK_SECONDS", 0.02)
    house, ready, server = FakeHouse(HOUSE), asyncio.Event(), ChatServer([["x"]])
    ready.set()
    async with (
        ChatClient(Server(f"unix://{home}/llm.sock"), silent_seconds=5) as client,
        HouseReasoner(client, house, Prompts(house, lambda: NOW), Bounds(), ready) as reasoner,
    ):
        await asyncio.sleep(0.1)
        async with serving(server.complete, home / "llm.sock"), asyncio.timeout(5):
            while not server.requests:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
        assert len(server.requests) == 1
        assert "Bed Light" in server.requests[0]["messages"][1]["content"]
        assert reasoner.components() == []
