"""The Interpreter's promises, kept by the one that understands and by the fake that tests of the turn use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from hub.errors import IntentFailed
from hub.intent.sentences import CACHED_SENTENCES, SentenceInterpreter
from hub.stages import Area, Entity, Intent, Interpreter, NotUnderstood
from tests.fakes_house import FakeHouse
from tests.fakes_stages import FakeInterpreter

SENTENCE = "turn on the bed light"


def bed_light_house() -> FakeHouse:
    return FakeHouse([Entity("light.bed_light", "light", "Bed Light", area="Bedroom")], [Area("Bedroom")])


@pytest.fixture(params=["sentences", "fake"])
async def interpreter(request: pytest.FixtureRequest) -> AsyncIterator[Interpreter]:
    async with AsyncExitStack() as stack:
        if request.param == "sentences":
            yield await stack.enter_async_context(SentenceInterpreter(bed_light_house()))
        else:
            yield FakeInterpreter()


async def test_a_command_becomes_an_intent(interpreter: Interpreter) -> None:
    understood = await interpreter.interpret(SENTENCE, language="en", area=None)
    assert isinstance(understood, Intent)
    assert (understood.name, understood.slots["name"]) == ("HassTurnOn", "Bed Light")
    assert (understood.text, understood.language, understood.response) == (SENTENCE, "en", "default")


async def test_cancelling_leaves_the_next_call_whole(interpreter: Interpreter) -> None:
    task = asyncio.ensure_future(interpreter.interpret(SENTENCE, language="en", area=None))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert isinstance(await interpreter.interpret(SENTENCE, language="en", area=None), Intent)


async def test_new_names_are_understood_at_once() -> None:
    house = bed_light_house()
    async with SentenceInterpreter(house) as interpreter:
        sentence = "turn on the disco ball"
        assert isinstance(await interpreter.interpret(sentence, language="en", area=None), NotUnderstood)
        house.add(Entity("switch.disco", "switch", "Disco Ball"))
        assert isinstance(await interpreter.interpret(sentence, language="en", area=None), Intent)
        house.remove("switch.disco")
        assert isinstance(await interpreter.interpret(sentence, language="en", area=None), NotUnderstood)


async def test_the_answer_depends_on_the_room_and_is_remembered_by_it() -> None:
    async with SentenceInterpreter(bed_light_house()) as interpreter:
        rooms = [
            await interpreter.interpret("turn on the lights", language="en", area=area) for area in ("Bedroom", "Hall")
        ]
    assert [room.context_area for room in rooms if isinstance(room, Intent)] == ["Bedroom", "Hall"]


async def test_the_same_sentence_is_matched_once() -> None:
    async with SentenceInterpreter(bed_light_house()) as interpreter:
        first = await interpreter.interpret(SENTENCE, language="en", area=None)
        assert await interpreter.interpret(SENTENCE, language="en", area=None) is first
        for number in range(CACHED_SENTENCES):
            await interpreter.interpret(str(number), language="en", area=None)
        again = await interpreter.interpret(SENTENCE, language="en", area=None)
    assert again == first
    assert again is not first


async def test_many_at_once_are_all_answered() -> None:
    async with SentenceInterpreter(bed_light_house()) as interpreter:
        answers = await asyncio.gather(
            *(interpreter.interpret(f"set bed light to {n} percent", language="en", area=None) for n in range(10, 20))
        )
    assert [answer.slots["brightness"] for answer in answers if isinstance(answer, Intent)] == list(range(10, 20))


async def test_another_language_is_loaded_when_it_is_heard() -> None:
    async with SentenceInterpreter(bed_light_house()) as interpreter:
        understood = await interpreter.interpret("Schalte Bed Light ein", language="de-AT", area=None)
    assert isinstance(understood, Intent)
    assert understood.language == "de"


async def test_an_unknown_language_is_refused_by_name() -> None:
    async with SentenceInterpreter(bed_light_house()) as interpreter:
        with pytest.raises(IntentFailed, match="'tlh'") as refusal:
            await interpreter.interpret(SENTENCE, language="tlh", area=None)
    assert refusal.value.code == "language-unknown"


def test_an_unknown_language_is_refused_before_anything_starts() -> None:
    with pytest.raises(IntentFailed):
        SentenceInterpreter(bed_light_house(), languages=["tlh"])
