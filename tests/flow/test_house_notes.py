"""Notes on the house over the control socket and from the command line; the status page only shows them."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from hub.cli import house_notes
from hub.cli.arguments import parse
from hub.config import WebSection
from hub.house.file import HouseFile, Person, Room
from hub.house.notes import Notes
from hub.store.database import Database
from hub.web.client import ControlClient
from hub.web.listeners import control_socket, page_server
from tests.fakes_control import FakeHouse, FakeHub, api
from tests.signed_in import owner_of, quick_door, routes_of
from wire.errors import EarshotError

BED = "light.bed_light"


class TakingHouse(FakeHouse):
    """A house that only remembers its notes."""

    noted = HouseFile()

    def renote(self, notes):
        self.noted = notes


@pytest.fixture
def house():
    return TakingHouse()


@pytest.fixture
async def notes(tmp_path, house):
    async with Database(tmp_path / "earshot.db") as database:
        notes = Notes(HouseFile(room=(Room(name="Hall"),)), database, house)
        await notes.load()
        yield notes


@pytest.fixture
async def client(home, notes):
    path = home / "run" / "hub.sock"
    async with control_socket(api(FakeHub(), notes), path), ControlClient(path) as client:
        yield client


async def command(client, *words):
    """One ``earshot house`` command against this hub."""
    args = await asyncio.to_thread(parse, ["house", *words])
    await house_notes.ACTIONS[args.action](client, args)


async def test_the_commands_change_the_house_at_once(client, house):
    await command(client, "room", "add", "Anna's / Ben's Room", "--floor", "Top", "--alias", "nest", "--alias", "loft")
    await command(client, "set", BED, "--name", "Lamp", "--room", "Hall", "--expose", "no", "--sensitive", "yes")
    await command(client, "set", BED, "--alias", "glow")
    await command(client, "person", "add", "Ann", "--satellite", "bedroom")
    assert house.noted.room[1] == Room(name="Anna's / Ben's Room", floor="Top", aliases=("nest", "loft"))
    (device,) = house.noted.device
    assert (device.name, device.room, device.aliases, device.exposed, device.sensitive) == (
        "Lamp",
        "Hall",
        ("glow",),
        False,
        True,
    )
    assert house.noted.person == (Person(name="Ann", satellites=("bedroom",)),)
    await command(client, "room", "remove", "Anna's / Ben's Room")
    await command(client, "forget", BED)
    await command(client, "person", "remove", "Ann")
    assert house.noted == HouseFile(room=(Room(name="Hall"),))


async def test_what_is_noted_is_shown(client, capsys):
    await command(client, "room", "add", "Attic", "--floor", "Top", "--alias", "loft")
    capsys.readouterr()
    await command(client, "rooms")
    assert capsys.readouterr().out.split() == ["Hall", "Attic", "Top", "loft"]
    await command(client, "people")
    assert "nobody" in capsys.readouterr().out
    await command(client, "people", "--json")
    assert capsys.readouterr().out == "[]\n"
    await command(client, "suggest")
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("set", "light.none", "--name", "x"), "house-unknown"),
        (("set", "toaster.x", "--name", "x"), "request-invalid"),
        (("set", BED, "--name", "x" * 101), "request-invalid"),
        (("room", "add", "hall"), "house-name-taken"),
        (("room", "remove", "Hall"), "house-in-file"),
        (("room", "remove", "Cellar"), "house-unknown"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_code(client, house, words, code):
    before = house.noted
    with pytest.raises(EarshotError) as refused:
        await command(client, *words)
    assert refused.value.code == code
    assert house.noted == before


@pytest.mark.parametrize("given", [{"color": 1}, {"name": 5}, {"id": "light.other", "sensitive": "yes"}])
async def test_only_what_a_note_has_is_taken(client, given):
    with pytest.raises(EarshotError) as refused:
        await client.put_note("device", BED, given)
    assert refused.value.code == "request-invalid"


async def test_the_owners_page_changes_notes_and_a_token_that_may_only_act_does_not(notes, home):
    routes = api(FakeHub(), notes)
    async with (
        quick_door(home) as door,
        page_server([*routes, *routes_of(door)], WebSection(port=0), version="1.2.3", access=door.gate) as port,
        owner_of(port, door.owner.code) as owner,
    ):
        async with owner.put("/api/v1/house/notes/room/Attic", json={}) as response:
            assert response.status == 200
        async with owner.post("/api/v1/access/tokens", json={"name": "panel", "scope": "act"}) as response:
            bearer = {"Authorization": f"Bearer {(await response.json())['key']}"}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=bearer) as panel:
            async with panel.get("/api/v1/house/notes") as response:
                assert [room["name"] for room in (await response.json())["room"]] == ["Hall", "Attic"]
            async with panel.delete("/api/v1/house/notes/room/Attic") as response:
                assert response.status == 403
    assert [room.name for room in notes.all().room] == ["Hall", "Attic"]
