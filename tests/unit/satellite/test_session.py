"""One hub's events, and what the satellite makes of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event

from models.wake.choice import WakeChoice, WakeStatus
from models.wake.decision import Heard
from satellite.cues import Cue
from satellite.listening import AlwaysListening, GatedListening, Listening, LocalListening
from satellite.noticing import Noticed
from satellite.session import Session
from satellite.sound import Sound
from wire.errors import ConfigError, DeviceLost, FrameMalformed, PeerClosed
from wire.wake_words import WORD_MS

BLOCK = bytes(2048)
WOKEN = Noticed(wake=Heard("alexa", 0.9, 77))


class FakeLink:
    """Keeps what is sent; offers are dropped while it is stalled, as a full queue does."""

    def __init__(self) -> None:
        self.sent: list[Event] = []
        self.stalled = self.gone = False

    async def send(self, event: Event) -> None:
        if self.gone:
            raise PeerClosed("peer-closed", "gone")
        self.sent.append(event)

    def offer(self, event: Event) -> bool:
        if not self.stalled:
            self.sent.append(event)
        return not self.stalled

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.sent]


class FakeMouth:
    """Plays nothing by itself: a test says when a sound was heard."""

    def __init__(self) -> None:
        self.cues: list[Cue] = []
        self.sounds: list[tuple[Sound, Callable[[], Awaitable[None]]]] = []
        self.hushed = 0

    def cue(self, name: Cue) -> None:
        self.cues.append(name)

    def say(self, sound: Sound, played: Callable[[], Awaitable[None]]) -> None:
        self.sounds.append((sound, played))

    def hush(self) -> None:
        self.hushed += 1
        self.sounds.clear()

    async def finish(self) -> None:
        _, played = self.sounds.pop(0)
        await played()


class FakeEars:
    def __init__(self) -> None:
        self.wanted: list[bool] = []
        self.rearmed = 0

    def want(self, *, wanted: bool) -> None:
        self.wanted.append(wanted)

    def rearm(self) -> None:
        self.rearmed += 1


class Room:
    """A session with everything around it faked."""

    def __init__(self, listening: Listening | None = None) -> None:
        self.link, self.mouth, self.ears = FakeLink(), FakeMouth(), FakeEars()
        listening = listening or LocalListening(pre_roll_ms=64, stream_seconds=60)
        self.session = Session(self.link, self.ears, self.mouth, listening, reply_seconds=1)

    async def hub(self, type_: str, payload: bytes | None = None, **data: Any) -> None:
        await self.session.handle(Event(type_, data, payload))

    async def reply(self, rate_hz: int = 22_050, width: int = 2) -> None:
        await self.session.handle(AudioStart(rate_hz, width, 1).event())
        await self.session.handle(AudioChunk(rate_hz, width, 1, bytes(400)).event())
        await self.session.handle(AudioStop().event())


async def running(listening: Listening | None = None) -> Room:
    room = Room(listening)
    await room.hub("run-satellite")
    return room


async def test_run_opens_the_microphone_and_tells_our_extensions():
    room = await running()
    assert room.ears.wanted == [True]
    assert room.link.types == ["user-event"]
    assert room.link.sent[0].data["name"] == "extensions"
    assert "stop-playback" in room.link.sent[0].data["data"]["names"]


class FakeWakes:
    """Knows two words; says what it listens for, as WakeChooser."""

    def __init__(self) -> None:
        self.choice = WakeChoice()

    @property
    def status(self) -> WakeStatus:
        return WakeStatus(self.choice.word or "alexa", ("alexa", "okay_nabu"), self.choice.sensitivity or 50)

    async def choose(self, choice: WakeChoice) -> None:
        if choice.word == "hey_nobody":
            raise ConfigError("wake-word-unknown", "it is none")
        self.choice = choice


async def test_a_hub_that_chooses_another_wake_word_is_told_what_is_in_force() -> None:
    room = Room()
    room.session = Session(room.link, room.ears, room.mouth, AlwaysListening(), wakes=FakeWakes())
    await room.hub("run-satellite")
    await room.hub("user-event", name="choose-wake", data={"word": "okay_nabu", "sensitivity": 70})
    await room.hub("user-event", name="choose-wake", data={"word": "hey_nobody"})
    told = [event.data["data"] for event in room.link.sent if event.data.get("name") == "wake-settings"]
    assert [(one["word"], one["sensitivity"]) for one in told] == [("alexa", 50), ("okay_nabu", 70), ("okay_nabu", 70)]
    assert room.link.types[-2:] == ["error", "user-event"]
    assert room.link.sent[-2].data["code"] == "wake-word-unknown"
    with pytest.raises(FrameMalformed):
        await room.hub("user-event", name="choose-wake", data={"sensitivity": 1000})


async def test_where_no_wake_word_is_heard_nothing_is_told_of_any() -> None:
    room = await running(AlwaysListening())
    await room.hub("user-event", name="choose-wake", data={"word": "okay_nabu"})
    assert "wake-settings" not in [event.data.get("name") for event in room.link.sent]


async def test_wake_word_sends_the_command_and_rings():
    room = await running()
    await room.session.hear(BLOCK, WOKEN)
    await room.session.hear(BLOCK, Noticed())
    assert room.link.types[1:] == ["detection", "run-pipeline", "audio-chunk", "audio-chunk"]
    assert room.mouth.cues == ["awake"]
    assert room.session.busy
    await room.hub("voice-stopped", timestamp=1)
    assert room.session.busy  # the satellite streams until it is told what was heard
    await room.hub("transcript", text="x")
    assert not room.session.busy


async def test_audio_carries_its_time_in_samples():
    """The hub can tell from it what was lost on the way."""
    room = await running()
    for _ in range(3):
        await room.session.hear(BLOCK, Noticed())
    await room.session.hear(BLOCK, WOKEN)
    await room.session.hear(BLOCK, Noticed())
    chunks = [event for event in room.link.sent if event.type == "audio-chunk"]
    ends = [event.data["timestamp"] + len(event.payload) / 32 for event in chunks]
    assert ends == [pytest.approx(4 * len(BLOCK) / 32, abs=1), pytest.approx(5 * len(BLOCK) / 32, abs=1)]


@pytest.mark.parametrize("names", [["whole-wake-word"], [], None, "whole-wake-word", 5])
async def test_a_hub_may_ask_for_the_wake_word_itself(names: object):
    """One that does not, or asks in a form that we do not know, gets the command alone."""
    room = await running()
    await room.hub("user-event", name="extensions", data={"names": names})
    for _ in range(40):
        await room.session.hear(BLOCK, Noticed())
    await room.session.hear(BLOCK, WOKEN)
    (pre_roll,) = [event for event in room.link.sent if event.type == "audio-chunk"]
    asked = names == ["whole-wake-word"]
    assert (len(pre_roll.payload) >= WORD_MS * 32) is asked
    (detection,) = [event for event in room.link.sent if event.type == "detection"]
    assert detection.data["word_ends_ms"] == (WORD_MS if asked else 64)


async def test_scores_are_told_while_somebody_watches():
    room = await running()
    scored = Noticed(scores=({"alexa": 0.25}, {"alexa": 1.0000001}))
    await room.session.hear(BLOCK, scored)
    await room.hub("user-event", name="watch-wake", data={"watched": True})
    await room.session.hear(BLOCK, scored)
    await room.hub("user-event", name="watch-wake", data={"watched": False})
    await room.session.hear(BLOCK, scored)
    told = [event.data for event in room.link.sent if event.data.get("name") == "wake-scores"]
    assert told == [{"name": "wake-scores", "data": {"words": {"alexa": score}}} for score in (0.25, 1.0)]


async def test_a_stalled_link_costs_audio_not_the_session():
    room = await running()
    await room.session.hear(BLOCK, WOKEN)
    room.link.stalled = True
    await room.session.hear(BLOCK, Noticed())
    room.link.stalled = False
    await room.session.hear(BLOCK, Noticed())
    assert room.link.types.count("audio-chunk") == 2


async def test_an_answer_is_played_and_reported_once():
    room = await running()
    await room.reply()
    sound, _ = room.mouth.sounds[0]
    assert sound.ended
    assert (await sound.whole())[0].rate_hz == 22_050
    assert "played" not in room.link.types
    await room.mouth.finish()
    assert room.link.types.count("played") == 1
    assert room.ears.rearmed == 1


async def test_wake_word_over_an_answer_stops_it():
    """Barge-in: silence first; the hub knows why before its wait is over; the rest of the answer is not played."""
    room = await running()
    await room.hub("audio-start", rate=22_050, width=2, channels=1)
    await room.session.hear(BLOCK, WOKEN)
    assert room.mouth.hushed == 1
    assert room.link.types[1:4] == ["detection", "played", "run-pipeline"]
    await room.session.handle(AudioChunk(22_050, 2, 1, bytes(400)).event())
    await room.hub("audio-stop")
    assert room.mouth.sounds == []
    await room.reply()
    assert len(room.mouth.sounds) == 1


@pytest.mark.parametrize("playing", [True, False])
async def test_stop_playback(*, playing: bool):
    """Our user-event stops an answer; where none is played, nothing is claimed to have been, and a cue goes on."""
    room = await running()
    if playing:
        await room.reply()
    await room.hub("user-event", name="stop-playback")
    assert room.mouth.hushed == int(playing)
    assert room.link.types.count("played") == int(playing)


@pytest.mark.parametrize(
    "event", [("user-event", {"name": "listen-now"}), ("run-pipeline", {"start_stage": "asr", "end_stage": "tts"})]
)
async def test_the_hub_can_ask_for_a_command(event: tuple[str, dict[str, Any]]):
    room = await running()
    await room.hub(event[0], **event[1])
    assert room.link.types[1:] == ["run-pipeline"]
    assert room.mouth.cues == ["awake"]
    await room.session.hear(BLOCK, Noticed())
    assert room.link.types[2:] == ["audio-chunk"]


async def test_errors_ring_but_not_when_another_satellite_answers():
    room = await running()
    await room.session.hear(BLOCK, WOKEN)
    await room.hub("error", text="already", code="duplicate_wake_up_detected")
    assert room.mouth.cues == ["awake"]
    assert not room.session.busy
    await room.hub("error", text="nothing heard", code="stt-no-text-recognized")
    assert room.mouth.cues == ["awake", "error"]


async def test_pause_ends_the_stream_and_closes_the_microphone():
    room = await running()
    await room.session.hear(BLOCK, WOKEN)
    await room.hub("pause-satellite")
    assert room.ears.wanted == [True, False]
    assert not room.session.running
    assert room.link.types[-1] == "audio-stop"
    await room.session.microphone_closed(muted=True)
    assert room.link.sent[-1].data == {"name": "muted", "data": {"muted": True}}
    await room.hub("run-satellite")
    await room.session.microphone_opened()
    assert any(event.data == {"name": "muted", "data": {"muted": False}} for event in room.link.sent)


async def test_streaming_satellite_takes_up_its_stream_when_the_microphone_is_back():
    room = await running(AlwaysListening())
    assert room.link.types[1:] == ["run-pipeline"]
    await room.session.microphone_closed(muted=False)
    await room.session.report(DeviceLost("mic-lost", "unplugged"))
    await room.session.microphone_opened()
    assert room.link.types[2:] == ["audio-stop", "error", "user-event", "run-pipeline"]


async def test_the_hubs_own_detection_holds_the_gate_and_rings():
    room = await running(GatedListening(ring_ms=0, silence_seconds=0.064, stream_seconds=60))
    await room.session.hear(BLOCK, Noticed(speech=True))
    await room.hub("detection", name="okay_nabu")
    assert room.mouth.cues == ["awake"]
    await room.session.hear(BLOCK, Noticed(speech=False))
    await room.session.hear(BLOCK, Noticed(speech=False))
    assert room.session.busy


async def test_an_answer_that_cannot_be_played_is_refused_by_name_and_only_it():
    """8-bit audio: one error, then "played" so that the hub does not wait; the next answer is played."""
    room = await running()
    await room.reply(width=1)
    errors = [event for event in room.link.sent if event.type == "error"]
    assert [event.data["code"] for event in errors] == ["audio-format"]
    await room.mouth.finish()
    assert room.link.types[-1] == "played"
    await room.reply()
    sound, _ = room.mouth.sounds[0]
    assert await sound.whole()


async def test_an_answer_without_end_is_cut():
    room = await running()
    await room.hub("audio-start", rate=16_000, width=2, channels=1)
    second = AudioChunk(16_000, 2, 1, bytes(32_000)).event()
    for _ in range(5):
        await room.session.handle(second)
    sound, _ = room.mouth.sounds[0]
    assert sound.waiting_ms <= 1000


async def test_unknown_events_and_fields_are_ignored():
    room = await running()
    before = list(room.link.types)
    for name in ("transcribe", "voice-started", "synthesize", "timer-started", "from-the-future"):
        await room.hub(name, extra={"a": 1})
    await room.hub("user-event", name="from-the-future")
    await room.hub("audio-chunk", rate=16_000, width=2, channels=1)  # of no answer
    assert room.link.types == before
    await room.hub("timer-finished", id="x")
    assert room.mouth.cues == ["timer"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("user-event", {}),
        ("run-pipeline", {}),
        ("error", {}),
        ("audio-chunk", {"rate": "x", "width": 2, "channels": 1}),
    ],
)
async def test_a_known_event_that_lacks_its_fields_is_malformed(name: str, data: dict[str, Any]):
    room = await running()
    await room.hub("audio-start", rate=16_000, width=2, channels=1)
    with pytest.raises(FrameMalformed):
        await room.hub(name, b"12", **data)


async def test_a_hub_that_goes_while_an_answer_ends_is_nobodys_error():
    room = await running()
    await room.reply()
    room.link.gone = True
    await room.mouth.finish()
    room.session.close()
    assert not room.session.running
