"""Items on disk: a write that has returned survives pulling the plug."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from hub.reminders.items import Event, Item, Place
from hub.store.database import Database, Row, Statement

_log = logging.getLogger(__name__)

_COLUMNS = (
    "id, kind, text, area, satellite, person, at, repeat, settled, length_seconds, left_seconds, due, snoozed, "
    "command, entity, entity_state, important, skipped"
)
_PUT = f"INSERT OR REPLACE INTO reminders ({_COLUMNS}) VALUES ({', '.join('?' * 18)})"  # noqa: S608 our own text
_REMOVE = "DELETE FROM reminders WHERE id = ?"


class ReminderStore:
    """Keeps what is to come; an item whose state is ``done`` is deleted. That it rings now is not kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> list[Item]:
        """Oldest first; nothing of wall-clock items says yet when they are due. Raises StoreLost."""
        rows = await self._database.rows(f"SELECT {_COLUMNS} FROM reminders ORDER BY id")  # noqa: S608 our own text
        return [item for row in rows if (item := _item(row)) is not None]

    async def write(self, *items: Item) -> None:
        """All of them or none. Raises StoreLost."""
        await self._database.write(*(_statement(item) for item in items))

    def offer(self, *items: Item) -> None:
        """Write when the disk is able to again; never waits, never raises."""
        self._database.offer(*(_statement(item) for item in items))


def _statement(item: Item) -> Statement:
    if item.state == "done":
        return _REMOVE, (item.id,)
    place, event = item.place, item.event
    return _PUT, (
        item.id,
        item.kind,
        item.text,
        place.area,
        place.satellite,
        place.person,
        _text(item.at),
        item.repeat,
        _text(item.settled),
        item.length.total_seconds(),
        None if item.left is None else item.left.total_seconds(),
        _text(item.due) if item.at is None or item.state == "snoozed" else None,
        item.state == "snoozed",
        item.command,
        event.entity_id if event else "",
        event.state if event else "",
        item.important,
        " ".join(moment.isoformat() for moment in item.skipped),
    )


def _item(row: Row) -> Item | None:
    """A row that this version cannot read is left alone: one must not hide the others."""
    (id_, kind, text, area, satellite, person, at, repeat, settled, length, left, due, snoozed, command) = row[:14]
    entity, entity_state, important, skipped = row[14:]
    try:
        return Item(
            id_,
            kind,
            text,
            Place(area, satellite, person),
            at=_moment(at),
            repeat=repeat,
            settled=_moment(settled),
            skipped=tuple(datetime.fromisoformat(moment) for moment in skipped.split()),
            length=timedelta(seconds=length),
            left=None if left is None else timedelta(seconds=left),
            due=_moment(due),
            state="snoozed" if snoozed else "pending",
            command=command,
            event=Event(entity, entity_state) if entity else None,
            important=bool(important),
        )
    except (ValueError, OverflowError) as error:
        _log.error("a stored %s cannot be read: %s", kind, error)
        return None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
