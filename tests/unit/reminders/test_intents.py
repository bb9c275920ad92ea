"""What people say about timers, alarms and reminders is done, asked back or refused, and told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes_reminders import House, keys

MINUTE = timedelta(minutes=1)


async def start(house, *timers):
    for slots in timers:
        assert (await house.told("HassStartTimer", **slots)).kind == "answered"


async def test_a_timer_is_meant_by_its_name_its_first_length_or_its_room():
    house = House()
    async with house.running():
        await start(
            house,
            {"minutes": 5},
            {"minutes": 10, "name": "Pizza"},
            {"minutes": 20, "area": "Hall"},
        )
        await house.told("HassIncreaseTimer", start_minutes=5, minutes=2)
        result = await house.told("HassTimerStatus", start_minutes=5)
        assert result.told[0].values == {"length": 5 * MINUTE, "left": 7 * MINUTE}
        assert (await house.told("HassTimerStatus", name="pizza")).told[0].values == {
            "name": "Pizza",
            "left": 10 * MINUTE,
        }
        assert (await house.told("HassTimerStatus", area="hall")).told[0].values["left"] == 20 * MINUTE
        assert len((await house.told("HassTimerStatus")).told) == 3
        assert (await house.told("HassCancelTimer", name="eggs")).kind == "unknown_target"
        assert keys(await house.told("HassCancelTimer", name="pizza")) == ["timer_cancelled_named"]


async def test_which_of_several_timers_is_asked_back():
    house = House()
    async with house.running():
        assert keys(await house.told("HassCancelTimer")) == ["timers_none"]
        await start(house, {"minutes": 5}, {"minutes": 10, "name": "pizza"})
        asked = await house.told("HassCancelTimer")
        assert (asked.kind, asked.choices) == ("ambiguous", ("pizza",))
        assert keys(asked) == ["timer_which", "timer_left", "timer_left_named"]
        assert len(house.reminders.items) == 2


async def test_the_timer_of_this_satellite_or_what_rings_is_meant():
    house = House()
    async with house.running():
        await start(house, {"minutes": 5, "name": "one"}, {"minutes": 6, "name": "two"})
        await house.told("HassStartTimer", minutes=7, name="three", where="Hall", satellite="hall")
        cancelled = await house.told("HassCancelTimer", where="Hall", satellite="hall")
        assert cancelled.told[0].values == {"name": "three"}


async def test_a_paused_timer_waits():
    house = House()
    async with house.running():
        await start(house, {"minutes": 5})
        assert (await house.told("HassPauseTimer")).told[0].values["left"] == 5 * MINUTE
        house.set_clock(timedelta(hours=1))
        assert keys(await house.told("HassTimerStatus")) == ["timer_held"]
        await house.told("HassDecreaseTimer", minutes=2)
        resumed = await house.told("HassUnpauseTimer")
        assert (keys(resumed), resumed.told[0].values["left"]) == (["timer_resumed"], 3 * MINUTE)


async def test_all_timers_of_a_room_or_of_the_house():
    house = House()
    async with house.running():
        await start(house, {"minutes": 5}, {"minutes": 6}, {"minutes": 7, "area": "Hall"})
        assert (await house.told("HassCancelAllTimers", area="Kitchen")).told[0].values == {"count": 2}
        assert (await house.told("HassCancelAllTimers")).told[0].values == {"count": 1}
        assert keys(await house.told("HassCancelAllTimers")) == ["timers_none"]


@pytest.mark.parametrize(
    ("intent", "slots", "key"),
    [
        ("HassStartTimer", {}, "length_missing"),
        ("HassStartTimer", {"seconds": 0}, "timer_too_short"),
        ("HassStartTimer", {"hours": 99 * 24, "seconds": 1}, "timer_too_long"),
        ("HassStartTimer", {"minutes": "soon"}, "time_invalid"),
        ("HassStartTimer", {"minutes": float("inf")}, "time_invalid"),
        ("HassStartTimer", {"minutes": 10**30}, "time_invalid"),
        ("HassStartTimer", {"minutes": -1}, "time_invalid"),
        ("HassStartTimer", {"minutes": 1, "name": "x" * 501}, "text_too_long"),
        ("EarshotSetAlarm", {}, "time_invalid"),
        ("EarshotSetAlarm", {"when": "tomorrow"}, "time_invalid"),
        ("EarshotSetAlarm", {"when": "2026-11-24T07:00:00+01:00"}, "time_invalid"),
        ("EarshotSetAlarm", {"when": "9999-12-31T07:00:00"}, "time_invalid"),
        ("EarshotSetAlarm", {"when": "2026-11-23T12:59:00"}, "time_past"),
        ("EarshotSetAlarm", {"when": "2026-11-24T07:00:00", "repeat": "FREQ=SECONDLY"}, "repeat_invalid"),
        ("EarshotSetReminder", {"when": "2026-11-24T07:00:00"}, "text_missing"),
        ("EarshotSetReminder", {"when": "2026-11-24T07:00:00", "text": "x" * 501}, "text_too_long"),
        ("EarshotSetReminder", {"text": "keys", "event": "door"}, "time_invalid"),
        ("EarshotSetReminder", {"text": "keys", "event": {"entity_id": "lock.door", "state": 1}}, "time_invalid"),
        ("EarshotSnooze", {"hours": 13}, "snooze_too_long"),
    ],
)
async def test_what_cannot_be_used_is_named_and_refused(intent, slots, key):
    house = House()
    async with house.running():
        result = await house.told(intent, **slots)
        assert (result.kind, keys(result)) == ("refused", [key])
        assert house.reminders.items == ()


async def test_alarms_are_told_and_cancelled_by_their_time():
    house = House()
    async with house.running():
        assert keys(await house.told("EarshotAlarmStatus")) == ["alarms_none"]
        set_ = await house.told("EarshotSetAlarm", when="2026-11-24T07:00:00", repeat="RRULE:FREQ=WEEKLY;BYDAY=TU")
        assert keys(set_) == ["alarm_set_repeat"]
        assert set_.told[0].values["at"].isoformat() == "2026-11-24T07:00:00+01:00"
        await house.told("EarshotSetAlarm", when="2026-11-24T08:00:00")
        assert keys(await house.told("EarshotAlarmStatus")) == ["alarm_next_repeat", "alarm_next"]
        asked = await house.told("EarshotCancelAlarm")
        assert (asked.kind, keys(asked)) == ("ambiguous", ["alarm_which", "alarm_next_repeat", "alarm_next"])
        assert (await house.told("EarshotCancelAlarm", when="09:00")).kind == "unknown_target"
        assert keys(await house.told("EarshotCancelAlarm", when="08:00")) == ["alarm_cancelled"]
        assert keys(await house.told("EarshotCancelAlarm", when="2026-11-24T07:00:00")) == ["alarm_cancelled_repeat"]


async def test_a_rule_that_began_long_ago_counts_from_now():
    house = House()
    async with house.running():
        set_ = await house.told("EarshotSetAlarm", when="2020-01-01T07:00:00", repeat="FREQ=DAILY")
        assert set_.told[0].values["at"].isoformat() == "2026-11-24T07:00:00+01:00"


async def test_reminders_are_told_and_cancelled_by_their_text_or_person():
    house = House()
    async with house.running():
        when = "2026-11-24T07:00:00"
        for text, person in (("call Ann", ""), ("pay the rent", "Bob"), ("call Ben", "Bob")):
            await house.told("EarshotSetReminder", when=when, text=text, person=person)
        assert len((await house.told("EarshotReminderStatus", person="bob")).told) == 2
        asked = await house.told("EarshotCancelReminder", text="call")
        assert (asked.kind, set(asked.choices)) == ("ambiguous", {"call Ann", "call Ben"})
        assert keys(await house.told("EarshotCancelReminder", text="rent")) == ["reminder_cancelled"]
        assert (await house.told("EarshotCancelReminder", all=True)).told[0].values == {"count": 2}
        assert keys(await house.told("EarshotCancelReminder", text="rent")) == ["reminders_none"]


async def test_no_other_intent_is_carried_out():
    house = House()
    async with house.running():
        assert (await house.told("HassTurnOn", name="lamp")).kind == "unsupported"


@pytest.mark.parametrize(
    ("length", "told"),
    [
        ({"seconds": 0}, "timer_too_short"),
        ({"days": 200}, "timer_too_long"),
        ({"days": 2}, "timer_started"),
        ({"minutes": 500}, "timer_started"),
    ],
)
async def test_a_timer_that_cannot_be_is_told_why(length, told):
    house = House()
    async with house.running():
        assert keys(await house.told("HassStartTimer", **length)) == [told]
