"""What stands beside a turn notes what explains it, costs nearly nothing, and keeps no secret."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from hub.config import EndpointSection
from hub.dialogue import Dialogue, NoAnswers
from hub.errors import SttFailed
from hub.evidence import MOST_BYTES, GuessHeard, Hearing, ModelAsked, PromptPart, TurnEvidence, WakeScores
from hub.stages import Exchange, Guess, Intent, NotUnderstood, Partial, Result, Transcript
from hub.trace import Trace, new_trace
from hub.turn import Stages, Turn
from hub.vad.utterance import WINDOW_BYTES, Utterance
from hub.witness import TurnProgress, Witness, Witnesses, peaks_dbfs
from tests.fakes_stages import (
    FakeInterpreter,
    FakeReasoner,
    FakeTranscriber,
    FakeVoice,
    fake_stages,
    in_this_thread,
    voice,
)
from tests.unit.test_turn import FakeRoom
from wire.pcm import Pcm, silence

COMMAND = (silence(320), voice(640), silence(1000))
WHOLE = Partial("turn on the bed light", complete=True, goes_on=False, confidence=0.95)


async def heard(
    stages: Stages, *blocks: Pcm, word_ends_ms: float | None = None
) -> tuple[Witness, list[TurnProgress], Trace]:
    """A spoken turn with a witness beside it, as a session has it."""
    told: list[TurnProgress] = []
    trace = new_trace("kitchen", "Kitchen", "en")
    witness = Witness(trace, told.append)
    settings = EndpointSection()
    utterance = Utterance(FakeVoice(), settings, in_this_thread, word_ends_ms=word_ends_ms, on_window=witness.window)
    witness.listens_to(utterance, threshold=settings.speech_threshold, word_ends_ms=word_ends_ms)
    for block in blocks or COMMAND:
        await utterance.feed(block)
    turn = Turn(witness.stages(stages), FakeRoom(), trace)
    await turn.spoken(utterance)
    witness.over(secret=turn.secret)
    return witness, told, trace


async def test_sound_voice_words_and_end_are_on_one_time_axis() -> None:
    witness, _, trace = await heard(fake_stages(transcriber=FakeTranscriber(partial=WHOLE)))
    found = witness.evidence()
    assert found
    assert found.length_ms == len(found.voice_percent) * 32 == len(found.peaks_dbfs) * 16
    assert found.endpoint
    assert found.endpoint.started_ms == 320
    assert found.endpoint.last_voiced_ms == 960
    assert found.endpoint.decided_ms - found.endpoint.last_voiced_ms == trace.timings_ms["endpoint"]
    assert (found.endpoint.reason, found.endpoint.threshold) == ("silence", 0.5)
    assert set(found.voice_percent) == {0, 100}
    assert (found.peaks_dbfs[0], found.peaks_dbfs[30]) == (-60, -18)
    assert [(one.text, one.complete) for one in found.partials] == [("turn on the bed light", True)]


async def test_what_was_heard_and_understood_is_told_with_what_else_it_might_have_been() -> None:
    class Unsure(FakeTranscriber):
        async def transcribe(self, *args: object, **more: object) -> Transcript:
            first = Transcript(
                "", "en", "phrase", confidence=0.2, guesses=(Guess("open the blind", 0.2, 0.0),), needed=0.6
            )
            return replace(await super().transcribe(*args, **more), before=first)  # type: ignore[arg-type]

    nearly = NotUnderstood("open the sofa", "sofa", ("Sofa Lamp",), (("HassTurnOn", "sofa"),))
    stages = fake_stages(transcriber=Unsure("open the sofa"), interpreter=FakeInterpreter(lambda _: nearly))
    witness, _, _ = await heard(stages)
    found = witness.evidence()
    assert found
    first, other = found.hearings
    assert (first.engine, first.problem, first.needed) == ("phrase", "unsure", 0.6)
    assert first.guesses == [GuessHeard("open the blind", 0.2, 0.0)]
    assert (other.engine, other.text, other.problem) == ("fake", "open the sofa", "")
    (reading,) = found.readings
    assert (reading.intents, reading.unknown_name, reading.nearest_names) == ([], "sofa", ["Sofa Lamp"])
    assert [(one.intent, one.unknown) for one in reading.considered] == [("HassTurnOn", "sofa")]


async def test_slots_of_every_kind_can_be_kept() -> None:
    """What cannot be written as JSON must not cost the turn its record."""
    at = datetime(2026, 11, 22, 7, tzinfo=UTC)
    intent = Intent("EarshotRemind", {"at": at, "every": object, "percent": 20}, "default", "en", "x")
    witness, _, _ = await heard(fake_stages(interpreter=FakeInterpreter(lambda _: intent)))
    found = witness.evidence()
    assert found
    kept = msgspec.json.decode(found.json(), type=TurnEvidence)
    assert kept.readings[0].slots[0]["at"] == "2026-11-22 07:00:00+00:00"
    assert kept.readings[0].slots[0]["percent"] == 20


async def test_a_transcriber_that_fails_is_named() -> None:
    witness, _, trace = await heard(fake_stages(transcriber=FakeTranscriber(error=SttFailed("stt-lost", "gone"))))
    found = witness.evidence()
    assert found
    assert [hearing.problem for hearing in found.hearings] == ["stt-lost"]
    assert trace.error
    assert trace.error.code == "stt-lost"


async def test_the_prompt_of_a_language_model_is_noted() -> None:
    class Told(FakeReasoner):
        def answer(self, question, act):  # type: ignore[no-untyped-def]
            question.told(
                Exchange((("system", "rules"), ("user", question.text)), "It is cold.", (("get_state", "{}"),))
            )
            return super().answer(question, act)

    stages = fake_stages(interpreter=FakeInterpreter(NotUnderstood), reasoner=Told(["It is cold."]))
    witness, told, _ = await heard(stages)
    found = witness.evidence()
    assert found
    (asked,) = found.model
    assert [(part.role, part.text) for part in asked.prompt] == [("system", "rules"), ("user", "turn on the bed light")]
    assert (asked.said, asked.calls[0].name) == ("It is cold.", "get_state")
    assert "thinking" in [one.stage for one in told]


async def test_progress_is_told_in_order_with_the_words_so_far() -> None:
    _, told, trace = await heard(fake_stages(transcriber=FakeTranscriber(partial=WHOLE)))
    stages = list(dict.fromkeys(one.stage for one in told))
    assert stages == ["listening", "hearing", "transcribing", "understanding", "acting", "answering"]
    assert {one.partial for one in told if one.partial} == {"turn on the bed light"}
    assert {one.turn for one in told} == {trace.turn}
    assert [one.at_ms for one in told] == sorted(one.at_ms for one in told)


async def test_of_a_turn_that_may_be_a_pin_nothing_is_kept_and_no_word_is_told() -> None:
    """Also where the digits were not understood: then nobody knows that they were a PIN."""
    dialogue = Dialogue(NoAnswers())
    unlock = Intent("HassTurnOff", {"name": "Front Door"}, "lock", "en", "unlock the front door")
    dialogue.note("kitchen", unlock, Result("unconfirmed", choices=("Front Door",), problem="needs-pin"))
    said = Partial("one two three", complete=True, goes_on=True, confidence=0.5)
    transcriber = FakeTranscriber("one two three four", partial=said)
    unknown = FakeInterpreter(NotUnderstood)
    stages = fake_stages(transcriber=transcriber, dialogue=dialogue, interpreter=unknown)
    witness, told, trace = await heard(stages)
    assert witness.evidence() is None
    assert b"one two" not in trace.json()
    assert trace.error
    assert trace.error.code == "not-understood"
    assert {one.partial for one in told} == {None}


async def test_the_sound_of_a_wake_word_ends_soon_after_the_word() -> None:
    witness, _, _ = await heard(fake_stages(), voice(640), *COMMAND, word_ends_ms=640.0)
    assert 640 + 240 <= len(witness.wake_sound) / 32 < 640 + 240 + 64
    without, _, _ = await heard(fake_stages())
    assert without.wake_sound == b""


def test_peaks_are_decibels_of_full_scale() -> None:
    loud = np.zeros(512, "<i2")
    loud[10], loud[300] = -32768, 3277
    assert peaks_dbfs(loud.tobytes()) == [0, -20]
    assert peaks_dbfs(b"") == []


def test_what_explains_a_turn_has_a_bound_and_the_question_survives() -> None:
    """A house of a thousand devices in the prompt, in three requests, and a minute of sound."""
    prompt = [PromptPart("system", "rules"), PromptPart("user", "x" * 60_000), PromptPart("user", "what is on?")]
    found = TurnEvidence(
        "01A", peaks_dbfs=[-60] * 3750, voice_percent=[100] * 1875, model=[ModelAsked(prompt, "a" * 9000)] * 3
    )
    encoded = found.json()
    assert len(encoded) <= MOST_BYTES
    kept = msgspec.json.decode(encoded, type=TurnEvidence)
    assert kept.model[0].clipped
    assert kept.model[0].prompt[-1].text == "what is on?"
    assert len(kept.peaks_dbfs) == 3750


def test_even_what_nobody_foresaw_is_within_the_bound() -> None:
    found = TurnEvidence("01A", hearings=[Hearing("e", "y" * 2000)] * 40, peaks_dbfs=[-60] * 9000)
    assert len(found.json()) <= MOST_BYTES
    assert found.left_out


def test_nobody_is_told_where_nobody_looks_and_ended_turns_are_forgotten() -> None:
    told: list[TurnProgress] = []
    looks = False
    witnesses = Witnesses(told.append, lambda: looks)
    trace = new_trace("kitchen", None, "en")
    witnesses.begin(trace).stages(fake_stages())
    assert told == []
    looks = True
    assert witnesses.end(trace)
    assert [one.stage for one in told] == ["done"]
    assert witnesses.end(trace) is None
    many = [new_trace("kitchen", None, "en") for _ in range(100)]
    for one in many:
        witnesses.begin(one)
    assert witnesses.end(many[0]) is None
    assert witnesses.end(many[-1])


def test_a_turn_of_ten_seconds_costs_little() -> None:
    """Under a millisecond on the machine of docs/why.md; the bound is for shared machines."""
    witness = Witness(new_trace("kitchen", None, "en"))
    witness.woken(WakeScores(0.0, {"okay_nabu": [0.1] * 38}))
    rng = np.random.default_rng(1)
    window = rng.integers(-3000, 3000, WINDOW_BYTES // 2).astype("<i2").tobytes()
    began = time.perf_counter()
    for _ in range(312):
        witness.window(window, 0.7)
    found = witness.evidence()
    spent_ms = (time.perf_counter() - began) * 1000
    assert found
    assert spent_ms < 20
    print(f"{spent_ms:.2f} ms, {len(found.json())} bytes")  # noqa: T201


@pytest.mark.parametrize("typed", ["turn on the bed light"])
async def test_written_turns_are_explained_too(typed: str) -> None:
    trace = new_trace("cli", None, "en")
    witness = Witness(trace)
    await Turn(witness.stages(fake_stages()), FakeRoom(), trace).typed(typed)
    found = witness.evidence()
    assert found
    assert [reading.text for reading in found.readings] == [typed]
    assert found.endpoint is None
