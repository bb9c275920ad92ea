"""The audit log on disk: whole after pruning, restarts and failures, and whatever is done to its file is found."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, contextmanager

import pytest

from hub.cli import main
from hub.cli.audit import told
from hub.config import StoreSection
from hub.errors import StoreLost
from hub.stages import Action, Evidence
from hub.store import audit
from hub.store.audit_file import AuditFile
from hub.store.database import Database
from hub.store.journal import Journal
from hub.store.migrate import migrations
from hub.store.turns import TurnStore
from hub.trace import ErrorTrace
from tests.fakes_control import trace

DOOR = Action("lock.front_door", "Front Door", "unlock", "door/set", "", "refused")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "earshot.db"


def write(path, *turns, **section):
    async def written():
        async with Database(path) as database:
            store = TurnStore(database, StoreSection(**section))
            for turn in turns:
                store.add(turn)

    asyncio.run(written())


def numbered(count, **changes):
    return [trace(f"{number:05}", text=f"sentence {number}", **changes) for number in range(count)]


@contextmanager
def tampering(path):
    """Somebody who can write the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        yield file


def verified(path):
    with AuditFile(path) as log:
        return log.verify()


def ids(path):
    with tampering(path) as file:
        return [number for (number,) in file.execute("SELECT id FROM audit ORDER BY id")]


def test_a_log_is_whole_over_restarts_and_within_a_turn(path):
    write(path, *numbered(3))
    lamp = Action("light.a", "A", "turn_on", "a/set", "ON", "failed")
    write(path, trace("x", actions=[DOOR, lamp, lamp]), trace("y", actions=[]))
    found = verified(path)
    assert (found.sealed, found.unsealed, found.broken) == (6, 0, None)
    with AuditFile(path) as log:
        assert found.head == log.latest(1)[0].hash
        hashes = [entry.hash for entry in log.entries()]
        assert [entry.previous for entry in log.entries()] == ["", *hashes[:-1]]


def test_who_where_what_why_and_how_it_ended_is_kept_also_of_what_was_not_done(path):
    refused = trace(actions=[DOOR], error=ErrorTrace("action-refused", "policy-unlock"))
    write(path, refused, trace("y", text="", why="rule Night lights"))
    with AuditFile(path) as log:
        newest, oldest = log.latest(2)
    assert (oldest.satellite, oldest.area, oldest.sentence) == ("bedroom", "Bedroom", "turn on the bed light")
    assert (oldest.outcome, oldest.problem, oldest.payload) == ("refused", "action-refused", "")
    assert (newest.why, newest.outcome, newest.evidence_payload) == ("rule Night lights", "confirmed", "ON")


@pytest.mark.parametrize("column", audit.AuditEntry.__struct_fields__)
def test_a_change_of_any_column_is_found_where_it_is(path, column):
    write(path, *numbered(5, why="rule", error=ErrorTrace("c", "m")))
    value = 1.5 if column == "evidence_after_ms" else "something else"
    with tampering(path) as file:
        file.execute(f"UPDATE audit SET {column} = ? WHERE id = 3", (value,))
    assert verified(path).broken.id == 3


@pytest.mark.parametrize("column", ["area", "sentence", "evidence_after_ms", "why", "via", "granted", "person"])
def test_what_was_made_empty_is_found(path, column):
    write(path, *numbered(3, why="rule", via="mqtt", granted="pin", person="Anna"))
    with tampering(path) as file:
        file.execute(f"UPDATE audit SET {column} = NULL WHERE id = 2")
    assert verified(path).broken.id == 2


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_removed_entry_is_found(path, number):
    write(path, *numbered(5))
    with tampering(path) as file:
        file.execute("DELETE FROM audit WHERE id = ?", (number,))
    assert verified(path).broken is not None


def test_an_emptied_log_is_found(path):
    write(path, *numbered(5))
    with tampering(path) as file:
        file.execute("DELETE FROM audit")
    assert verified(path).broken is not None


@pytest.mark.parametrize("number", [1, 3, 5])
def test_an_inserted_entry_is_found(path, number):
    write(path, *numbered(5))
    with tampering(path) as file:
        file.execute("UPDATE audit SET id = -id WHERE id > ?", (number,))
        file.execute("UPDATE audit SET id = 1 - id WHERE id < 0")
        file.execute(
            f"INSERT INTO audit (id, {audit.COLUMNS}) SELECT ?, {audit.COLUMNS} FROM audit WHERE id = 1", (number + 1,)
        )
    assert len(ids(path)) == 6
    assert verified(path).broken is not None


