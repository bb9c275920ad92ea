"""Settings of a real hub: changed on disk with their comments, in force at once or after a restart it does itself."""

from __future__ import annotations

import asyncio
import base64
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.ports import free_port
from tests.programs import DEMO_HOUSE, program
from tests.signed_in import PASSWORD, owner_of, visitor

FILE = """# Our house.
[hub]
name = "Home"  # as Home Assistant shows it

[web]
port = 0

[links]
discover = false  # nobody else is here

# How long we wait.
[endpoint]
silence_ms = 700
"""


@pytest.fixture
def file(home):
    path = home / "etc" / "hub.toml"
    path.parent.mkdir()
    path.write_text(FILE)
    return path


@asynccontextmanager
async def owner(home):
    """The command line's way in: who may use the socket may do everything."""
    connector = aiohttp.UnixConnector(str(home / "run" / "hub.sock"))
    async with aiohttp.ClientSession("http://hub", connector=connector) as http:
        yield http


async def asked(http, method, path, status=200, **how):
    async with http.request(method, path, **how) as response:
        body = await response.json()
        assert response.status == status, body
        return body, response.headers


async def until_true(look, wanted):
    async with asyncio.timeout(10):
        while await look() != wanted:
            await asyncio.sleep(0.05)


async def test_one_value_is_changed_on_the_disk_and_live(home, file):
    async with program("hub", "hub", home=home, ready="READY"), owner(home) as http:
        state, headers = await asked(http, "GET", "/settings")
        assert state["values"]["endpoint.silence_ms"] == 700
        assert state["given"] == ["hub.name", "links.discover", "endpoint.silence_ms", "web.port"]
        assert headers["ETag"] == f'"{state["digest"]}"'

        how = {"json": {"endpoint.silence_ms": 900, "store.turns": 5}, "headers": {"If-Match": headers["ETag"]}}
        changed, after = await asked(http, "PATCH", "/settings", **how)
        assert changed["applied"] == {"endpoint.silence_ms": "live", "store.turns": "live"}
        assert changed["state"]["waiting"] == []
        assert file.read_text() == FILE.replace("700", "900") + "\n[store]\nturns = 5\n"

        refused, _ = await asked(http, "PATCH", "/settings", 412, **how)
        assert refused["error"]["code"] == "settings-conflict"
        await asked(http, "PATCH", "/settings", json={"store.turns": None}, headers={"If-Match": after["ETag"]})
        assert "turns" not in file.read_text()


async def test_turns_are_kept_by_the_new_bound_at_once(home, file):
    async with program("hub", "hub", home=home, ready="READY"), owner(home) as http:
        for _ in range(3):
            await asked(http, "POST", "/turns", json={"text": "what time is it"})
        await asked(http, "PATCH", "/settings", json={"store.turns": 1, "store.transcripts": False})
        await asked(http, "POST", "/turns", json={"text": "what time is it"})

        async def transcripts():
            return [turn["transcript"] for turn in (await asked(http, "GET", "/turns"))[0]]

        await until_true(transcripts, [""])


async def test_what_waits_for_a_restart_counts_after_it(home, file):
    log = home / "hub.log"
    async with program("hub", "hub", home=home, ready="READY", log=log) as process:
        async with owner(home) as http:
            changed, _ = await asked(http, "PATCH", "/settings", json={"hub.name": "Willow"})
            assert changed["applied"] == {"hub.name": "hub"}
            assert changed["state"]["waiting"] == ["hub.name"]
            status, _ = await asked(http, "GET", "/status")
            assert status["about"]["name"] == "Home"
            await asked(http, "POST", "/settings/restart", 202)
        async with asyncio.timeout(60):
            while b"READY" not in await process.stdout.readline():
                pass
        async with owner(home) as http:
            status, _ = await asked(http, "GET", "/status")
            assert status["about"]["name"] == "Willow"
            state, _ = await asked(http, "GET", "/settings")
            assert state["waiting"] == []


async def test_a_hub_does_not_restart_into_files_that_stop_it(home, file):
    async with program("hub", "hub", home=home, ready="READY"), owner(home) as http:
        file.write_text(FILE + "[oops]\n")
        refused, _ = await asked(http, "POST", "/settings/restart", 422)
        assert refused["error"]["code"] == "config-value"
        state, _ = await asked(http, "GET", "/settings")
        assert "oops" in state["problem"]
        assert state["values"]["hub.name"] == "Home"


async def test_a_room_that_is_changed_is_changed_at_once(home, file):
    room = home / "room.sock"
    async with (
        program("tests.room_program", f"unix://{room}", home=home, ready="READY", log=home / "room.log"),
        program("hub", "hub", home=home, ready="READY"),
        owner(home) as http,
    ):

        async def satellites():
            return {
                (each["name"], each["area"], each["state"]) for each in (await asked(http, "GET", "/satellites"))[0]
            }

        kitchen = {"name": "kitchen", "address": f"unix://{room}", "area": "Kitchen"}
        changed, _ = await asked(http, "PATCH", "/settings", json={"satellite": [kitchen]})
        assert changed["applied"] == {"satellite": "live"}
        await until_true(satellites, {("kitchen", "Kitchen", "idle")})
        await asked(http, "PATCH", "/settings", json={"satellite": [kitchen | {"area": "Hall"}]})
        await until_true(satellites, {("kitchen", "Hall", "idle")})
        await asked(http, "PATCH", "/settings", json={"satellite": None})
        assert await satellites() == set()
        assert "[[satellite]]" not in file.read_text()


