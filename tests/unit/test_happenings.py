"""What somebody waits for, and times that are none, before the reminders see them; routines; the PIN and yes."""

from __future__ import annotations

import pytest

from hub.granting import HouseAnswers
from hub.happenings import Moments, happening
from hub.house.attempts import Attempts
from hub.house.codes import no_codes
from hub.house.pin import Pin
from hub.intent.digits import spoken_digits
from hub.intent.routines import Routine, Routines, Wait
from hub.routine_actor import RoutineActor
from hub.stages import Entity, Intent, Result
from hub.trace import new_trace
from tests.fakes_house import FakeHouse
from wire.tasks import Tasks

CONTACT = Entity("binary_sensor.door", "binary_sensor", "Front Door", device_class="door")
LOCK = Entity("lock.door", "lock", "Front Door")
BLIND = Entity("cover.blind", "cover", "Blind")


def house(*entities):
    return FakeHouse(list(entities))


@pytest.mark.parametrize(
    ("entities", "said", "found"),
    [
        ((LOCK, CONTACT), ("front door", "open"), ("binary_sensor.door", "on")),
        ((LOCK,), ("front door", "open"), ("lock.door", "unlocked")),
        ((BLIND,), ("blind", "closed"), ("cover.blind", "closed")),
        ((BLIND,), ("gate", "open"), None),
        ((BLIND,), ("", "home"), None),
        ((BLIND,), ("blind", ""), None),
    ],
)
def test_a_named_device_and_what_it_reports_then(entities, said, found):
    event = dict(zip(("name", "state"), said, strict=True))
    wanted = found and dict(zip(("entity_id", "state"), found, strict=True))
    assert happening(event, house(*entities)) == wanted


class Kept:
    def __init__(self):
        self.intents = []

    async def carry_out(self, intent, **_):
        self.intents.append(intent)
        return Result("answered")


def reminder(**slots):
    return Intent("EarshotSetReminder", slots, "default", "en", "")


PROBLEMS = [("time", "time_invalid"), ("no-time", "time_missing"), ("past", "time_past")]


@pytest.mark.parametrize(("problem", "key"), PROBLEMS)
async def test_a_time_that_is_none_is_told_and_nothing_is_kept(problem, key):
    kept = Kept()
    result = await Moments(kept, house()).carry_out(reminder(problem=problem, heard="half past thirteen"), area=None)
    assert (result.kind, result.told[0].key, result.told[0].values["heard"]) == ("refused", key, "half past thirteen")
    assert kept.intents == []


async def test_an_event_is_kept_with_its_entity_and_one_of_nothing_known_is_not():
    kept = Kept()
    moments = Moments(kept, house(CONTACT))
    await moments.carry_out(reminder(text="keys", event={"name": "front door", "state": "open"}), area=None)
    assert kept.intents[0].slots["event"] == {"entity_id": "binary_sensor.door", "state": "on"}
    unknown = await moments.carry_out(reminder(text="keys", event={"name": "moon", "state": "open"}), area=None)
    assert unknown.kind == "unknown_target"
    assert len(kept.intents) == 1


ROUTINES = Routines(
    [
        Routine(name="Night", sentences=("good night",), steps=("lights off", "lock up"), response="Sleep well."),
        Routine(name="Tea", sentences=("tea",), steps=("kettle on", Wait(wait_seconds=0.1), "kettle off")),
    ]
)


async def test_a_routine_does_its_steps_in_order_and_says_its_own_words():
    done = []

    async def say(sentence, by, area, language):
        done.append((sentence, by, area, language))
        trace = new_trace(by, area, language)
        trace.reply = f"{sentence}: done."
        return trace

    async with Tasks() as tasks:
        actor = RoutineActor(ROUTINES, say, tasks)
        night = await actor.carry_out(ROUTINES.match("good night", "en"), area="Hall", granted="pin")
        assert [step[0] for step in done] == ["lights off", "lock up"]
        assert done[0][1:] == ("routine Night", "Hall", "en")
        assert night.told[0].values == {"text": "Sleep well."}
        tea = await actor.carry_out(ROUTINES.match("tea", "en"), area=None)
        assert tea.told[0].values == {"text": "kettle on: done."}
        assert done[-1][0] == "kettle on"  # what follows the wait is not waited for
        assert len(tasks) == 1


def test_what_has_no_digits_is_no_pin_and_without_a_pin_there_is_none():
    pin = Pin({"": "2580"}, attempts=Attempts(3, 15, lambda: 0.0), digits=spoken_digits)
    answers = HouseAnswers(pin, no_codes())
    assert answers.pin("turn it off", "hall").verdict == "none"
    assert answers.pin("two five eight zero", "hall").verdict == "right"
    assert answers.pin("1111", "hall").verdict == "wrong"
    assert HouseAnswers(None, no_codes()).pin("2580", "hall").verdict == "none"
    assert answers.is_yes("yes", "en")
    assert answers.is_no("nein", "de")
