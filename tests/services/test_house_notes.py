"""What people note on their house: kept over restarts, over house.toml, and there at once."""

from __future__ import annotations

import json

import pytest

from hub.house.file import Device, HouseFile, Person, Room
from hub.house.notes import DeviceNote, NoteRefused, Notes
from hub.house.registry import HouseRegistry
from hub.stages import Area
from hub.store.database import Database
from tests.fakes_house import LoopbackBus

KETTLE = "switch.kettle"
FILE = HouseFile(
    room=(Room(name="Kitchen", floor="Ground", aliases=("cookery",)), Room(name="Hall")),
    device=(Device(id=KETTLE, name="Tea Kettle", aliases=("pot",), sensitive=True),),
    person=(Person(name="Anna", satellites=("bedroom",)),),
)


@pytest.fixture
def house():
    bus = LoopbackBus()
    device = {"name": "Kettle", "suggested_area": "Kitchen"}
    config = {"state_topic": "kettle", "command_topic": "kettle/set", "device": device}
    house = HouseRegistry(bus, notes=FILE)
    bus.retain("homeassistant/switch/kettle/config", json.dumps(config))
    bus.retain("kettle", "ON")
    return house


@pytest.fixture
async def database(tmp_path):
    async with Database(tmp_path / "earshot.db") as database:
        yield database


@pytest.fixture
async def notes(database, house):
    notes = Notes(FILE, database, house)
    await notes.load()
    return notes


def kettle(house):
    (entity,) = house.entities()
    return entity


async def test_a_change_goes_over_the_file_and_the_rest_of_the_file_stays(notes, house):
    before = house.names_version
    await notes.put(DeviceNote(id=KETTLE, room="Hall"))
    entity = kettle(house)
    assert (entity.name, entity.area, entity.aliases, entity.sensitive) == ("Tea Kettle", "Hall", ("pot",), True)
    assert entity.state == "on"
    assert house.names_version > before


async def test_a_second_change_leaves_the_first(notes, house):
    await notes.put(DeviceNote(id=KETTLE, room="Hall"))
    await notes.put(DeviceNote(id=KETTLE, aliases=(), sensitive=False, exposed=False))
    entity = kettle(house)
    assert (entity.area, entity.aliases, entity.sensitive, entity.exposed) == ("Hall", (), False, False)


async def test_what_was_noted_is_there_after_a_restart(notes, database, house):
    await notes.put(DeviceNote(id=KETTLE, name="Boiler"))
    await notes.put(Room(name="Attic", floor="Top", aliases=("loft",)))
    await notes.put(Person(name="Ben", satellites=("attic",)))
    house.renote(FILE)
    again = Notes(FILE, database, house)
    await again.load()
    assert kettle(house).name == "Boiler"
    assert Area("Attic", "Top", ("loft",)) in house.areas()
    assert [person.name for person in again.all().person] == ["Anna", "Ben"]


async def test_what_is_forgotten_is_as_the_file_has_it(notes, house):
    await notes.put(DeviceNote(id=KETTLE, name="Boiler"))
    await notes.put(Room(name="Kitchen", floor="First"))
    await notes.remove("device", KETTLE)
    await notes.remove("room", "Kitchen")
    assert kettle(house).name == "Tea Kettle"
    assert house.areas()[0] == Area("Kitchen", "Ground", ("cookery",))


@pytest.mark.parametrize(
    ("note", "code"),
    [
        (Room(name="kitchen"), "house-name-taken"),
        (Room(name="Cookery"), "house-name-taken"),
        (Room(name="Attic", aliases=("HALL",)), "house-name-taken"),
        (Person(name="anna"), "house-name-taken"),
        (DeviceNote(id="light.none"), "house-unknown"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(notes, house, note, code):
    before = (notes.all(), house.names_version)
    with pytest.raises(NoteRefused) as refused:
        await notes.put(note)
    assert refused.value.code == code
    assert (notes.all(), house.names_version) == before


@pytest.mark.parametrize(
    ("kind", "key", "code"),
    [("room", "Kitchen", "house-in-file"), ("device", KETTLE, "house-in-file"), ("room", "Cellar", "house-unknown")],
)
async def test_only_what_the_store_has_can_be_forgotten(notes, kind, key, code):
    with pytest.raises(NoteRefused) as refused:
        await notes.remove(kind, key)
    assert refused.value.code == code


async def test_a_note_of_another_version_hides_no_other(database, house):
    insert = "INSERT INTO house_notes (kind, id, note) VALUES (?, ?, ?)"
    for row in (("robot", "x", "{}"), ("room", "y", "{"), ("room", "z", '{"name": "z", "color": 1}')):
        await database.write((insert, row))
    await database.write((insert, ("room", "Attic", '{"name": "Attic"}')))
    await Notes(HouseFile(), database, house).load()
    assert "Attic" in [area.name for area in house.areas()]
