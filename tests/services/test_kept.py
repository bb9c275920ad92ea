"""Every table of the store is somebody's: it can be deleted, or it is said to stay."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from hub.errors import StoreLost
from hub.kept.household import Household, KeptRefused
from hub.kept.kinds import REMAINING_TABLES, kinds
from hub.store.database import Database
from wire.places import Places


@pytest.fixture
def where(tmp_path):
    return Places(etc=tmp_path / "etc", var=tmp_path, run=tmp_path, cache=tmp_path / "cache")


@pytest.fixture
async def household(where):
    async with Database(where.var / "earshot.db") as database:
        yield Household(database, kinds(where))


async def test_every_table_is_of_a_kind_or_stays(household):
    known = {table for kind in household.kinds.values() for table in kind.tables} | REMAINING_TABLES
    unknown = await household.tables() - known
    assert not unknown, f"say in hub/kept/kinds.py which kind {unknown} are, or that they stay"


async def test_forgetting_an_empty_house_writes_no_entry(household):
    forgotten = await household.forget(lambda *_: None)
    assert set(forgotten.deleted) == set(household.kinds)
    assert {each.kind for each in await household.all() if each.entries} == set()


async def test_a_pattern_deletes_only_what_fits(household, where):
    (where.var / "wake").mkdir()
    head, look = where.var / "wake" / "willow.onnx", where.var / "wake" / "willow.verifier.json"
    head.write_bytes(b"head")
    look.write_text("{}")
    await household.delete("looks")
    assert head.exists()
    assert not look.exists()


async def test_a_kind_that_is_not_there_is_refused(household):
    with pytest.raises(KeptRefused) as caught:
        await household.delete("passwords")
    assert caught.value.code == "kept-unknown"


async def test_a_file_that_cannot_be_deleted_is_named(household, where, monkeypatch):
    (where.var / "stt-adaptation.json").write_text("{}")

    def refused(*_, **__):
        raise PermissionError(13, "Permission denied", "stt-adaptation.json")

    monkeypatch.setattr("hub.kept.files.delete", refused)
    with pytest.raises(KeptRefused) as caught:
        await household.delete("adaptations")
    assert caught.value.code == "kept-undeletable"


async def test_a_reader_elsewhere_is_said_and_nothing_hangs(household, where):
    await household._write([("INSERT INTO list_items VALUES ('1', '', 'milk', 0)", ())])
    await household._database._writer.execute("PRAGMA busy_timeout = 100")
    with closing(sqlite3.connect(where.var / "earshot.db", isolation_level=None, check_same_thread=False)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM list_items").fetchall()
        with pytest.raises(StoreLost):
            await household.delete("lists")
    await household.delete("lists")
    assert b"milk" not in (where.var / "earshot.db").read_bytes()
