"""What was confirmed rings when it is due, until somebody has acknowledged it, and never after."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

import pytest

from hub.reminders.due import Quiet
from hub.reminders.items import MAX_TIMER, Item
from tests.fakes_reminders import House, keys

MINUTE = timedelta(minutes=1)


async def minutes(number):
    await asyncio.sleep(number * 60)


async def test_a_timer_rings_when_it_has_run_down_until_it_is_stopped():
    house = House()
    async with house.running():
        started = await house.told("HassStartTimer", minutes=5, name="pizza")
        assert started.told[0].values == {"name": "pizza", "length": 5 * MINUTE}
        await minutes(4.9)
        assert house.rooms.heard == []
        await minutes(0.2)
        assert house.rooms.heard == [("ring", "pizza")]
        assert keys(await house.told("EarshotStop")) == ["stopped"]
        assert not house.rooms.sounding
        assert keys(await house.told("EarshotStop")) == ["nothing_rings"]
        await minutes(60)
        assert house.rooms.heard == [("ring", "pizza")]
    assert house.store.kept == {}
    assert house.changes == [(each, "pizza") for each in ("started", "finished", "ringing", "stopped")]


async def test_what_nobody_stops_rings_for_fifteen_minutes():
    house = House()
    async with house.running():
        await house.told("HassStartTimer", minutes=1)
        await minutes(15.9)
        assert house.rooms.sounding
        await minutes(0.2)
        assert not house.rooms.sounding
        assert house.store.kept == {}


async def test_a_snoozed_alarm_rings_again_after_nine_minutes_or_as_long_as_is_said():
    house = House()
    async with house.running():
        assert keys(await house.told("EarshotSetAlarm", when="2026-11-23T13:10:00")) == ["alarm_set"]
        await minutes(10.1)
        assert keys(await house.told("EarshotSnooze")) == ["snoozed"]
        assert not house.rooms.sounding
        await minutes(8.8)
        assert not house.rooms.sounding
        await minutes(0.3)
        assert len(house.rooms.sounding) == 1
        await house.told("EarshotSnooze", minutes=2)
        await minutes(2.1)
        assert len(house.rooms.sounding) == 1


async def test_a_snoozed_weekly_alarm_that_was_stopped_after_a_restart_comes_next_week():
    house = House()
    async with house.running():
        await house.told("EarshotSetAlarm", when="2026-11-23T13:10:00", repeat="FREQ=WEEKLY")
        await minutes(11)
        await house.told("EarshotSnooze")
    async with house.running():
        await minutes(10)
        assert len(house.rooms.sounding) == 1
        await house.told("EarshotStop")
        (item,) = house.reminders.items
        assert item.due - house.now() > timedelta(days=6)


async def test_a_reminder_is_told_once_somebody_can_hear_it():
    house = House()
    async with house.running():
        await house.told("EarshotSetReminder", when="2026-11-23T13:01:00", text="call Ann")
        house.rooms.deaf = True
        await minutes(30)
        assert house.rooms.heard == []
        house.rooms.deaf = False
        await minutes(6)
        assert house.rooms.heard == [("say", ("reminder_due", {"text": "call Ann"}))]
        await minutes(60)
        assert len(house.rooms.heard) == 1
    assert house.store.kept == {}


async def test_an_alarm_that_no_satellite_could_ring_is_told_as_missed():
    house = House()
    async with house.running():
        await house.told("EarshotSetAlarm", when="2026-11-23T13:01:00")
        house.rooms.deaf = True
        await minutes(20)
        house.rooms.deaf = False
        await minutes(6)
        assert [one[0] for one in house.rooms.heard[0][1:]] == ["missed", "missed_alarm"]


async def test_what_was_missed_while_the_power_was_off_is_told_once_and_together():
    house = House()
    async with house.running():
        await house.told("EarshotSetReminder", when="2026-11-23T14:00:00", text="bins", repeat="FREQ=DAILY")
        await house.told("EarshotSetReminder", when="2026-11-23T15:00:00", text="call Ann")
        await house.told("EarshotSetReminder", when="2026-11-23T15:00:00", text="for the hall", area="Hall")
    house.set_clock(timedelta(days=3 * 365))
    for _ in range(2):
        async with house.running():
            await minutes(10)
    told = [[one[0] for one in each[1:]] for each in house.rooms.heard]
    assert sorted(told) == [["missed", "missed_reminder"], ["missed", "missed_reminder", "missed_reminder"]]
    assert [item.text for item in await house.store.load()] == ["bins"]


async def test_what_came_due_a_moment_ago_still_rings_after_a_restart():
    house = House()
    async with house.running():
        await house.told("HassStartTimer", minutes=5)
    await minutes(10)
    async with house.running():
        await minutes(1)
        assert house.rooms.heard == [("ring", "timer")]


async def test_a_timer_with_a_command_carries_it_out_and_does_not_ring():
    house = House()
    async with house.running():
        await house.told("HassStartTimer", minutes=5, conversation_command="turn off the oven")
        await minutes(6)
        assert house.rooms.heard == [("run", "turn off the oven", "Kitchen", "kitchen")]
    assert house.store.kept == {}


async def test_a_command_that_is_an_hour_late_is_told_and_not_carried_out():
    house = House()
    async with house.running():
        await house.told("HassStartTimer", minutes=5, conversation_command="turn off the oven")
    await minutes(60)
    async with house.running():
        await minutes(1)
        assert [one[0] for one in house.rooms.heard[0]] == ["s", "missed", "missed_command"]


async def test_reminders_wait_for_the_end_of_quiet_hours_and_alarms_do_not():
    house = House(quiet=Quiet(time(22), time(7)), look_seconds=3600)
    async with house.running():
        await house.told("EarshotSetReminder", when="2026-11-23T23:00:00", text="bins")
        await house.told("EarshotSetReminder", when="2026-11-23T23:30:00", text="medicine", important=True)
        await house.told("EarshotSetAlarm", when="2026-11-24T05:00:00")
        await asyncio.sleep(17.9 * 3600)
        assert [each[:2] for each in house.rooms.heard] == [
            ("say", ("reminder_due", {"text": "medicine"})),
            ("ring", "alarm"),
        ]
        await asyncio.sleep(0.2 * 3600)
        assert house.rooms.heard[-1] == ("say", ("reminder_due", {"text": "bins"}))


@pytest.mark.parametrize("days", [1, -1, 400, -400])
async def test_a_clock_that_is_set_moves_no_timer(days):
    house = House()
    async with house.running():
        await house.told("HassStartTimer", minutes=5)
        await minutes(1)
        house.set_clock(timedelta(days=days))
        await minutes(3.9)
        assert house.rooms.heard == []
        await minutes(0.2)
        assert house.rooms.heard == [("ring", "timer")]


async def test_a_clock_that_goes_a_day_forward_and_back_rings_nothing_twice_and_loses_nothing():
    house = House(look_seconds=3600)
    async with house.running():
        await house.told("EarshotSetAlarm", when="2026-11-23T13:10:00", repeat="FREQ=DAILY")
        await house.told("EarshotSetReminder", when="2026-11-23T14:00:00", text="once")
        await minutes(11)
        house.set_clock(timedelta(days=1))
        await house.told("EarshotStop")
        await minutes(2)
        assert house.rooms.sounding
        await house.told("EarshotStop")
        house.set_clock(-timedelta(days=1))
        await house.told("HassStartTimer", seconds=1)
        await asyncio.sleep(86400 + 3600)
        assert house.rooms.heard[0] == house.rooms.heard[1] == ("ring", "alarm")
        assert sum("once" in str(each) for each in house.rooms.heard) == 1
        assert sum(each == ("ring", "alarm") for each in house.rooms.heard) == 2
        await asyncio.sleep(86400)
        assert sum(each == ("ring", "alarm") for each in house.rooms.heard) == 3


async def test_a_clock_that_was_years_ahead_silences_nothing():
    house = House()
    async with house.running():
        await house.told("EarshotSetAlarm", when="2026-11-23T14:00:00", repeat="FREQ=DAILY")
        house.set_clock(timedelta(days=3650))
        await minutes(2)
        assert house.rooms.heard[0][0] == "say"  # missed, as far as anybody could know
        house.set_clock(-timedelta(days=3650))
        await asyncio.sleep(3 * 3600)
        assert house.rooms.heard[-1] == ("ring", "alarm")


async def test_ten_thousand_reminders_are_kept_and_one_more_is_refused():
    house = House()
    for number in range(10_000):
        item = Item(f"{number:05}", "reminder", str(number), at=(house.now() + timedelta(days=1)).replace(tzinfo=None))
        house.store.kept[item.id] = item
    async with house.running():
        refused = await house.told("EarshotSetAlarm", when="2026-11-24T07:00:00")
        assert (refused.kind, keys(refused)) == ("refused", ["items_full"])
        assert len(house.reminders.items) == 10_000


async def test_a_full_disk_confirms_nothing_and_still_falls_silent():
    house = House()
    async with house.running():
        await house.told("HassStartTimer", minutes=1)
        await minutes(1.1)
        house.store.full = True
        refused = await house.told("HassStartTimer", minutes=1)
        assert (refused.kind, keys(refused), refused.problem) == ("refused", ["not_kept"], "store-full")
        await house.told("EarshotStop")
        assert not house.rooms.sounding
        await minutes(30)
        assert house.rooms.heard == [("ring", "timer")]
    assert [item.state for item in house.store.waiting] == ["done"]


async def test_a_bug_in_a_link_costs_no_reminder(caplog):
    house = House()
    async with house.running():
        say = house.rooms.say
        house.rooms.say = None
        await house.told("EarshotSetReminder", when="2026-11-23T13:01:00", text="call Ann")
        await minutes(5)
        house.rooms.say = say
        await minutes(6)
        assert len(house.rooms.heard) == 1
    assert "NoneType" in caplog.text


async def test_a_reminder_for_an_event_comes_with_a_change_and_once():
    house = House()
    async with house.running():
        event = {"entity_id": "binary_sensor.door", "state": "on"}
        result = await house.told("EarshotSetReminder", event=event, text="keys")
        assert keys(result) == ["reminder_set_event"]
        for state in ("on", "on", "off"):  # the first is what the broker kept, no change
            house.reminders.on_entity_state("binary_sensor.door", state)
        await minutes(1)
        assert house.rooms.heard == []
        for state in ("on", "off", "on"):
            house.reminders.on_entity_state("binary_sensor.door", state)
        await minutes(1)
        assert house.rooms.heard == [("say", ("reminder_due", {"text": "keys"}))]


async def test_what_no_satellite_could_ring_yet_is_not_stopped():
    house = House()
    async with house.running():
        await house.told("HassStartTimer", minutes=1)
        house.rooms.deaf = True
        await minutes(1.1)
        assert keys(await house.told("EarshotStop")) == ["nothing_rings"]
        house.rooms.deaf = False
        await minutes(6)
        assert house.rooms.heard == [("ring", "timer")]


async def test_stop_means_what_rings_here_before_what_rings_elsewhere():
    house = House()
    async with house.running():
        await house.told("HassStartTimer", minutes=1, name="here")
        await house.told("HassStartTimer", minutes=1, name="there", where="Hall", satellite="hall")
        await minutes(1.1)
        await house.told("EarshotStop")
        assert [item.text for item in house.reminders.ringing] == ["there"]
        await house.told("EarshotStop")
        assert house.reminders.ringing == ()


async def test_leaving_silences_everything_and_forgets_nothing():
    house = House()
    async with house.running():
        await house.told("HassStartTimer", minutes=1)
        await minutes(1.1)
        assert house.rooms.sounding
    assert not house.rooms.sounding
    assert len(house.store.kept) == 1


async def test_the_longest_timer_is_taken():
    house = House()
    async with house.running():
        assert (await house.told("HassStartTimer", hours=99 * 24)).told[0].values["length"] == MAX_TIMER


async def test_what_the_disk_refuses_to_change_is_as_it_was():
    house = House()
    async with house.running():
        await house.told("HassStartTimer", minutes=5)
        before = house.reminders.items
        house.store.full = True
        for intent, slots in (("HassPauseTimer", {}), ("HassIncreaseTimer", {"minutes": 1}), ("HassCancelTimer", {})):
            assert (await house.told(intent, **slots)).kind == "refused"
            assert house.reminders.items == before
        await minutes(5.1)
        assert (await house.told("HassCancelTimer")).kind == "refused"
        await minutes(0.1)
        assert house.rooms.heard == [("ring", "timer")] * 2  # not cancelled, so it rings on
        assert len(house.rooms.sounding) == 1


@pytest.mark.parametrize("intent", ["HassStartTimer", "HassCancelTimer", "EarshotStop", "EarshotSnooze"])
async def test_a_turn_that_is_cancelled_while_the_disk_writes_leaves_no_half_of_it(intent):
    house = House()
    async with house.running():
        await house.told("EarshotSetAlarm", when="2026-11-23T13:01:00", repeat="FREQ=DAILY")
        await house.told("HassStartTimer", minutes=1)
        await minutes(1.1)
        turn = asyncio.create_task(house.told(intent, minutes=9))
        await asyncio.sleep(0)
        turn.cancel()
        await asyncio.wait([turn])
        assert {item.id for item in house.reminders.items} == set(house.store.kept)
        assert set(house.rooms.sounding) == {item.id for item in house.reminders.ringing}
        assert [item.state for item in house.reminders.items if item.repeat] != []


async def test_a_missed_pile_is_told_once_also_where_somebody_cancels_some_of_it():
    house = House()
    async with house.running():
        for number in range(60):
            text = f"number {number}"
            await house.told("EarshotSetReminder", when="2026-11-23T14:00:00", text=text, repeat="FREQ=DAILY")
    house.set_clock(timedelta(days=30, hours=5))
    async with house.running():
        await house.told("EarshotCancelReminder", text="number 7")
        while not house.rooms.heard:  # a thread is at it
            await asyncio.sleep(1)
        ((_, missed, *each),) = house.rooms.heard
        assert missed[0] == "missed"
        assert missed[1]["count"] in {59, 60}
        assert len(each) == 11
        assert each[-1][0] == "more"
        await minutes(5)
        assert len(house.rooms.heard) == 1