def test_swapped_entries_are_found(path):
    write(path, *numbered(5))
    with tampering(path) as file:
        for old, new in ((2, -2), (3, 2), (-2, 3)):
            file.execute("UPDATE audit SET id = ? WHERE id = ?", (new, old))
    assert verified(path).broken.id == 2


def test_an_entry_that_was_sealed_again_breaks_at_the_next(path):
    write(path, *numbered(5))
    with tampering(path) as file:
        file.execute("UPDATE audit SET outcome = 'confirmed', payload = 'UNLOCK' WHERE id = 3")
        with AuditFile(path) as log:
            entry = list(log.entries())[2]
        file.execute("UPDATE audit SET hash = ? WHERE id = 3", (audit.chain.seal(entry.previous, entry.text()),))
    assert verified(path).broken.id == 4


@pytest.mark.parametrize(
    "sql", ["DELETE FROM audit_chain", "UPDATE audit_chain SET head_id = 3", "UPDATE audit_chain SET anchor = 'x'"]
)
def test_a_chain_without_its_ends_is_found(path, sql):
    write(path, *numbered(5))
    with tampering(path) as file:
        file.execute(sql)
    assert verified(path).broken is not None


def test_a_chain_without_its_ends_costs_no_later_entry(path):
    write(path, *numbered(5))
    with tampering(path) as file:
        file.execute("DELETE FROM audit_chain")
    write(path, trace("later"))
    assert len(ids(path)) == 6
    assert verified(path).broken is not None


def test_what_was_removed_stays_found_when_the_log_goes_on(path):
    write(path, *numbered(5))
    with tampering(path) as file:
        file.execute("DELETE FROM audit WHERE id = 5")
    write(path, trace("later"))
    assert verified(path).broken.id == 6


def test_the_chain_survives_pruning_by_number(path, monkeypatch):
    monkeypatch.setattr(audit, "ENTRIES_KEPT", 4)
    write(path, *numbered(10))
    assert ids(path) == [7, 8, 9, 10]
    found = verified(path)
    assert (found.sealed, found.broken) == (4, None)
    with tampering(path) as file:
        file.execute("DELETE FROM audit WHERE id = 7")
    assert verified(path).broken.id == 8


def test_the_chain_survives_pruning_by_age(path):
    days = [trace(f"{day}", started=f"2026-11-{day:02}T12:00:00.000Z") for day in range(1, 11)]
    write(path, *days, audit_days=3)
    assert ids(path) == [7, 8, 9, 10]
    assert verified(path).broken is None


def test_an_hour_with_a_wrong_clock_costs_no_more_than_the_oldest(path):
    write(path, *numbered(150))
    write(path, trace("future", started="2099-01-01T00:00:00.000Z"))
    assert len(ids(path)) == 51
    write(path, trace("past", started="1970-01-01T00:00:00.000Z"))
    assert len(ids(path)) == 52
    assert verified(path).broken is None


def test_entries_of_an_older_version_stay_and_the_chain_begins_after_them(path):
    names = ("at", "turn", "satellite", "entity", "command", "topic", "payload", "outcome")
    values = ", ".join(f"'{name}'" for name in names[2:])
    old = f"INSERT INTO audit ({', '.join(names)}) VALUES ('2026-01-01T00:00:00.000Z', ?, {values})"
    steps = migrations()[:1]

    async def older():
        async with Database(path, steps=steps) as database:
            await database.write(*((old, (str(number),)) for number in range(3)))

    asyncio.run(older())
    write(path, *numbered(2))
    found = verified(path)
    assert (found.sealed, found.unsealed, found.broken) == (2, 3, None)
    write(path, trace("later", started="2028-11-01T00:00:00.000Z"), audit_days=719)
    assert ids(path) == [4, 5, 6]
    assert verified(path).broken is None


def test_a_write_that_failed_leaves_no_gap(path):
    write(path, trace("a"), trace("a"), trace("b"))  # the second is refused whole: its turn is there
    found = verified(path)
    assert (found.sealed, found.broken) == (2, None)


