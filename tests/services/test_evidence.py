"""What explains a turn on disk: with its record, only where words may be kept, gone with it; figures of the box."""

from __future__ import annotations

import asyncio

import pytest

from hub.config import StoreSection
from hub.evidence import Endpoint, PartialHeard, TurnEvidence
from hub.machine import Sample
from hub.store.database import Database
from hub.store.journal import Journal
from hub.store.machine import KEPT_SECONDS, SampleStore
from hub.store.turns import TurnStore
from tests.fakes_control import trace


@pytest.fixture
def path(tmp_path):
    return tmp_path / "earshot.db"


def evidence(turn: str) -> TurnEvidence:
    return TurnEvidence(
        turn,
        length_ms=2000.0,
        peaks_dbfs=[-60, -18, 0],
        endpoint=Endpoint(320.0, 960.0, 1664.0, "silence", "anything", 0.5),
        partials=[PartialHeard(640.0, "rubber duck", False, 0.4)],
    )


async def written(database):
    await database.write(("SELECT 1", ()))


async def test_what_explains_a_turn_comes_back_whole(path):
    async with Database(path) as database:
        turns = TurnStore(database, StoreSection())
        turns.add(trace("01A"), evidence("01A"))
        turns.add(trace("01B"))
        await written(database)
        assert await turns.evidence("01A") == evidence("01A")
        assert await turns.evidence("01B") is None


@pytest.mark.parametrize("section", [StoreSection(transcripts=False), StoreSection(turns=0)])
async def test_where_words_or_turns_are_not_kept_neither_is_what_explains_them(path, section):
    async with Database(path) as database:
        turns = TurnStore(database, section)
        turns.add(trace("01A"), evidence("01A"))
        await written(database)
        assert await turns.evidence("01A") is None
        assert await database.rows("SELECT count(*) FROM evidence") == [(0,)]


async def test_it_goes_with_its_turn_and_so_do_marks(path):
    async with Database(path) as database:
        turns = TurnStore(database, StoreSection(turns=2))
        turns.add(trace("01A"), evidence("01A"))
        await turns.mark("01A", "false-wake")
        for turn in ("01B", "01C"):
            turns.add(trace(turn), evidence(turn))
        await written(database)
        assert await turns.evidence("01A") is None
        await turns.mark("01C", "meant", "turn on the lamp")
        await turns.remove("01C")
        assert await turns.find("01C") is None
        assert await database.rows("SELECT turn FROM evidence") == [("01B",)]
        assert await database.rows("SELECT count(*) FROM turn_marks") == [(0,)]


async def test_what_was_forgotten_cannot_be_read_from_the_file(path):
    async with Journal(path, StoreSection()) as journal:
        journal.record(trace("01A", text="my rubber duck", actions=[]), evidence("01A"))
        await written(journal.database)
        await journal.forget_turn("01A")
        assert await journal.latest(10) == []
        assert await journal.find("01A") is None
    assert b"rubber duck" not in await asyncio.to_thread(path.read_bytes)


async def test_a_mark_is_of_a_turn_that_is_kept_and_the_last_one_counts(path):
    async with Database(path) as database:
        turns = TurnStore(database, StoreSection())
        turns.add(trace("01A"))
        await turns.mark("01A", "right")
        await turns.mark("01A", "false-wake")
        await turns.mark("01Z", "right")
        (turn,) = await turns.marked(10)
        assert (turn.mark, turn.note) == ("false-wake", "")
        assert await database.rows("SELECT turn FROM turn_marks") == [("01A",)]


async def test_turns_are_read_page_by_page_and_since_a_time(path):
    async with Database(path) as database:
        turns = TurnStore(database, StoreSection())
        for number in range(5):
            turns.add(trace(f"01{number}", started=f"2026-11-20T18:0{number}:00.000Z"))
        await written(database)
        assert [turn.trace.turn for turn in await turns.marked(2, before="013")] == ["012", "011"]
        assert await turns.marked(2, before="01Z") == []
        assert [turn.trace.turn for turn in await turns.since("2026-11-20T18:03:00.000Z")] == ["013", "014"]


async def test_damaged_evidence_hides_nothing_else(path, caplog):
    async with Database(path) as database:
        turns = TurnStore(database, StoreSection())
        turns.add(trace("01A"), evidence("01A"))
        await database.write(("UPDATE evidence SET record = '{'", ()))
        assert await turns.evidence("01A") is None
        assert await turns.find("01A")
    assert "01A" in caplog.text


async def test_samples_of_the_box_come_back_and_old_ones_go(path):
    async with Database(path) as database:
        store = SampleStore(database)
        now = 1_795_000_000
        old, first, last = (Sample(at, 1.5, 40.0, 0.5, 400.0) for at in (now - KEPT_SECONDS - 1, now - 300, now))
        for sample in (old, first, last):
            store.add(sample)
        store.add(Sample(now + 300, 1.5, 40.0, 0.5, 400.0, 51.0))
        await written(database)
        kept = await store.since(0)
        assert [sample.at for sample in kept] == [now - 300, now, now + 300]
        assert [sample.temperature_c for sample in kept] == [None, None, 51.0]
        assert len(await store.since(now)) == 2
