"""Reminders and lists on a real file: kept as they were, and over power cuts neither lost nor rung twice."""

# ruff: noqa: DTZ001 - wall clocks have no zone

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.reminders.actor import ReminderActor
from hub.reminders.items import Event, Item, Place
from hub.reminders.lists import Lists
from hub.reminders.reminders import Reminders
from hub.reminders.store import ReminderStore
from hub.stages import Intent
from hub.store.database import Database
from tests.fakes_reminders import BERLIN, Rooms, keys
from tests.power_cuts import cut

NOON = datetime(2026, 11, 23, 12, 0, 0, 120_000, tzinfo=UTC)
ITEMS = [
    Item("01", "timer", "pizza", Place("Kitchen", "kitchen"), length=timedelta(minutes=5), due=NOON),
    Item("02", "timer", "tea", length=timedelta(seconds=90.5), left=timedelta(seconds=30)),
    Item("03", "timer", length=timedelta(hours=1), due=NOON, command="turn off the oven"),
    Item("04", "alarm", at=datetime(2026, 11, 24, 7), repeat="FREQ=DAILY", settled=datetime(2026, 11, 23, 7)),
    Item("05", "alarm", at=datetime(2026, 11, 24, 7), due=NOON, state="snoozed", settled=datetime(2026, 11, 24, 7)),
    Item("06", "reminder", "keys", Place(person="Ann"), event=Event("binary_sensor.door", "on"), important=True),
    Item("07", "reminder", "keys", event=Event("binary_sensor.door", "on"), due=NOON),
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "earshot.db"


async def test_items_come_back_as_they_were(path):
    async with Database(path) as database:
        await ReminderStore(database).write(*ITEMS)
    async with Database(path) as database:
        assert await ReminderStore(database).load() == ITEMS


async def test_what_is_done_is_gone(path):
    async with Database(path) as database:
        store = ReminderStore(database)
        await store.write(*ITEMS)
        store.offer(*(Item(item.id, item.kind, state="done") for item in ITEMS[:6]))
        await store.write(ITEMS[6])
        assert await store.load() == [ITEMS[6]]


async def test_an_item_that_cannot_be_read_hides_no_other(path, caplog):
    async with Database(path) as database:
        store = ReminderStore(database)
        await store.write(*ITEMS[:2])
        await database.write(("UPDATE reminders SET due = 'soon' WHERE id = '01'", ()))
        assert await store.load() == [ITEMS[1]]
    assert "cannot be read" in caplog.text


async def test_lists(path):
    async with Database(path) as database:
        rooms = Rooms()
        async with Reminders(ReminderStore(database), rooms, rooms.run, zone=BERLIN) as reminders:
            actor = ReminderActor(reminders, Lists(database))

            async def told(intent_name, **slots):
                result = await actor.carry_out(Intent(intent_name, slots, "default", "en", ""), area=None)
                return keys(result)[0], dict(result.told[0].values)

            assert await told("EarshotReadList") == ("list_empty_shopping", {})
            for item in ("milk", "Eggs", "oat milk"):
                assert await told("HassShoppingListAddItem", item=item) == ("item_added_shopping", {"item": item})
            assert (await told("HassShoppingListAddItem", item="MILK"))[0] == "item_there_shopping"
            assert await told("HassListAddItem", name="Hardware", item="nails") == (
                "item_added",
                {"item": "nails", "list": "Hardware"},
            )
            assert await told("EarshotReadList", list="hardware") == (
                "list_items",
                {"items": ["nails"], "list": "Hardware"},
            )
            assert await told("HassShoppingListCompleteItem", item="eggs") == (
                "item_completed_shopping",
                {"item": "Eggs"},
            )
            assert await told("HassListRemoveItem", name="shopping list", item="oat") == (
                "item_removed_shopping",
                {"item": "oat milk"},
            )
            assert (await told("HassShoppingListCompleteItem", item="bread"))[0] == "item_unknown_shopping"
            assert await told("EarshotReadList") == ("list_items_shopping", {"items": ["milk"]})
            assert await told("EarshotClearList") == ("list_cleared_shopping", {"count": 2})
            assert (await told("HassListAddItem", name="x" * 501, item="nails"))[0] == "text_too_long"
            assert (await told("HassListAddItem", name="Hardware"))[0] == "text_missing"


async def test_power_cuts_lose_nothing_and_ring_nothing_again_that_was_acknowledged(path):
    """The long form is ``python -m tests.measure_power_cuts``."""
    account = await cut(path, 25)
    assert account.lost == []
    assert account.rung_after_done == []
    assert account.done_unheard == []
    assert len(account.done) > 100
