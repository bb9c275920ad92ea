"""Turns and actions on disk, and what is left of them when the disk fails."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing

import pytest

from hub.config import StoreSection
from hub.errors import StoreLost
from hub.stages import Action
from hub.store.audit import AuditLog
from hub.store.database import Database
from hub.store.journal import IN_MEMORY, Journal
from hub.store.turns import TurnStore
from tests.fakes_control import trace


@pytest.fixture
def path(tmp_path):
    return tmp_path / "earshot.db"


async def written(database):
    """Writes are in order: one that waits comes after all before it."""
    await database.write(("SELECT 1", ()))


async def test_a_turn_comes_back_whole(path):
    async with Database(path) as database:
        turns = TurnStore(database, StoreSection())
        turns.add(trace("01A"))
        await written(database)
        assert await turns.get("01A") == trace("01A")
        assert await turns.get("01B") is None


async def test_the_newest_are_kept_and_come_first(path):
    async with Database(path) as database:
        turns = TurnStore(database, StoreSection(turns=3))
        for number in range(10):
            turns.add(trace(str(number)))
        await written(database)
        assert [turn.turn for turn in await turns.latest(10)] == ["9", "8", "7"]
        assert [turn.turn for turn in await turns.latest(2)] == ["9", "8"]


async def test_actions_outlive_their_turn(path):
    async with Database(path) as database:
        turns, audit = TurnStore(database, StoreSection(turns=0)), AuditLog(database)
        turns.add(trace("01A"))
        turns.add(trace("01B", actions=[Action("lock.door", "Door", "unlock", "t", "UNLOCK", "refused")]))
        turns.add(trace("01C", actions=[]))
        await written(database)
        assert await turns.latest(10) == []
        assert [entry.turn for entry in await audit.latest(10)] == ["01B", "01A"]
        assert [entry.turn for entry in await audit.latest(10, entity="light.bed_light")] == ["01A"]


async def test_without_transcripts_no_word_reaches_the_disk(path):
    secret = "xylophone"
    async with Database(path) as database:
        turns = TurnStore(database, StoreSection(transcripts=False))
        turns.add(trace("01A", text=f"hide the {secret}", reply=f"I know no {secret}."))
        await written(database)
        assert (await turns.get("01A")).transcript == ""
        for file in path.parent.iterdir():
            assert secret.encode() not in file.read_bytes()
    assert secret.encode() not in path.read_bytes()


async def test_what_was_pruned_cannot_be_read_from_the_file(path):
    secret = "xylophone"
    async with Database(path) as database:
        turns = TurnStore(database, StoreSection(turns=1))
        turns.add(trace("01A", text=secret, actions=[]))
        turns.add(trace("01B", actions=[]))
    assert secret.encode() not in path.read_bytes()


async def test_words_are_not_logged_even_at_debug(path, caplog):
    with caplog.at_level(logging.DEBUG):
        async with Database(path) as database:
            turns = TurnStore(database, StoreSection())
            turns.add(trace("01A", text="xylophone"))
            await written(database)
            await turns.latest(1)
    assert "xylophone" not in caplog.text


async def test_a_record_that_cannot_be_read_hides_no_other(path, caplog):
    async with Database(path) as database:
        turns = TurnStore(database, StoreSection())
        turns.add(trace("01A"))
        await database.write(("INSERT INTO turns (turn, started, record) VALUES ('01B', '', '{\"turn\": 5}')", ()))
        turns.add(trace("01C"))
        await written(database)
        assert [turn.turn for turn in await turns.latest(10)] == ["01C", "01A"]
    assert "cannot be read" in caplog.text


async def test_a_turn_recorded_twice_is_kept_once(path, caplog):
    async with Database(path) as database:
        turns = TurnStore(database, StoreSection())
        turns.add(trace("01A"))
        turns.add(trace("01A"))
        turns.add(trace("01B"))
        await written(database)
        assert [turn.turn for turn in await turns.latest(10)] == ["01B", "01A"]
        assert database.trouble is None
    assert "refused" in caplog.text


async def test_the_journal_remembers_across_restarts(path):
    async with Journal(path, StoreSection()) as journal:
        journal.record(trace("01A"))
        assert journal.component().state == "ok"
    async with Journal(path, StoreSection()) as journal:
        assert [turn.turn for turn in await journal.latest(5)] == ["01A"]
        assert [entry.turn for entry in await journal.actions(5)] == ["01A"]


async def test_a_lost_store_costs_no_turn(path, caplog):
    path.write_bytes(b"this is no database " * 500)
    async with Journal(path, StoreSection()) as journal:
        for number in range(IN_MEMORY + 5):
            journal.record(trace(str(number)))
        assert [turn.turn for turn in await journal.latest(2)] == [str(IN_MEMORY + 4), str(IN_MEMORY + 3)]
        assert len(await journal.latest(1000)) == IN_MEMORY
        part = journal.component()
        assert (part.state, part.code, part.required) == ("failed", "store-corrupt", False)
        with pytest.raises(StoreLost):
            await journal.actions(1)
    assert caplog.text.count("store-corrupt") == 1
    assert path.read_bytes() == b"this is no database " * 500


async def test_memory_keeps_to_the_same_privacy(path):
    path.write_bytes(b"this is no database " * 500)
    async with Journal(path, StoreSection(transcripts=False)) as journal:
        journal.record(trace())
        assert (await journal.latest(1))[0].transcript == ""
    async with Journal(path, StoreSection(turns=0)) as journal:
        journal.record(trace())
        assert await journal.latest(1) == []


async def test_trouble_shows_yellow_and_turns_come_from_memory(path):
    async with Journal(path, StoreSection()) as journal:
        journal.record(trace("01A"))
        async with asyncio.timeout(10):
            while not await journal.latest(1):
                await asyncio.sleep(0.01)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # another program holds the file: our writer gives up after its time
            journal.record(trace("01B"))
            async with asyncio.timeout(20):
                while journal.component().state == "ok":
                    await asyncio.sleep(0.05)
            part = journal.component()
            assert (part.state, part.code) == ("degraded", "store-unusable")
            assert [turn.turn for turn in await journal.latest(5)] == ["01B", "01A"]
    async with Journal(path, StoreSection()) as journal:
        assert [turn.turn for turn in await journal.latest(5)] == ["01B", "01A"]
