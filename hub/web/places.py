"""Cities of the time zone database: suggestions for where the house stands, without asking anybody."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

_SYSTEM = Path("/usr/share/zoneinfo/zone1970.tab")
_POSITION = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")
MOST_SHOWN = 12


class Place(msgspec.Struct, frozen=True):
    """timezone: as ``[home] timezone``. countries: ISO 3166. latitude, longitude: degrees, to about a kilometre."""

    name: str
    timezone: str
    countries: list[str]
    latitude: float
    longitude: float


@cache
def all_places() -> tuple[Place, ...]:
    """Empty where the system has no list. Blocks on the disk, once."""
    table = _table()
    if table is None:
        return ()
    return tuple(_place(line) for line in table.read_text("utf-8").splitlines() if line and not line.startswith("#"))


def places_like(words: str) -> list[Place]:
    """Those whose name begins with what was typed, then those that have it anywhere."""
    wanted = _plain(words)
    some = [place for place in all_places() if wanted in _plain(f"{place.timezone} {' '.join(place.countries)}")]
    return sorted(some, key=lambda place: (not _plain(place.name).startswith(wanted), place.name))[:MOST_SHOWN]


def _table() -> Path | None:
    if _SYSTEM.is_file():
        return _SYSTEM
    spec = find_spec("tzdata")
    folders = spec.submodule_search_locations if spec else None
    inside = Path(folders[0], "zoneinfo", "zone1970.tab") if folders else None
    return inside if inside and inside.is_file() else None


def _place(line: str) -> Place:
    countries, position, zone = line.split("\t")[:3]
    found = _POSITION.fullmatch(position)
    assert found, line
    north, east = found.groups()[:4], found.groups()[4:]
    name = zone.rpartition("/")[2].replace("_", " ")
    return Place(name, zone, countries.split(","), _degrees(*north), _degrees(*east))


def _degrees(sign: str, degrees: str, minutes: str, seconds: str | None) -> float:
    value = int(degrees) + int(minutes) / 60 + int(seconds or 0) / 3600
    return round(-value if sign == "-" else value, 2)


def _plain(words: str) -> str:
    return words.casefold().replace("_", " ").strip()
