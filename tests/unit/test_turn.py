"""A turn: every way it can go, and what is left in its trace."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from hub.config import EndpointSection
from hub.errors import ActionFailed, IntentFailed, LlmFailed, SttFailed, TtsFailed
from hub.intent.replies import TemplateReplier
from hub.stages import Action, Evidence, Intent, NotUnderstood, Result, Several
from hub.trace import Trace, WakeTrace, new_trace, ulid
from hub.turn import Turn
from hub.vad.utterance import Utterance
from tests.fakes_house import FakeHouse
from tests.fakes_stages import (
    FakeActor,
    FakeInterpreter,
    FakeReasoner,
    FakeSynthesizer,
    FakeTranscriber,
    FakeVoice,
    fake_stages,
    in_this_thread,
    voice,
)
from wire.pcm import Pcm, silence


@dataclass
class FakeRoom:
    """Hears at once; remembers."""

    transcripts: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    audio_ms: float = 0.0
    wants_sound: bool = True
    read: list[str] = field(default_factory=list)

    async def heard(self, text: str) -> None:
        self.transcripts.append(text)

    async def say(self, text: str, blocks: AsyncIterator[Pcm]) -> None:
        self.audio_ms += sum([block.duration_ms async for block in blocks])
        self.said.append(text)

    def written(self, text: str) -> None:
        self.read.append(text)

    async def failed(self, code: str, message: str) -> None:
        self.failures.append(code)


async def utterance_of(*blocks: Pcm, settings: EndpointSection | None = None) -> Utterance:
    utterance = Utterance(FakeVoice(), settings or EndpointSection(), in_this_thread)
    for block in blocks:
        await utterance.feed(block)
    return utterance


async def run(*blocks: Pcm, settings: EndpointSection | None = None, **stages: object) -> tuple[FakeRoom, Trace]:
    room, trace = FakeRoom(), new_trace("kitchen", "Kitchen", "en")
    utterance = await utterance_of(*(blocks or (voice(640), silence(1000))), settings=settings)
    await Turn(fake_stages(**stages), room, trace).spoken(utterance)
    return room, trace


CONFIRMED = Action(
    "light.bed_light", "Bed Light", "turn_on", "t/set", "ON", "confirmed", Evidence("t/state", "ON", 12.0)
)


async def test_a_command_is_heard_done_and_answered() -> None:
    actor = FakeActor(Result("acted", actions=(CONFIRMED,)))
    room, trace = await run(actor=actor)
    assert (room.transcripts, room.said) == (["turn on the bed light"], ["reply: acted"])
    assert room.audio_ms == 200
    assert actor.areas == ["Kitchen"]
    assert trace.error is None
    assert trace.understood.intent == "HassTurnOn"
    order = ["endpoint", "transcript", "understood", "acted", "first_audio", "done"]
    assert list(trace.timings_ms) == order
    assert sorted(trace.timings_ms.values()) == [trace.timings_ms[name] for name in order]
    record = json.loads(trace.json())
    assert record["actions"][0]["evidence"] == {"topic": "t/state", "payload": "ON", "after_ms": 12.0}


@pytest.mark.parametrize("wake", [None, WakeTrace("okay_nabu", 0.9)])
async def test_a_command_in_one_breath_with_its_wake_word_is_told_without_it(wake: WakeTrace | None) -> None:
    """Also where none was listened for: into a browser, or in a recording."""
    room, trace = FakeRoom(), new_trace("kitchen", "Kitchen", "en")
    trace.wake = wake
    stages = fake_stages(transcriber=FakeTranscriber(text="Okay Nabu, turn on the bed light"))
    await Turn(stages, room, trace).spoken(await utterance_of(voice(640), silence(1000)))
    assert (room.transcripts, trace.transcript) == (["turn on the bed light"], "turn on the bed light")
    assert trace.understood.intent == "HassTurnOn"


async def test_silence_ends_quietly() -> None:
    room, trace = await run(silence(8000))
    assert (room.said, room.transcripts, room.failures) == ([], [], ["no-speech"])
    assert trace.error
    assert trace.error.code == "no-speech"


async def test_words_that_nobody_understood_are_answered() -> None:
    room, trace = await run(transcriber=FakeTranscriber(text=""))
    assert room.said == ["sorry: speech-not-recognised"]
    assert trace.error
    assert trace.understood.by == "none"


async def test_speech_without_end_is_refused_by_name() -> None:
    room, trace = await run(voice(60_000), settings=EndpointSection(max_seconds=5))
    assert room.said == ["sorry: speech-too-long"]
    assert trace.error
    assert trace.error.code == "speech-too-long"


@pytest.mark.parametrize(
    ("stages", "code"),
    [
        ({"transcriber": FakeTranscriber(error=SttFailed("stt-lost", "gone"))}, "stt-lost"),
        ({"actor": FakeActor(Result("unknown_target"))}, "device-unknown"),
        ({"actor": FakeActor(Result("ambiguous", choices=("A", "B")))}, "device-ambiguous"),
        ({"actor": FakeActor(Result("refused", problem="locks"))}, "action-refused"),
        ({"actor": FakeActor(Result("unsupported"))}, "not-supported"),
        (
            {"actor": FakeActor(Result("acted", actions=(Action("l.a", "A", "turn_on", "t", "ON", "failed"),)))},
            "device-silent",
        ),
        ({"interpreter": FakeInterpreter(NotUnderstood)}, "not-understood"),
        ({"interpreter": FakeInterpreter(lambda text: NotUnderstood(text, "sofa"))}, "device-unknown"),
    ],
)
async def test_every_failure_is_spoken_and_named(stages: dict[str, object], code: str) -> None:
    room, trace = await run(**stages)
    assert trace.error
    assert trace.error.code == code
    assert len(room.said) == 1
    assert trace.reply == room.said[0]


async def test_a_stage_that_fails_while_acting_is_apologised_for() -> None:
    class LostBroker:
        async def carry_out(self, *_: object, **__: object) -> Result:
            raise ActionFailed("broker-lost", "the broker is gone")

    room, trace = await run(actor=LostBroker())
    assert room.said == ["sorry: broker-lost"]
    assert trace.error
    assert trace.error.code == "broker-lost"


def lamp_of(text: str) -> Intent | NotUnderstood:
    """Understands "turn on … light"."""
    if not text.startswith("turn on ") or not text.endswith("light"):
        return NotUnderstood(text)
    return Intent("HassTurnOn", {"name": text.removeprefix("turn on ").removeprefix("the ")}, "default", "en", text)


@pytest.fixture
def replier() -> TemplateReplier:
    return TemplateReplier(FakeHouse(), lambda: datetime(2026, 11, 21, tzinfo=UTC))


@pytest.mark.parametrize("wake", [None, WakeTrace("okay_nabu", 0.9)])
async def test_of_two_lamps_that_sound_alike_none_is_switched(wake: WakeTrace | None, replier: TemplateReplier) -> None:
    """What is asked back with are their names; wake words before them are not part of it."""
    called = "okay nabu " if wake else ""
    actor, room, trace = FakeActor(), FakeRoom(), new_trace("kitchen", "Kitchen", "en")
    trace.wake = wake
    others = (called + "turn on bed light", called + "turn on red light")
    stages = fake_stages(
        transcriber=FakeTranscriber(called + "turn on the bed light", others=others),
        interpreter=FakeInterpreter(lamp_of),
        actor=actor,
        replier=replier,
    )
    await Turn(stages, room, trace).spoken(await utterance_of(voice(640), silence(1000)))
    assert (actor.areas, trace.actions) == ([], [])
    assert room.said == ["Did you mean bed light or red light?"]
    assert trace.error
    assert trace.error.code == "speech-alike"


@pytest.mark.parametrize("other", ["turn on bed light", "paint the bed light"])
async def test_what_sounds_alike_and_means_the_same_or_nothing_keeps_nobody_waiting(other: str) -> None:
    actor = FakeActor(Result("acted", actions=(CONFIRMED,)))
    hears = FakeTranscriber("turn on the bed light", others=(other,))
    _, trace = await run(actor=actor, transcriber=hears, interpreter=FakeInterpreter(lamp_of))
    assert trace.error is None
    assert actor.areas == ["Kitchen"]


@pytest.mark.parametrize("synthesizer", [FakeSynthesizer(error=TtsFailed("tts-lost", "gone"))])
async def test_without_a_voice_the_satellite_is_told(synthesizer: FakeSynthesizer) -> None:
    room, trace = await run(synthesizer=synthesizer)
    assert room.failures == ["tts-lost"]
    assert trace.error
    assert trace.error.code == "tts-lost"


async def test_a_lost_voice_cannot_apologise_for_itself_for_ever() -> None:
    room, _ = await run(
        transcriber=FakeTranscriber(error=SttFailed("stt-lost", "gone")),
        synthesizer=FakeSynthesizer(error=TtsFailed("tts-lost", "gone")),
    )
    assert room.failures == ["tts-lost"]


class _Detecting(FakeTranscriber):
    """Hears German, and keeps what it was asked for."""

    async def transcribe(self, speech, *, language, on_partial=None):  # type: ignore[no-untyped-def, override]
        self.asked = language
        return replace(await super().transcribe(speech, language=language), language="de")


@pytest.mark.parametrize(("hears", "asked"), [(None, "en"), ("auto", "auto")])
async def test_a_turn_goes_on_in_the_language_that_was_heard(hears: str | None, asked: str) -> None:
    transcriber, trace = _Detecting(), new_trace("kitchen", "Kitchen", "en")
    turn = Turn(fake_stages(transcriber=transcriber), FakeRoom(), trace, hears=hears)
    await turn.spoken(await utterance_of(voice(640), silence(1000)))
    assert (transcriber.asked, trace.language) == (asked, "de")


async def test_typed_text_takes_the_same_way() -> None:
    room, trace = FakeRoom(), new_trace("cli", None, "en")
    await Turn(fake_stages(), room, trace).typed("turn on the bed light")
    assert room.said == ["reply: answered"]
    assert trace.stt is None
    assert trace.timings_ms["endpoint"] == 0


async def test_an_unknown_language_is_named() -> None:
    class NoLanguage:
        async def interpret(self, *_: object, **__: object) -> NotUnderstood:
            raise IntentFailed("language-unknown", "no sentences for xx")

    room, trace = FakeRoom(), new_trace("cli", None, "xx")
    await Turn(fake_stages(interpreter=NoLanguage()), room, trace).typed("hello")
    assert room.said == ["sorry: language-unknown"]
    assert trace.error


async def test_a_cancelled_turn_stops_at_once() -> None:
    """Barge-in cancels the turn wherever it is; nothing is said afterwards."""
    room, trace = FakeRoom(), new_trace("kitchen", None, "en")
    utterance = await utterance_of(voice(640), silence(1000))
    stages = fake_stages(transcriber=FakeTranscriber(hold=asyncio.Event()))
    task = asyncio.create_task(Turn(stages, room, trace).spoken(utterance))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert room.said == []


def test_turn_ids_sort_by_time() -> None:
    assert ulid(1, 0) < ulid(1, 5) < ulid(2, 0)
    assert len(ulid((1 << 48) - 1, (1 << 80) - 1)) == 26
    assert ulid(0, 0) == "0" * 26


UNKNOWN = FakeInterpreter(NotUnderstood)


async def test_what_no_sentence_fits_is_answered_by_the_reasoner() -> None:
    reasoner = FakeReasoner(["Because of the air.", "It scatters blue light."])
    room, trace = await run(interpreter=UNKNOWN, reasoner=reasoner)
    assert trace.reply == "Because of the air. It scatters blue light."
    assert trace.understood.by == "llm"
    assert trace.error is None
    assert room.audio_ms == 800
    assert reasoner.questions[0].area == "Kitchen"
    assert list(trace.timings_ms) == ["endpoint", "transcript", "understood", "first_audio", "done"]
    assert trace.engines_ms.keys() >= {"llm", "tts"}


async def test_what_a_sentence_fits_never_reaches_it_but_is_remembered() -> None:
    reasoner = FakeReasoner(["no"])
    await run(reasoner=reasoner, actor=FakeActor(Result("acted", actions=(CONFIRMED,))))
    assert not reasoner.questions
    assert reasoner.noted == [("kitchen", "turn on the bed light", "reply: acted")]


async def test_the_first_piece_is_heard_while_the_second_is_not_yet_thought_of() -> None:
    heard = asyncio.Event()

    @dataclass
    class Listening(FakeRoom):
        async def say(self, text: str, blocks: AsyncIterator[Pcm]) -> None:
            await anext(blocks)
            heard.set()
            await super().say(text, blocks)

    room, trace = Listening(), new_trace("kitchen", "Kitchen", "en")
    stages = fake_stages(interpreter=UNKNOWN, reasoner=FakeReasoner(["One.", heard.wait, "Two."]))
    await Turn(stages, room, trace).spoken(await utterance_of(voice(640), silence(1000)))
    assert room.said == ["One."]
    assert trace.reply == "One. Two."


async def test_its_actions_are_carried_out_and_told_by_the_replier() -> None:
    intent = Intent("HassTurnOn", {"name": "Bed Light"}, "default", "en", "some light please")
    actor = FakeActor(Result("acted", actions=(CONFIRMED,)))
    _, trace = await run(interpreter=UNKNOWN, reasoner=FakeReasoner([intent]), actor=actor)
    assert (trace.reply, trace.actions) == ("reply: acted", [CONFIRMED])
    assert (trace.understood.by, trace.understood.intent) == ("llm", "HassTurnOn")
    assert "acted" in trace.timings_ms


async def test_one_that_is_lost_before_a_word_is_apologised_for() -> None:
    room, trace = await run(interpreter=UNKNOWN, reasoner=FakeReasoner([LlmFailed("llm-lost", "gone")]))
    assert trace.error is not None
    assert (trace.error.code, trace.reply, room.said) == ("llm-lost", "sorry: llm-lost", ["sorry: llm-lost"])


async def test_one_that_is_lost_in_the_middle_ends_with_an_apology() -> None:
    reasoner = FakeReasoner(["One.", LlmFailed("llm-lost", "gone")])
    room, trace = await run(interpreter=UNKNOWN, reasoner=reasoner)
    assert trace.error is not None
    assert (trace.error.code, trace.reply) == ("llm-lost", "One. sorry: llm-lost")
    assert room.audio_ms == 300


async def test_an_answer_of_nothing_is_an_apology() -> None:
    _, trace = await run(interpreter=UNKNOWN, reasoner=FakeReasoner([]))
    assert trace.error is not None
    assert trace.error.code == "llm-empty"


async def test_an_interrupted_answer_is_closed_and_what_was_said_is_remembered() -> None:
    reasoner = FakeReasoner(["One.", asyncio.Event().wait, "Two."])
    room, trace = FakeRoom(), new_trace("kitchen", "Kitchen", "en")
    stages = fake_stages(interpreter=UNKNOWN, reasoner=reasoner)
    turn = asyncio.ensure_future(Turn(stages, room, trace).spoken(await utterance_of(voice(640), silence(1000))))
    while not trace.reply:
        await asyncio.sleep(0)
    turn.cancel()
    await asyncio.wait([turn])
    assert reasoner.closed
    assert reasoner.noted == [("kitchen", "turn on the bed light", "One.")]


async def test_who_only_reads_gets_all_of_it_without_a_voice() -> None:
    reasoner = FakeReasoner(["One.", "Two."])
    voiceless = FakeSynthesizer(error=TtsFailed("tts-lost", "gone"))
    room, trace = FakeRoom(wants_sound=False), new_trace("cli", None, "en")
    await Turn(fake_stages(interpreter=UNKNOWN, reasoner=reasoner, synthesizer=voiceless), room, trace).typed("why")
    assert (trace.reply, room.said, trace.error) == ("One. Two.", ["One. Two."], None)
    assert room.read == ["One.", "Two."]


async def test_a_lost_voice_ends_an_answer_and_its_work() -> None:
    reasoner = FakeReasoner(["One.", "Two."])
    voiceless = FakeSynthesizer(error=TtsFailed("tts-lost", "gone"))
    room, trace = await run(interpreter=UNKNOWN, reasoner=reasoner, synthesizer=voiceless)
    assert (room.failures, reasoner.closed) == (["tts-lost"], True)
    assert trace.error is not None


async def test_a_name_that_is_nearly_known_is_asked_back_at_once() -> None:
    reasoner = FakeReasoner(["no"])
    nearly = FakeInterpreter(lambda text: NotUnderstood(text, "bad light", ("Bed Light",)))
    _, trace = await run(interpreter=nearly, reasoner=reasoner)
    assert not reasoner.questions
    assert trace.error is not None
    assert trace.error.code == "device-unknown"


async def test_a_house_that_is_lost_in_the_middle_of_an_answer_is_apologised_for() -> None:
    intent = Intent("HassTurnOn", {"name": "Bed Light"}, "default", "en", "some light please")

    class Lost(FakeActor):
        async def carry_out(self, intent: Intent, **_: object) -> Result:
            raise ActionFailed("broker-lost", "no broker")

    _, trace = await run(interpreter=UNKNOWN, reasoner=FakeReasoner(["One.", intent]), actor=Lost())
    assert trace.error is not None
    assert (trace.error.code, trace.reply) == ("broker-lost", "One. sorry: broker-lost")


async def test_who_waits_long_is_told_that_it_takes_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.answer.PATIENCE_SECONDS", 0.0)
    reasoner = FakeReasoner([lambda: asyncio.sleep(0.05), "Because of the air."])
    room, trace = await run(interpreter=UNKNOWN, reasoner=reasoner)
    assert room.audio_ms == 500  # one word more
    assert (trace.reply, trace.error) == ("Because of the air.", None)


async def test_who_waits_long_for_nothing_hears_an_apology(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.answer.PATIENCE_SECONDS", 0.0)
    reasoner = FakeReasoner([lambda: asyncio.sleep(0.05), LlmFailed("llm-timeout", "too slow")])
    room, trace = await run(interpreter=UNKNOWN, reasoner=reasoner)
    assert trace.error is not None
    assert (trace.error.code, room.said[-1]) == ("llm-timeout", "sorry: llm-timeout")


async def test_several_commands_of_one_sentence_are_done_in_order_and_told_together() -> None:
    intents = [Intent(name, {}, "default", "en", name) for name in ("HassTurnOn", "HassTurnOff")]
    done: list[str] = []

    class Some(FakeActor):
        async def carry_out(self, intent: Intent, **_: object) -> Result:
            done.append(intent.name)
            return Result("acted", actions=(CONFIRMED,)) if intent.name == "HassTurnOn" else Result("unknown_target")

    room, trace = await run(interpreter=FakeInterpreter(lambda _: Several(tuple(intents))), actor=Some())
    assert done == ["HassTurnOn", "HassTurnOff"]
    assert room.said == ["reply: acted reply: unknown_target"]
    assert trace.actions == [CONFIRMED]
    assert trace.error
    assert trace.error.code == "device-unknown"
