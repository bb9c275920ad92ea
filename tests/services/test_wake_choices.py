"""The wake word that somebody chose for a satellite: in force at once, there after a restart, hub.toml as it was."""

from __future__ import annotations

import asyncio

import pytest

from hub.config import RoomWakeSection, SatelliteSection, WakeSection
from hub.store.database import Database
from hub.wake.rooms import WakeRooms
from hub.wake.words import WakeWords
from hub.wake_choices import HubWake, WakeChoices, kept_choices
from models.wake.choice import WakeChoice, sensitivity_of, threshold_of
from wire.errors import ConfigError
from wire.places import Places, places

CELLAR = SatelliteSection(name="cellar", wake=RoomWakeSection(words=["alexa", "hey_jarvis"], threshold=0.7))


@pytest.fixture
def where(home):
    return Places(etc=home / "etc", var=home / "var", run=home / "run", cache=places().cache)


async def worker(work):
    return await asyncio.to_thread(work)


def words_of(where, choices=None):
    return WakeWords(WakeSection(), [CELLAR], where, choices)


async def test_a_choice_is_kept(home):
    path = home / "earshot.db"
    async with Database(path) as database:
        choices = await kept_choices(database)
        choices.put("hall", WakeChoice("alexa", 70))
        choices.put("cellar", WakeChoice(None, 0))
    async with Database(path) as database:
        assert (await kept_choices(database)).all() == {
            "hall": WakeChoice("alexa", 70),
            "cellar": WakeChoice(None, 0),
        }


async def test_what_makes_no_sense_is_not_used(home):
    async with Database(home / "earshot.db") as database:
        await kept_choices(database)
        database.offer(("INSERT INTO wake_choices VALUES ('hall', 'alexa', 5000)", ()))
        database.offer(("INSERT INTO wake_choices VALUES ('attic', 'alexa', 50)", ()))
        async with asyncio.timeout(5):
            while (await database.rows("SELECT count(*) FROM wake_choices", ()))[0][0] < 2:
                await asyncio.sleep(0.01)
        assert (await kept_choices(database)).all() == {"attic": WakeChoice("alexa", 50)}


async def test_a_word_and_its_threshold_are_in_force_at_once_and_taken_back(where):
    words = await asyncio.to_thread(words_of, where)
    engines = []

    def open_engine():
        engine, looks = words.open_engine()
        engines.append(engine)
        return engine, looks

    async with WakeRooms(open_engine, worker) as rooms:
        wake = HubWake(words, rooms, WakeChoices(None))
        room = rooms.room("cellar", words.rules("cellar"))
        assert wake.status("cellar").word == "alexa + hey_jarvis"
        assert wake.status("cellar").words[0] == "alexa + hey_jarvis"
        assert {"okay_nabu", "hey_mycroft"} < set(wake.status("cellar").words)
        assert wake.status("cellar").sensitivity == 25
        await room.process(bytes(2 * 1280))
        assert {one.word for one in engines[0].heads} == {"okay_nabu", "alexa", "hey_jarvis"}

        await asyncio.gather(wake.choose("cellar", word="hey_mycroft"), wake.choose("cellar", sensitivity=100))
        assert (wake.status("cellar").word, wake.status("cellar").sensitivity) == ("hey_mycroft", 100)
        assert words.rules("cellar")["hey_mycroft"].threshold == 0.1
        await room.process(bytes(2 * 1280))
        assert "hey_mycroft" in {one.word for one in engines[0].heads}
        assert wake.choice("cellar") == WakeChoice("hey_mycroft", 100)

        await wake.choose("cellar", word="alexa + hey_jarvis")
        assert wake.choice("cellar") == WakeChoice(None, 100)
        assert list(words.rules("cellar")) == ["alexa", "hey_jarvis"]
        room.close()


async def test_a_word_that_nobody_has_changes_nothing(where):
    words = await asyncio.to_thread(words_of, where)
    async with WakeRooms(words.open_engine, worker) as rooms:
        choices = WakeChoices(None)
        with pytest.raises(ConfigError) as refused:
            await HubWake(words, rooms, choices).choose("hall", word="hey_nobody")
        assert refused.value.code == "wake-word-unknown"
        assert choices.all() == {}
        assert list(words.rules("hall")) == ["okay_nabu"]


async def test_a_chosen_word_whose_file_is_gone_leaves_hub_toml_in_force(where):
    words = await asyncio.to_thread(words_of, where, {"hall": WakeChoice("hey_gone", 60)})
    assert list(words.rules("hall")) == ["okay_nabu"]
    assert words.rules("hall")["okay_nabu"].threshold == threshold_of(60)


def test_sensitivity_and_threshold_are_two_names_of_one_thing():
    assert [threshold_of(percent) for percent in (0, 50, 100)] == [0.9, 0.5, 0.1]
    assert [sensitivity_of(threshold_of(percent)) for percent in range(101)] == list(range(101))
    assert (sensitivity_of(0.99), sensitivity_of(0.01)) == (0, 100)


async def test_another_hub_toml_is_in_force_at_once_and_what_people_chose_stays(where):
    words = await asyncio.to_thread(words_of, where)
    engines = []

    def open_engine():
        engine, looks = words.open_engine()
        engines.append(engine)
        return engine, looks

    async with WakeRooms(open_engine, worker) as rooms:
        wake = HubWake(words, rooms, WakeChoices(None))
        hall, cellar = rooms.room("hall", words.rules("hall")), rooms.room("cellar", words.rules("cellar"))
        await hall.process(bytes(2 * 1280))
        await wake.choose("cellar", word="hey_mycroft")
        fresh = await asyncio.to_thread(
            WakeWords, WakeSection(words=["hey_jarvis"], threshold=0.9), [SatelliteSection(name="cellar")], where
        )
        await wake.become(fresh)
        assert {word: rule.threshold for word, rule in words.rules("hall").items()} == {"hey_jarvis": 0.9}
        assert list(words.rules("cellar")) == ["hey_mycroft"]
        await asyncio.gather(hall.process(bytes(2 * 1280)), cellar.process(bytes(2 * 1280)))
        assert {one.word for one in engines[0].heads} == {"hey_jarvis", "hey_mycroft"}
        assert len(engines) == 1
        hall.close()
        cellar.close()
