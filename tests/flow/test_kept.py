"""What a real hub keeps: told, taken away, deleted so that no byte of it is left, and the audit log still whole."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import zipfile
from contextlib import closing

import pytest

from hub.store.audit_file import AuditFile
from tests.flow.test_settings import asked, owner
from tests.programs import configure, running_hub

SECRET = "zebrawildebeest"


@pytest.fixture
async def http(home):
    configure(home, "[privacy]\nkeep_speech = true\n")
    (home / "etc" / "rules.toml").write_text("# mine\n")
    async with running_hub(home), owner(home) as http:
        await asked(http, "POST", "/turns", json={"text": "turn on the hall light"})
        await asked(http, "POST", "/turns", json={"text": f"add {SECRET} to the shopping list"})
        await asked(http, "POST", "/turns", json={"text": f"remind me to feed the {SECRET} tomorrow at nine"})
        await asked(http, "PUT", f"/house/notes/person/{SECRET}", json={"satellites": []})
        speech = home / "var" / "speech"
        speech.mkdir(exist_ok=True)
        (speech / "01ARZ3NDEKTSV4RRFFQ69G5FAV.wav").write_bytes(b"RIFF" + SECRET.encode())
        async with asyncio.timeout(10):
            while len((await asked(http, "GET", "/turns"))[0]) < 3:
                await asyncio.sleep(0.05)
        yield http


async def done(http, job):
    async with asyncio.timeout(30):
        while job["state"] == "running":
            await asyncio.sleep(0.05)
            job, _ = await asked(http, "GET", f"/jobs/{job['id']}")
    assert job["state"] == "done", job
    return job["result"]


def bytes_of(home):
    """Everything of the data folder, but the broker's and the models'."""
    found = [path for path in (home / "var").rglob("*") if path.is_file() and "broker" not in path.parts]
    return b"".join(path.read_bytes() for path in found)


async def test_everything_that_is_kept_is_told(http):
    kept, _ = await asked(http, "GET", "/kept")
    by_kind = {each["kind"]: each for each in kept}
    assert by_kind["turns"]["entries"] == 3
    assert by_kind["turns"]["setting"] == "store.turns"
    assert by_kind["turns"]["oldest"]
    assert by_kind["turns"]["size_bytes"] > 500
    assert by_kind["audit"]["entries"] == 1
    assert by_kind["lists"]["entries"] == 1
    assert by_kind["speech"]["entries"] == 1


async def test_everything_can_be_taken_away_once(http, home):
    job, _ = await asked(http, "POST", "/kept/export", 202)
    result = await done(http, job)
    async with http.get(result["download"]) as response:
        assert response.status == 200
        assert response.content_type == "application/zip"
        content = await response.read()
    assert len(content) == result["size_bytes"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        turns = json.loads(archive.read("turns/turns.json"))
        assert [turn["record"]["transcript"] for turn in turns][:1] == ["turn on the hall light"]
        rows = list(csv.reader(io.StringIO(archive.read("lists/list_items.csv").decode())))
        assert rows[0] == ["id", "list", "text", "done"]
        assert rows[1][2] == SECRET
        assert archive.read("speech/01ARZ3NDEKTSV4RRFFQ69G5FAV.wav").endswith(SECRET.encode())
        assert archive.read("settings/rules.toml") == b"# mine\n"
    refused, _ = await asked(http, "GET", result["download"], 404)
    assert refused["error"]["code"] == "export-gone"
    assert list((home / "var" / "export").iterdir()) == []


async def test_one_kind_is_deleted_and_the_others_stay(http, home):
    job, _ = await asked(http, "DELETE", "/kept/turns", 202)
    by_kind = {each["kind"]: each for each in await done(http, job)}
    assert by_kind["turns"]["entries"] == 0
    assert by_kind["lists"]["entries"] == 1
    assert (await asked(http, "GET", "/turns"))[0] == []
    refused, _ = await asked(http, "DELETE", "/kept/passwords", 404)
    assert refused["error"]["code"] == "kept-unknown"


async def test_no_byte_of_what_was_forgotten_is_left(http, home):
    assert SECRET.encode() in await asyncio.to_thread(bytes_of, home)
    refused, _ = await asked(http, "POST", "/kept/forget", 422, json={"confirm": "yes"})
    assert refused["error"]["field"] == "confirm"
    assert refused["error"]["code"] == "forget-unconfirmed"
    job, _ = await asked(http, "POST", "/kept/forget", 202, json={"confirm": "earshot"})
    result = await done(http, job)
    assert "settings" in result["remains"]
    left = await asyncio.to_thread(bytes_of, home)
    assert SECRET.encode() not in left
    assert b"hall light" not in left
    kept, _ = await asked(http, "GET", "/kept")
    assert {each["kind"]: each["entries"] for each in kept if each["entries"]} == {"audit": 1}
    notes, _ = await asked(http, "GET", "/house/notes")
    assert notes["person"] == []
    assert (home / "etc" / "rules.toml").read_text() == "# mine\n"
    turn, _ = await asked(http, "POST", "/turns", json={"text": "what is on my shopping list"})
    assert SECRET not in json.dumps(turn)


async def test_the_audit_log_says_that_it_was_deleted_and_goes_on(http, home):
    before, _ = await asked(http, "GET", "/audit/verify")
    assert before["sealed"] == 1
    job, _ = await asked(http, "DELETE", "/kept/audit", 202)
    await done(http, job)
    await asked(http, "POST", "/turns", json={"text": "turn off the hall light"})
    async with asyncio.timeout(10):
        while (await asked(http, "GET", "/audit/verify"))[0]["sealed"] < 2:
            await asyncio.sleep(0.05)
    after, _ = await asked(http, "GET", "/audit/verify")
    assert after["broken"] is None
    page, _ = await asked(http, "GET", "/audit")
    newest, first = page["entries"]
    assert first["entity"] == "audit.log"
    assert first["why"] == "1 entries were deleted on purpose"
    assert first["previous"] == before["head"]
    assert newest["command"] == "turn_off"

    def forged():
        with closing(sqlite3.connect(home / "var" / "earshot.db")) as connection, connection:
            connection.execute("DELETE FROM audit WHERE entity = 'audit.log'")
        with AuditFile(home / "var" / "earshot.db") as log:
            return log.verify()

    assert (await asyncio.to_thread(forged)).broken is not None


async def test_the_audit_log_is_looked_through_and_taken_away(http):
    page, _ = await asked(http, "GET", "/audit")
    (entry,) = page["entries"]
    assert page["filters"]["entity"] == [entry["entity"]]
    assert (await asked(http, "GET", "/audit?entity=lock.none"))[0]["entries"] == []
    assert len((await asked(http, "GET", f"/audit?satellite={entry['satellite']}"))[0]["entries"]) == 1
    async with http.get("/audit/export?format=csv") as response:
        rows = list(csv.DictReader(io.StringIO(await response.text())))
    assert rows[0]["entity"] == entry["entity"]
    assert rows[0]["hash"] == entry["hash"]
    async with http.get("/audit/export?format=jsonl") as response:
        assert json.loads(await response.text())["hash"] == entry["hash"]