async def test_a_sensitive_device_is_refused_from_the_next_command_on(home, file):
    (home / "etc" / "house.toml").write_text('[[device]]\nid = "light.bed_light"\nsensitive = true\n')
    async with (
        program("hub", "hub", home=home, ready="READY"),
        program("hub", "house", "simulate", str(DEMO_HOUSE), home=home, ready="simulating", log=home / "house.log"),
        owner(home) as http,
    ):
        async with asyncio.timeout(20):
            while True:
                house, _ = await asked(http, "GET", "/house")
                lights = [each["entity_id"] for each in house["entities"] if each["domain"] == "light"]
                if lights:
                    break
                await asyncio.sleep(0.1)
        await asked(http, "PUT", f"/house/notes/device/{lights[0]}", json={"name": "Owl Lamp", "sensitive": True})
        turn, _ = await asked(http, "POST", "/turns", json={"text": "turn on the owl lamp"})
        assert turn["trace"]["error"]["code"] == "action-unconfirmed"
        await asked(http, "PATCH", "/settings", json={"policy.sensitive": "refuse"})
        turn, _ = await asked(http, "POST", "/turns", json={"text": "turn on the owl lamp", "satellite": "other"})
        assert [action["outcome"] for action in turn["trace"]["actions"]] == ["refused"]
        assert turn["trace"]["error"]["code"] != "action-unconfirmed"


async def test_quiet_hours_and_wake_thresholds_count_at_once(home, file):
    (home / "etc" / "rules.toml").write_text(
        '[[rule]]\nname = "A"\nquiet = true\nwhen = [{time = "03:00"}]\nthen = [{notify = "x"}]\n'
    )
    async with program("hub", "hub", home=home, ready="READY"), owner(home) as http:

        async def because():
            return (await asked(http, "POST", "/rules/try", json={"name": "A"}))[0]["because"]

        await until_true(because, "")
        changes = {"home.quiet": "00:00-23:59", "wake.threshold": 0.9, "wake.words": ["hey_jarvis"]}
        changed, _ = await asked(http, "PATCH", "/settings", json=changes)
        assert set(changed["applied"].values()) == {"live"}
        await until_true(because, "it waits for the end of quiet hours")


async def test_sound_is_kept_only_while_somebody_wants_it(home, file):
    async with program("hub", "hub", home=home, ready="READY"), owner(home) as http:
        answer, _ = await asked(http, "POST", "/turns", json={"text": "what time is it", "reply_audio": True})
        wav = base64.b64decode(answer["reply_wav"])

        async def spoken():
            await asked(http, "POST", "/turns", data=wav, headers={"Content-Type": "audio/wav"})

        async def kept():
            return len(list((home / "var" / "speech").glob("*.wav")))

        await spoken()
        assert await kept() == 0
        changed, _ = await asked(http, "PATCH", "/settings", json={"privacy.keep_speech": True})
        assert changed["applied"] == {"privacy.keep_speech": "live"}
        await spoken()
        await until_true(kept, 1)
        await asked(http, "PATCH", "/settings", json={"privacy.keep_speech": False})
        await spoken()
        await asyncio.sleep(0.5)
        assert await kept() == 1


async def test_the_owner_sets_the_pin_on_the_page_with_the_password_again(home, file):
    port = free_port()
    file.write_text(FILE.replace("port = 0", f"port = {port}"))
    async with program("hub", "hub", home=home, ready="READY"):
        code = (home / "var" / "page-code").read_text().strip()
        async with visitor(port) as stranger:
            for method, path in (("GET", "/settings"), ("PUT", "/people/pin"), ("GET", "/kept"), ("GET", "/audit")):
                async with stranger.request(method, f"/api/v1{path}", json={}) as response:
                    assert response.status == 401
        async with owner_of(port, code) as page:
            pin = {"pin": "246810", "password": "a guess of somebody"}
            refused, _ = await asked(page, "PUT", "/api/v1/people/pin", 403, json=pin)
            assert refused["error"]["code"] == "password-wrong"
            told, _ = await asked(page, "PUT", "/api/v1/people/pin", json=pin | {"password": PASSWORD})
            assert told == {"is_set": True, "persons": []}
            state, _ = await asked(page, "GET", "/api/v1/settings")
            path = Path(state["values"]["policy.pin_file"])
            assert path.read_text() == "246810\n"
            assert path.stat().st_mode & 0o777 == 0o600
            assert "246810" not in str(state)
            assert "246810" not in file.read_text()
            gone = {"pin": None, "password": PASSWORD}
            assert (await asked(page, "PUT", "/api/v1/people/pin", json=gone))[0]["is_set"] is False
            assert not path.exists()
