"""Names of devices: made of what they announce, and the rooms that they let one guess. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from hub.house.targets import folded
from hub.stages import Area

MAX_NAME = 100
_MIN_COMPOUND = 5  # letters of a room that may begin a longer word: "Wohnzimmerlampe", but no "Halloween" in the hall


def clean(text: str) -> str:
    """One line of visible characters."""
    printable = "".join(
        character if character.isprintable() else " " for character in unicodedata.normalize("NFC", text)
    )
    return " ".join(printable.split())[:MAX_NAME].strip()


def spoken(topic_name: str) -> str:
    """A name that is part of a topic, as people say it: ``kitchen/ceiling_lamp`` is a kitchen ceiling lamp."""
    return clean(re.sub(r"[/_]+", " ", topic_name))


def slug(text: str) -> str:
    """What may stand in an entity id; empty if nothing of the text may."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:MAX_NAME]


def suggested_room(name: str, rooms: Iterable[Area]) -> str | None:
    """The room whose name or alias is in a device's name as whole words, the longest; else as the begin of a word."""
    words = f" {folded(name)} "
    called = {called: room.name for room in rooms for said in (room.name, *room.aliases) if (called := folded(said))}
    found = [each for each in called if f" {each} " in words]
    found = found or [each for each in called if len(each) >= _MIN_COMPOUND and f" {each}" in words]
    return called[max(found, key=len)] if found else None
