"""The microphone kept open, closed and brought back; sounds played one after another and hushed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from models.wake.decision import Heard
from satellite.config import CuesSection
from satellite.cues import cue
from satellite.ears import Ears
from satellite.mouth import Mouth
from satellite.noticing import Noticed
from satellite.room import Room
from satellite.sound import Sound, sound_of
from satellite.troubles import Troubles
from tests.fakes_audio import QUIET, FakeMicrophone, FakeSpeaker
from wire.errors import DeviceLost, EarshotError
from wire.pcm import silence
from wire.tasks import Tasks


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0)


class FakeAnalyser:
    def __init__(self) -> None:
        self.resets = self.rearmed = 0

    def process(self, block: bytes) -> Noticed:
        return Noticed(wake=Heard("w", 1.0, 0)) if block[0] else Noticed()

    def reset(self) -> None:
        self.resets += 1

    def rearm(self) -> None:
        self.rearmed += 1


class FakeListener:
    def __init__(self) -> None:
        self.heard: list[bool] = []
        self.told: list[str] = []
        self.busy = False

    async def hear(self, block: bytes, noticed: Noticed) -> None:
        self.heard.append(noticed.wake is not None)

    async def microphone_opened(self) -> None:
        self.told.append("opened")

    async def microphone_closed(self, error: DeviceLost | None) -> None:
        self.told.append(error.code if error else "closed")


class Scene:
    def __init__(self) -> None:
        self.microphone, self.analyser, self.listener = FakeMicrophone(), FakeAnalyser(), FakeListener()
        self.reopen = False
        self.ears = Ears(
            self.microphone, self.analyser, retry_min_seconds=0, retry_max_seconds=0, reopen=lambda: self.reopen
        )


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    async with Tasks() as tasks:
        tasks.start(scene.ears.listen(scene.listener), name="ears")
        yield scene
    assert scene.microphone.users == 0


async def open_it(scene: Scene) -> None:
    scene.ears.want(wanted=True)
    await until(lambda: scene.listener.told[-1:] == ["opened"])


async def test_the_microphone_is_closed_until_it_is_wanted(scene: Scene):
    await asyncio.sleep(0)
    assert scene.microphone.opened == 0
    await open_it(scene)
    scene.microphone.hear(QUIET, b"\1" * 2048)
    await until(lambda: len(scene.listener.heard) == 2)
    assert scene.listener.heard == [False, True]
    assert scene.analyser.resets == 1


async def test_mute_closes_the_device_and_what_is_said_then_is_not_heard(scene: Scene):
    await open_it(scene)
    scene.ears.want(wanted=False)
    scene.microphone.hear(QUIET)
    await until(lambda: scene.listener.told == ["opened", "closed"])
    assert scene.microphone.users == 0
    assert scene.listener.heard == []
    scene.ears.want(wanted=True)
    await until(lambda: scene.microphone.opened == 2)


async def test_a_lost_microphone_is_told_and_comes_back(scene: Scene):
    await open_it(scene)
    scene.microphone.unplug()
    await until(lambda: "mic-missing" in scene.listener.told)
    assert scene.listener.told[:2] == ["opened", "mic-lost"]
    scene.microphone.plug()
    await until(lambda: scene.listener.told[-1] == "opened")
    scene.microphone.hear(QUIET)
    await until(lambda: scene.listener.heard == [False])
    assert scene.analyser.resets == 2  # nothing heard before the gap counts after it


async def test_reopening_waits_for_the_end_of_a_command(scene: Scene):
    """So that a speaker that was plugged in is found, the microphone is opened anew, but never within a command."""
    await open_it(scene)
    scene.listener.busy = scene.reopen = True
    scene.microphone.hear(QUIET, QUIET)
    await until(lambda: len(scene.listener.heard) == 2)
    assert scene.microphone.opened == 1
    scene.listener.busy = False
    scene.microphone.hear(QUIET)
    await until(lambda: scene.microphone.opened == 2)
    assert scene.listener.told == ["opened", "opened"]  # to the hub it was never closed


class Told:
    def __init__(self) -> None:
        self.errors: list[str] = []
        self.recoveries = 0

    async def report(self, error: EarshotError) -> None:
        self.errors.append(error.code)

    async def recovered(self, device: str) -> None:
        assert device == "speaker"
        self.recoveries += 1


async def test_cues_are_played_as_the_household_wants():
    speaker = FakeSpeaker()
    async with Mouth(speaker, CuesSection(done=False, volume=0.5), Told()) as mouth:
        mouth.cue("done")
        mouth.cue("awake")
        await until(lambda: len(speaker.heard) == 1)
    assert speaker.heard[0].duration_ms <= 150


async def test_an_answer_is_reported_when_it_was_heard():
    speaker, played = FakeSpeaker(), asyncio.Event()

    async def mark() -> None:
        played.set()

    async with Mouth(speaker, CuesSection(), Told()) as mouth:
        sound = Sound()
        mouth.say(sound, mark)
        await asyncio.sleep(0)
        sound.push(silence(20))
        assert not played.is_set()
        sound.end()
        await played.wait()
    assert speaker.heard == [silence(20)]


async def test_hushed_answers_are_not_reported():
    speaker = FakeSpeaker()

    async def never() -> None:
        raise AssertionError

    async with Mouth(speaker, CuesSection(), Told()) as mouth:
        for _ in range(3):
            mouth.say(Sound(), never)
        await asyncio.sleep(0)
        mouth.say(sound_of(silence(20)), never)  # not even begun
        mouth.hush()
        await until(lambda: speaker.cancelled == 1)
        mouth.cue("awake")
        await until(lambda: len(speaker.heard) == 1)


async def test_a_missing_speaker_is_told_and_the_hub_does_not_wait():
    speaker, told, played = FakeSpeaker(), Told(), asyncio.Event()
    speaker.plugged = False

    async def mark() -> None:
        played.set()

    async with Mouth(speaker, CuesSection(), told) as mouth:
        mouth.say(sound_of(silence(20)), mark)
        await played.wait()
        assert told.errors == ["speaker-missing"]
        speaker.plugged = True
        mouth.say(sound_of(silence(20)), mark)
        await until(lambda: told.recoveries == 1)


async def test_sounds_without_end_do_not_pile_up():
    speaker = FakeSpeaker()

    async def nothing() -> None: ...

    async with Mouth(speaker, CuesSection(), Told()) as mouth:
        for _ in range(100):
            mouth.say(Sound(), nothing)
            await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) < 20


async def test_without_a_hub_a_wake_word_is_answered_by_the_error_sound():
    scene, speaker = Scene(), FakeSpeaker()
    async with Mouth(speaker, CuesSection(), Told()) as mouth, Tasks() as tasks:
        room = Room(scene.ears, mouth, Troubles(), listen_alone=True, connected=asyncio.Event())
        tasks.start(scene.ears.listen(room), name="ears")
        await until(lambda: scene.microphone.users == 1)
        scene.microphone.hear(QUIET, b"\1" * 2048)
        await until(lambda: len(speaker.heard) == 1)
    assert speaker.heard[0] == cue("error", CuesSection().volume)