async def test_proofs_come_back_for_the_deadlines(path):
    slow = Action("light.b", "B", "turn_on", "t", "ON", "confirmed", Evidence("s", "ON", 6000))
    async with Journal(path, StoreSection()) as journal:
        journal.record(trace("a"))
        journal.record(trace("b", actions=[DOOR, slow]))
    async with Journal(path, StoreSection()) as journal:
        assert await journal.proofs() == [("light.bed_light", 12.0), ("light.b", 6000.0)]


async def test_a_lost_store_only_forgets_the_deadlines(path):
    path.write_bytes(b"this is no database " * 500)
    async with Journal(path, StoreSection()) as journal:
        assert await journal.proofs() == []


async def test_a_log_can_be_read_while_the_hub_writes_it(path):
    async with Database(path) as database:
        store = TurnStore(database, StoreSection())
        store.add(trace("a"))
        await database.write(("SELECT 1", ()))
        assert (await asyncio.to_thread(verified, path)).sealed == 1
        store.add(trace("b"))
        await database.write(("SELECT 1", ()))
        assert (await asyncio.to_thread(verified, path)).sealed == 2


def test_what_is_read_is_the_log_of_one_moment(path):
    write(path, trace("a"))
    with AuditFile(path) as log:
        write(path, trace("b"))
        assert [entry.turn for entry in log.entries()] == ["a"]
        assert log.verify().broken is None
    assert verified(path).sealed == 2


def test_reading_leaves_nothing_beside_the_file_and_changes_nothing(path):
    write(path, *numbered(2))
    before = path.read_bytes()
    verified(path)
    assert [file.name for file in path.parent.iterdir()] == ["earshot.db"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [None, b"", b"this is no database " * 500])
def test_what_is_no_log_is_told(path, content):
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreLost, match=str(path)), AuditFile(path):
        pass
    assert path.exists() == (content is not None)


class TestCommand:
    @pytest.fixture
    def kept(self, home):
        folder = home / "var"
        folder.mkdir(exist_ok=True)
        return folder / "earshot.db"

    @pytest.fixture
    def log(self, kept):
        write(kept, trace("a", actions=[DOOR], error=ErrorTrace("action-refused", "")), trace("b"))
        return kept

    def test_the_newest_stand_last_one_a_line(self, log, capsys):
        assert main(["audit"]) == 0
        said = "2026-11-20 18:02:11  bedroom (Bedroom)  “turn on the bed light”  "
        assert capsys.readouterr().out.splitlines() == [
            f"{said}lock.front_door unlock: refused (action-refused)",
            f"{said}light.bed_light turn_on: confirmed after 12 ms: home/bed/state ON",
        ]
        assert main(["audit", "--entity", "lock.front_door", "--limit", "1", "--json"]) == 0
        assert '"entity":"lock.front_door"' in capsys.readouterr().out

    def test_a_whole_log_and_a_broken_one(self, log, capsys):
        assert main(["audit", "verify"]) == 0
        assert capsys.readouterr().out.startswith("2 entries are as they were written\nhead ")
        with tampering(log) as file:
            file.execute("UPDATE audit SET outcome = 'confirmed' WHERE id = 1")
        assert main(["audit", "verify"]) == 1
        assert capsys.readouterr().out == "audit-broken: entry 1 is not as it was written: it was changed\n"
        assert main(["audit", "verify", "--json"]) == 1
        assert '"broken":{"id":1,' in capsys.readouterr().out

    @pytest.mark.parametrize("form", [[], ["--json"]])
    def test_an_export_is_private_and_takes_no_others_place(self, log, tmp_path, capsys, form):
        out = tmp_path / "audit.txt"
        assert main(["audit", "export", str(out), *form]) == 0
        assert (len(out.read_text().splitlines()), out.stat().st_mode & 0o777) == (2, 0o600)
        assert main(["audit", "export", str(out), *form]) == 78
        assert "audit-export" in capsys.readouterr().err

    def test_without_a_log_there_is_none(self, kept, capsys):
        assert main(["audit", "verify"]) == 1
        assert "store-unusable" in capsys.readouterr().err


def test_what_a_device_sends_forges_no_line():
    action = Action("a", "A", "c", "t", "p", "confirmed", Evidence("s", "ON\n2026 forged\x1b[2J", 1.0))
    (entry,) = audit.entries(trace(actions=[action]), with_sentence=True)
    assert told(entry).isprintable()
