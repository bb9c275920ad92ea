"""What goes to the hub, block by block."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from wyoming.audio import AudioChunk
from wyoming.event import Event

from models.wake.decision import Heard
from satellite.listening import AlwaysListening, GatedListening, Listening, LocalListening
from satellite.noticing import Noticed
from wire.pcm import speech
from wire.wake_words import LAG_MS, WORD_MS, lag_ms

BLOCK_MS = 64
NOTHING = Noticed()
WOKEN = Noticed(wake=Heard("okay_nabu", 0.9, 1234))
SPEECH, SILENCE = Noticed(speech=True), Noticed(speech=False)


def block(number: int) -> bytes:
    return number.to_bytes(2, "little") * 1024


def types(events: list[Event]) -> list[str]:
    return [event.type for event in events]


def audio(events: list[Event]) -> bytes:
    return b"".join(event.payload or b"" for event in events if AudioChunk.is_type(event.type))


def local(pre_roll_ms: float = 200, stream_seconds: float = 60) -> LocalListening:
    listening = LocalListening(pre_roll_ms=pre_roll_ms, stream_seconds=stream_seconds)
    assert listening.run() == []
    return listening


def gated(**kwargs: float) -> GatedListening:
    settings = {"ring_ms": 2000.0, "silence_seconds": 0.64, "stream_seconds": 60.0, **kwargs}
    listening = GatedListening(**settings)
    assert listening.run() == []
    return listening


def test_local_wake_sends_detection_then_pipeline_then_pre_roll():
    """The order of INTEROP 2a; no audio-start."""
    listening = local()
    assert listening.hear(block(1), NOTHING) == []
    events = listening.hear(block(2), WOKEN)
    assert types(events) == ["detection", "run-pipeline", "audio-chunk"]
    assert events[0].data["name"] == "okay_nabu"
    assert events[0].data["timestamp"] == 1234
    assert events[1].data == {"start_stage": "asr", "end_stage": "tts", "restart_on_end": False}
    assert audio(events) == block(1) + block(2)
    assert audio(listening.hear(block(3), NOTHING)) == block(3)


@given(pre_roll_ms=st.integers(0, 500), blocks=st.integers(1, 20), word=st.sampled_from([*LAG_MS, "my/own.tflite"]))
def test_a_command_begins_the_pre_roll_before_the_end_of_its_word(pre_roll_ms: int, blocks: int, word: str):
    listening = local(pre_roll_ms)
    for number in range(blocks - 1):
        listening.hear(block(number), NOTHING)
    heard = b"".join(block(number) for number in range(blocks))
    wanted = (pre_roll_ms + lag_ms(word)) * 32
    noticed = Noticed(wake=Heard(word, 0.9, 1234))
    assert audio(listening.hear(block(blocks - 1), noticed)) == (heard[-wanted:] if wanted else b"")


def test_a_hub_that_asks_for_it_gets_the_wake_word_whole_and_where_it_ends():
    """``detection`` tells it in the audio that follows, also when less was heard than a second."""
    listening = local()
    listening.keep_whole_word()
    for number in range(40):
        listening.hear(block(number), NOTHING)
    events = listening.hear(block(40), WOKEN)
    assert speech(audio(events)).duration_ms == WORD_MS + lag_ms("okay_nabu")
    assert events[0].data["word_ends_ms"] == WORD_MS
    listening.finish()
    events = listening.hear(block(1) * 10, WOKEN)
    assert events[0].data["word_ends_ms"] == speech(audio(events)).duration_ms - lag_ms("okay_nabu")


def test_a_trigger_level_waits_for_more_steps_and_the_pre_roll_reaches_back_over_them():
    listening = LocalListening(pre_roll_ms=0, stream_seconds=60, trigger_level=3)
    listening.run()
    for number in range(20):
        listening.hear(block(number), NOTHING)
    sent = audio(listening.hear(block(20), Noticed(wake=Heard("okay_nabu", 0.9, 1234))))
    assert speech(sent).duration_ms == lag_ms("okay_nabu") + 160


def test_local_wake_while_streaming_is_part_of_the_command():
    listening = local()
    listening.hear(block(1), WOKEN)
    assert types(listening.hear(block(2), WOKEN)) == ["audio-chunk"]


def test_nothing_is_sent_before_the_hub_is_ready():
    listening = LocalListening(pre_roll_ms=200, stream_seconds=60)
    assert listening.hear(block(1), WOKEN) == []
    assert listening.listen_now() == []
    assert not listening.streaming


def test_local_stream_ends_with_the_transcript_and_keeps_nothing_of_it():
    listening = local()
    listening.hear(block(1), WOKEN)
    listening.hear(block(2), NOTHING)
    listening.finish()
    assert not listening.streaming
    assert listening.hear(block(3), NOTHING) == []
    assert audio(listening.hear(block(4), WOKEN)) == block(3) + block(4)


def test_local_stream_that_the_hub_never_ends_is_ended_here():
    """After stream_seconds of audio comes audio-stop, and the wake word works again."""
    listening = local(stream_seconds=0.2)
    listening.hear(block(1), WOKEN)
    sent = [types(listening.hear(block(number), NOTHING)) for number in range(5)]
    assert sent == [["audio-chunk"]] * 3 + [["audio-stop"], []]
    assert types(listening.hear(block(9), WOKEN))[0] == "detection"


def test_listen_now_streams_without_a_wake_word():
    listening = local()
    listening.hear(block(1), NOTHING)
    events = listening.listen_now()
    assert types(events) == ["run-pipeline"]
    assert events[0].data["start_stage"] == "asr"
    assert listening.listen_now() == []
    assert audio(listening.hear(block(2), NOTHING)) == block(2)


def test_a_microphone_that_goes_away_ends_the_stream():
    for listening in (local(), gated()):
        assert listening.interrupt() == []
        listening.listen_now()
        assert types(listening.interrupt()) == ["audio-stop"]
        assert not listening.streaming


def test_always_listening_streams_from_run_on():
    listening = AlwaysListening()
    assert listening.hear(block(1), NOTHING) == []
    events = listening.run()
    assert events[0].data == {"start_stage": "wake", "end_stage": "tts", "restart_on_end": True}
    assert listening.run() == []
    assert audio(listening.hear(block(2), NOTHING)) == block(2)
    listening.detected()
    listening.finish()
    assert audio(listening.hear(block(3), NOTHING)) == block(3)
    assert types(listening.listen_now()) == ["run-pipeline"]
    assert types(listening.interrupt()) == ["audio-stop"]
    assert listening.hear(block(4), NOTHING) == []
    assert types(listening.run()) == ["run-pipeline"]


def test_gate_opens_with_speech_and_sends_what_was_before():
    listening = gated(ring_ms=128)
    for number in range(5):
        assert listening.hear(block(number), SILENCE) == []
    events = listening.hear(block(5), SPEECH)
    assert types(events) == ["run-pipeline", "audio-chunk"]
    assert events[0].data == {"start_stage": "wake", "end_stage": "tts", "restart_on_end": False}
    assert audio(events) == block(4) + block(5)


def test_gate_closes_after_silence_without_a_wake_word():
    listening = gated(silence_seconds=0.64)
    listening.hear(block(0), SPEECH)
    sent = [types(listening.hear(block(number), SILENCE)) for number in range(11)]
    assert sent == [["audio-chunk"]] * 9 + [["audio-stop"], []]


def test_speech_keeps_the_gate_open():
    listening = gated(silence_seconds=0.64)
    listening.hear(block(0), SPEECH)
    for number in range(50):
        assert listening.streaming
        listening.hear(block(number), SPEECH if number % 8 == 0 else SILENCE)


def test_gate_stays_open_from_the_hubs_detection_to_its_transcript():
    """A pause in the command is not the end of the stream: only the hub knows when it has heard enough."""
    listening = gated(silence_seconds=0.64)
    listening.hear(block(0), SPEECH)
    listening.detected()
    assert all(types(listening.hear(block(number), SILENCE)) == ["audio-chunk"] for number in range(50))
    listening.finish()
    assert listening.hear(block(1), SILENCE) == []


def test_a_late_detection_does_not_hold_a_closed_gate():
    listening = gated(silence_seconds=0.128)
    listening.detected()
    listening.hear(block(0), SPEECH)
    assert types(listening.hear(block(1), SILENCE)) == ["audio-chunk"]
    assert types(listening.hear(block(2), SILENCE)) == ["audio-stop"]


def test_gated_stream_is_bounded():
    listening = gated(stream_seconds=0.2)
    listening.hear(block(0), SPEECH)
    listening.detected()
    sent = [types(listening.hear(block(number), SPEECH)) for number in range(4)]
    assert sent == [["audio-chunk"]] * 3 + [["audio-stop"]]


@given(st.lists(st.sampled_from(["wake", "speech", "silence", "finish", "interrupt", "now", "detected", "run"])))
def test_audio_never_flows_without_a_pipeline(steps: list[str]):
    """Whatever happens: between an audio-stop (or the hub's end) and the next run-pipeline no audio is sent."""
    for listening in (local(), gated()):
        _check_every_chunk_has_a_pipeline(listening, steps)


def _check_every_chunk_has_a_pipeline(listening: Listening, steps: list[str]) -> None:
    flowing = False
    noticed = {"wake": WOKEN, "speech": SPEECH, "silence": SILENCE}
    for step in steps:
        if step == "finish":
            listening.finish()
            flowing = False
            continue
        if step == "detected":
            listening.detected()
            continue
        calls = {"interrupt": listening.interrupt, "now": listening.listen_now, "run": listening.run}
        events = calls[step]() if step in calls else listening.hear(block(1), noticed[step])
        for event in events:
            if event.type == "run-pipeline":
                assert not flowing
                flowing = True
            elif event.type == "audio-stop":
                assert flowing
                flowing = False
            elif event.type == "audio-chunk":
                assert flowing
        assert listening.streaming == flowing
