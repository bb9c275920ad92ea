"""The embedded recogniser in front of another one: who answers, when, and who is spared the work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from hub.errors import SttFailed
from hub.stages import Partial, Transcript
from hub.stt.first_pass import FirstPass
from tests.fakes_stages import FakeTranscriber
from wire.pcm import Pcm, silence

LOST = SttFailed("stt-lost", "gone")
UNKNOWN = SttFailed("language-unknown", "no 'de' here")
WHOLE = Partial("turn on the TV", complete=True, goes_on=False, confidence=0.9)


async def spoken(blocks: int = 3) -> AsyncIterator[Pcm]:
    for _ in range(blocks):
        yield silence(100)
        await asyncio.sleep(0)


async def heard(first: FakeTranscriber, other: FakeTranscriber) -> str:
    return (await FirstPass(first, other).transcribe(spoken(), language="en")).text


async def test_what_the_first_knows_is_the_answer_at_once() -> None:
    """The other one heard every block, but was not told that speech ended: it never begins to work."""
    first, other = FakeTranscriber("turn on the TV"), FakeTranscriber("tune on the TV")
    assert await heard(first, other) == "turn on the TV"
    assert (first.heard_ms, other.heard_ms) == ([300], [])


@pytest.mark.parametrize("first", [FakeTranscriber(""), FakeTranscriber(error=LOST), FakeTranscriber(error=UNKNOWN)])
async def test_what_the_first_does_not_know_or_cannot_hear_is_the_others(first: FakeTranscriber) -> None:
    other = FakeTranscriber("tell me a story")
    assert await heard(first, other) == "tell me a story"
    assert other.heard_ms == [300]


async def test_why_it_was_handed_on_is_told() -> None:
    other = FakeTranscriber("tell me a story")
    unsure = await FirstPass(FakeTranscriber(""), other).transcribe(spoken(), language="en")
    assert isinstance(unsure.before, Transcript)
    assert (unsure.before.text, unsure.before.engine) == ("", "fake")
    failed = await FirstPass(FakeTranscriber(error=UNKNOWN), other).transcribe(spoken(), language="en")
    assert failed.before == "language-unknown"
    assert (await FirstPass(other, other).transcribe(spoken(), language="en")).before is None


@pytest.mark.parametrize("first", [FakeTranscriber(""), FakeTranscriber(error=UNKNOWN)])
async def test_an_error_of_the_other_is_told_where_the_first_has_nothing(first: FakeTranscriber) -> None:
    with pytest.raises(SttFailed, match="gone"):
        await heard(first, FakeTranscriber(error=LOST))


async def test_a_lost_other_is_no_harm_to_what_the_first_knows() -> None:
    class Gone(FakeTranscriber):
        async def transcribe(self, *_: object, **__: object) -> None:  # type: ignore[override]
            raise LOST

    assert await heard(FakeTranscriber("turn on the TV"), Gone()) == "turn on the TV"


async def test_a_language_that_the_first_does_not_have_goes_to_the_other_while_it_is_spoken() -> None:
    """It refuses before a word was said; nothing waits for that."""

    class Refuses(FakeTranscriber):
        async def transcribe(self, *_: object, **__: object) -> None:  # type: ignore[override]
            raise UNKNOWN

    assert await heard(Refuses(), FakeTranscriber("mach das Licht an")) == "mach das Licht an"


BEGUN = Partial("what is the", complete=False, goes_on=True, confidence=0.9)
NOTHING = Partial("", complete=False, goes_on=False, confidence=0.0)


async def test_partial_results_are_the_firsts() -> None:
    """As soon as it makes something of what was said; what the other one makes of it counts no more."""
    told = await _told(FakeTranscriber("turn on the TV", partial=WHOLE), FakeTranscriber(partial=BEGUN))
    assert BEGUN not in told[told.index(WHOLE) :]


async def test_what_the_other_hears_counts_where_the_first_makes_nothing_of_it() -> None:
    told = await _told(FakeTranscriber("", partial=NOTHING), FakeTranscriber(partial=BEGUN))
    assert told.count(BEGUN) == 2


async def _told(first: FakeTranscriber, other: FakeTranscriber) -> list[Partial]:
    told: list[Partial] = []
    await FirstPass(first, other).transcribe(spoken(2), language="en", on_partial=told.append)
    return told


async def test_a_turn_that_is_cancelled_leaves_both_usable() -> None:
    never = asyncio.Event()
    first, other = FakeTranscriber("", hold=never), FakeTranscriber("tell me a story")
    both = FirstPass(first, other)
    waiting = asyncio.create_task(both.transcribe(spoken(), language="en"))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    never.set()
    assert (await both.transcribe(spoken(), language="en")).text == "tell me a story"


async def test_an_error_of_the_speech_comes_out_as_it_is() -> None:
    async def broken() -> AsyncIterator[Pcm]:
        yield silence(100)
        raise SttFailed("test", "the room is gone")

    with pytest.raises(SttFailed, match="the room is gone"):
        await FirstPass(FakeTranscriber(), FakeTranscriber()).transcribe(broken(), language="en")
