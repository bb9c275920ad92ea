"""A transcription begins before the end, and its result counts only if nobody went on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hub.stt.requests import Refused
from hub.stt.whisper.ear import Ear
from hub.stt.whisper.hearing import Asked, Hearing
from hub.stt.whisper.messages import Heard
from hub.stt.whisper.shared import Place
from tests.unit.stt.whisper.voices import LOUD, QUIET, LoudnessVoice, windows

WORD, PAUSE, BREATH = windows(LOUD, 20), windows(QUIET, 4), windows(QUIET, 1)


@dataclass
class FakeModel:
    """Says how much it was given, when it is let. log: (bytes, urgent when it ended) of those that ended."""

    text: str = "turn on the bed light"
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    gives_way: bool = False
    refuses: bool = False

    async def hear(self, pcm: bytes, language: str, prompt: str, place: Place) -> Heard | None:
        if self.gives_way and not place.urgent:
            return None
        self.begun.append(len(pcm))
        if self.refuses and not place.urgent:
            raise Refused("stt-crashed", "it fell")
        await self.may_answer.wait()
        self.ended.append(len(pcm))
        return Heard(1, self.text, language, 0.9)


def hearing(model: FakeModel, asked: Asked | None = None) -> Hearing:
    return Hearing(Ear(LoudnessVoice()), model, asked or Asked("en"))  # type: ignore[arg-type]


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_at_the_first_pause_the_work_begins_and_is_kept():
    model = FakeModel()
    model.may_answer.set()
    async with hearing(model) as utterance:
        utterance.feed(WORD + PAUSE)
        await settle()
        assert len(model.ended) == 1
        utterance.feed(PAUSE * 3)
        heard = await utterance.finish()
    assert heard.text == "turn on the bed light"
    assert len(model.begun) == 1


async def test_whoever_goes_on_is_heard_whole():
    model = FakeModel()
    async with hearing(model) as utterance:
        utterance.feed(WORD + PAUSE)
        await settle()
        utterance.feed(WORD + PAUSE)
        await settle()
        model.may_answer.set()
        await utterance.finish()
    assert len(model.begun) == 2
    assert model.ended == [max(model.begun)]


async def test_without_a_pause_it_begins_at_the_end():
    model = FakeModel()
    model.may_answer.set()
    async with hearing(model) as utterance:
        utterance.feed(WORD + BREATH)
        await settle()
        assert model.begun == []
        assert (await utterance.finish()).text == "turn on the bed light"


async def test_silence_is_never_transcribed():
    model = FakeModel()
    async with hearing(model) as utterance:
        utterance.feed(windows(QUIET, 200))
        assert await utterance.finish() == Heard(0, "", "en", 0.0)
    assert model.begun == []


async def test_a_beginning_that_gave_way_is_done_again_at_the_end():
    model = FakeModel(gives_way=True)
    model.may_answer.set()
    async with hearing(model) as utterance:
        utterance.feed(WORD + PAUSE)
        await settle()
        assert (await utterance.finish()).text == "turn on the bed light"
    assert len(model.ended) == 1


async def test_a_beginning_that_failed_is_done_again_at_the_end():
    """And not before, however long the pause is: what crashes once crashes again."""
    model = FakeModel(refuses=True)
    model.may_answer.set()
    async with hearing(model) as utterance:
        utterance.feed(WORD + PAUSE)
        for _ in range(5):
            await settle()
            utterance.feed(PAUSE)
        assert len(model.begun) == 1
        assert (await utterance.finish()).text == "turn on the bed light"
    assert len(model.begun) == 2


async def test_what_was_made_up_is_not_heard():
    model = FakeModel("Bed Light, TV.")
    model.may_answer.set()
    async with hearing(model, Asked("en", ("Bed Light", "TV"))) as utterance:
        utterance.feed(WORD + PAUSE)
        assert await utterance.finish() == Heard(1, "", "en", 0.0, guess="Bed Light, TV.")


async def test_meanwhile_it_is_told_what_was_said_so_far():
    told: list[str] = []

    async def tell(heard: Heard) -> None:
        told.append(heard.text)

    model = FakeModel("turn on the")
    model.may_answer.set()
    async with hearing(model, Asked("en", so_far=tell)) as utterance:
        utterance.feed(WORD * 2)  # 1.3 s without a pause
        await settle()
        assert told == ["turn on the"]
        utterance.feed(PAUSE)
        await settle()
        assert told == ["turn on the"] * 2
        model.text = "turn on the light"
        utterance.feed(WORD + BREATH)
        assert (await utterance.finish()).text == "turn on the light"


async def test_whoever_leaves_ends_the_work():
    model = FakeModel()
    async with hearing(model) as utterance:
        utterance.feed(WORD + PAUSE)
        await settle()
        assert len(model.begun) == 1
    assert model.ended == []
