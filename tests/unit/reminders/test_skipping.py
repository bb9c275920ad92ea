"""One occurrence of what comes again is left out: the rule stays, on disk too, and over a change of the clock."""

# ruff: noqa: DTZ001 - wall clocks have no zone

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.reminders.due import agenda, occurrences, scheduled
from hub.reminders.items import Item
from hub.reminders.recurrence import instant
from tests.fakes_reminders import House, keys

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = Item("01", "alarm", at=datetime(2026, 10, 20, 7), repeat="FREQ=DAILY")


def test_what_is_left_out_does_not_come_and_the_rest_does() -> None:
    now = instant(datetime(2026, 10, 24, 12), BERLIN)  # the clock goes back in the night of the 25th
    out = (datetime(2026, 10, 25, 7), datetime(2026, 10, 26, 7), datetime(2026, 10, 1, 7))
    skipping = scheduled(replace(DAILY, settled=datetime(2026, 10, 24, 7), skipped=out), now, BERLIN)
    assert skipping.occurrence == datetime(2026, 10, 27, 7)
    assert skipping.due == instant(datetime(2026, 10, 27, 7), BERLIN)
    assert skipping.skipped == (datetime(2026, 10, 25, 7), datetime(2026, 10, 26, 7))  # what is over is forgotten
    assert occurrences(skipping, datetime(2026, 10, 25), datetime(2026, 10, 29), 5) == (
        datetime(2026, 10, 27, 7),
        datetime(2026, 10, 28, 7),
    )


def test_a_hub_that_was_off_does_not_catch_up_with_what_was_left_out() -> None:
    begun = instant(datetime(2026, 10, 20, 6), BERLIN)
    item = scheduled(replace(DAILY, skipped=(datetime(2026, 10, 22, 7),)), begun, BERLIN)
    found = agenda([item], instant(datetime(2026, 10, 22, 7, 5), BERLIN), BERLIN)
    assert not found.due
    assert [late.occurrence for late in found.missed] == [datetime(2026, 10, 20, 7)]


async def test_tomorrows_alarm_is_left_out_and_the_one_after_rings() -> None:
    house = House(look_seconds=3600)
    async with house.running():
        begin = house.now().astimezone(house.zone).replace(tzinfo=None)
        first = (begin + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0)
        await house.told("EarshotSetAlarm", when=first.isoformat(), repeat="FREQ=DAILY")
        day = first.replace(hour=0)
        slots = {"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()}
        skipped = await house.told("EarshotCancelAlarm", once=True, **slots)
        assert keys(skipped) == ["alarm_skipped_next"]
        assert skipped.told[0].values["next"].replace(tzinfo=None) == first + timedelta(days=1)
        assert keys(await house.told("EarshotCancelAlarm", once=True, **slots)) == ["alarm_unknown"]
        await asyncio.sleep((first - begin).total_seconds() + 3600)
        assert not house.rooms.heard
        await asyncio.sleep(timedelta(hours=23).total_seconds() + 1)
        assert [item.kind for item in house.reminders.ringing] == ["alarm"]
        await house.told("EarshotStop")


async def test_what_comes_only_once_is_cancelled_and_the_next_is_skipped_without_a_day() -> None:
    house = House()
    async with house.running():
        begin = house.now().astimezone(house.zone).replace(tzinfo=None, microsecond=0)
        await house.told("EarshotSetAlarm", when=(begin + timedelta(hours=2)).isoformat())
        await house.told("EarshotSetAlarm", when=(begin + timedelta(hours=5)).isoformat(), repeat="FREQ=DAILY")
        assert keys(await house.told("EarshotCancelAlarm", once=True)) == ["alarm_cancelled"]
        assert keys(await house.told("EarshotCancelAlarm", once=True)) == ["alarm_skipped_next"]
        (left,) = house.reminders.items
        assert left.occurrence == begin + timedelta(days=1, hours=5)


@pytest.mark.parametrize(("text", "told"), [("bins", ["reminder_skipped_next"]), ("cat", ["reminder_unknown"])])
async def test_a_reminder_is_meant_by_its_text(text: str, told: list[str]) -> None:
    house = House()
    async with house.running():
        begin = house.now().astimezone(house.zone).replace(tzinfo=None, microsecond=0)
        when = (begin + timedelta(hours=5)).isoformat()
        await house.told("EarshotSetReminder", text="take out the bins", when=when, repeat="FREQ=WEEKLY")
        await house.told("EarshotSetReminder", text="water the plants", when=when, repeat="FREQ=DAILY")
        assert keys(await house.told("EarshotCancelReminder", once=True, text=text)) == told
        several = {"from": begin.isoformat(), "to": (begin + timedelta(days=2)).isoformat()}
        asked = await house.told("EarshotCancelReminder", once=True, text="t", **several)
        assert keys(asked) == (
            ["reminder_skipped_next"] if text == "bins" else ["reminder_which", *["reminder_next_repeat"] * 2]
        )


async def test_what_was_left_out_stays_so_after_a_restart() -> None:
    house = House()
    async with house.running():
        begin = house.now().astimezone(house.zone).replace(tzinfo=None, microsecond=0)
        await house.told("EarshotSetAlarm", when=(begin + timedelta(hours=5)).isoformat(), repeat="FREQ=DAILY")
        await house.told("EarshotCancelAlarm", once=True)
    async with house.running():
        (left,) = house.reminders.items
        assert left.occurrence == begin + timedelta(days=1, hours=5)
