"""What people note on their house while the hub runs: kept in the store, before what house.toml says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Protocol

import msgspec
from msgspec import Meta

from hub.house.file import Device, EntityId, HouseFile, Name, Person, Room
from hub.stages import Entity
from hub.store.database import Database
from wire.errors import EarshotError

MOST_NOTES = 10_000
_PUT = "INSERT OR REPLACE INTO house_notes (kind, id, note) VALUES (?, ?, ?)"
_REMOVE = "DELETE FROM house_notes WHERE kind = ? AND id = ?"
_log = logging.getLogger(__name__)

Kind = Literal["room", "device", "person"]
Aliases = Annotated[tuple[Name, ...], Meta(max_length=20)]


class DeviceNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is noted on one device; None is as house.toml or the device itself has it."""

    id: EntityId
    name: Name | None = None
    room: Name | None = None
    aliases: Aliases | None = None
    exposed: bool | None = None
    sensitive: bool | None = None

    def on(self, before: Device | None) -> Device:
        """The note of house.toml, if there is one, with this one over it."""
        given = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(before or Device(id=self.id), **given)

    def over(self, before: DeviceNote | None) -> DeviceNote:
        """As a change of an earlier note: what it does not mention stays."""
        given = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(before, **given) if before else self


Note = Room | DeviceNote | Person
_TYPES: dict[str, type[Note]] = {"room": Room, "device": DeviceNote, "person": Person}


def note_of(kind: Kind, key: str, given: dict[str, Any]) -> Note:
    """A note as a client tells it. Raises msgspec.ValidationError."""
    return msgspec.convert({**given, "id" if kind == "device" else "name": key}, _TYPES[kind])


class NoteRefused(EarshotError):
    """A note that cannot be: one of its names is taken, it stands in house.toml, there is no such device."""


class Noted(Protocol):
    """A house that takes other notes while it runs."""

    def entities(self) -> Sequence[Entity]: ...

    def renote(self, notes: HouseFile) -> None: ...


class Notes:
    """file: house.toml. house: is given all notes together when they are loaded and after every change."""

    def __init__(self, file: HouseFile, database: Database, house: Noted) -> None:
        self._file, self._database, self._house = file, database, house
        self._own: dict[tuple[Kind, str], Note] = {}
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """Raises StoreLost. A note that this version cannot read is left out, and stays in the store."""
        found: dict[tuple[Kind, str], Note] = {}
        for kind, key, text in await self._database.rows("SELECT kind, id, note FROM house_notes ORDER BY rowid"):
            try:
                found[kind, key] = msgspec.json.decode(text, type=_TYPES[kind])
            except (KeyError, msgspec.DecodeError) as error:
                _log.warning("a note on %s %r cannot be read: %s", kind, key[:100], error)
        self._own = found
        self._house.renote(self.all())

    def all(self) -> HouseFile:
        """Those of house.toml with those of the store over them."""
        rooms = {room.name: room for room in self._file.room}
        devices = {device.id: device for device in self._file.device}
        persons = {person.name: person for person in self._file.person}
        for note in self._own.values():
            match note:
                case Room():
                    rooms[note.name] = note
                case Person():
                    persons[note.name] = note
                case DeviceNote():
                    devices[note.id] = note.on(devices.get(note.id))
        return HouseFile(room=tuple(rooms.values()), device=tuple(devices.values()), person=tuple(persons.values()))

    async def put(self, note: Note) -> None:
        """Keep one, on the disk when this returns; of a device, what the note does not mention stays.

        Raises NoteRefused (house-name-taken, house-full, house-unknown), StoreLost.
        """
        async with self._changing:
            kind, key = _kind(note), _key(note)
            if isinstance(note, DeviceNote):
                note = self._device(note)
            self._check(note, kind, key)
            text = msgspec.json.encode(note).decode()
            await self._database.write(
                ("INSERT OR REPLACE INTO house_notes (kind, id, note) VALUES (?, ?, ?)", (kind, key, text))
            )
            self._own[kind, key] = note
            self._house.renote(self.all())

    async def remove(self, kind: Kind, key: str) -> None:
        """Forget what the store has on it; what house.toml says counts again.

        Raises NoteRefused (house-unknown, house-in-file), StoreLost.
        """
        async with self._changing:
            if (kind, key) not in self._own:
                if key in self._in_file(kind):
                    raise NoteRefused("house-in-file", f"{kind} {key!r} stands in house.toml; change it there")
                raise NoteRefused("house-unknown", f"nothing is noted on {kind} {key[:100]!r}")
            await self._database.write((_REMOVE, (kind, key)))
            del self._own[kind, key]
            self._house.renote(self.all())

    def _device(self, note: DeviceNote) -> DeviceNote:
        """With what was noted before. Raises NoteRefused (house-unknown): a note on nothing is a slip of the hand."""
        before = self._own.get(("device", note.id))
        if isinstance(before, DeviceNote):
            return note.over(before)
        if note.id not in self._in_file("device") | {entity.entity_id for entity in self._house.entities()}:
            raise NoteRefused("house-unknown", f"no device {note.id!r} is known; see earshot house list")
        return note

    def _in_file(self, kind: Kind) -> set[str]:
        if kind == "device":
            return {device.id for device in self._file.device}
        return {one.name for one in (self._file.room if kind == "room" else self._file.person)}

    def _check(self, note: Note, kind: Kind, key: str) -> None:
        if len(self._own) >= MOST_NOTES and (kind, key) not in self._own:
            raise NoteRefused("house-full", f"{MOST_NOTES} notes are kept; remove some")
        if isinstance(note, Room):
            said = {_spoken(name) for name in (note.name, *note.aliases)}
            others = [room for room in self.all().room if room.name != note.name]
            taken = [name for room in others for name in (room.name, *room.aliases) if _spoken(name) in said]
        elif isinstance(note, Person):
            taken = [one.name for one in self.all().person if one.name != key and _spoken(one.name) == _spoken(key)]
        else:
            taken = []  # two devices may have one name: the room decides, or the reply asks which
        if taken:
            raise NoteRefused(
                "house-name-taken", f"{kind} {key!r}: {taken[0]!r} is taken by another; choose another name"
            )


def _kind(note: Note) -> Kind:
    return "room" if isinstance(note, Room) else "person" if isinstance(note, Person) else "device"


def _key(note: Note) -> str:
    return note.id if isinstance(note, DeviceNote) else note.name


def _spoken(name: str) -> str:
    return " ".join(name.casefold().split())
