"""Where the house stands, on whose clock it lives, who lives there and when they sleep."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.config import HomeSection
from hub.rules.hours import Span
from hub.rules.sun import Sun
from wire.errors import ConfigError

_SYSTEM_ZONE = Path("/etc/localtime")


@dataclass(frozen=True, slots=True)
class Home:
    """sun: None where nobody told where the house stands. people: entity ids."""

    zone: tzinfo
    sun: Sun | None = None
    quiet: Span | None = None
    people: tuple[str, ...] = ()

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def is_quiet(self, moment: datetime) -> bool:
        return self.quiet is not None and self.quiet.holds(self.local(moment))


def home_of(section: HomeSection) -> Home:
    """Reads the time zone's file; blocks. Raises ConfigError (home-timezone, home-place)."""
    zone = _zone(section.timezone)
    latitude, longitude = section.latitude, section.longitude
    if (latitude is None) != (longitude is None):
        raise ConfigError("home-place", "[home] has only one of latitude and longitude; give both or neither")
    return Home(
        zone=zone,
        sun=Sun(latitude, longitude, zone) if latitude is not None and longitude is not None else None,
        quiet=Span.of(section.quiet) if section.quiet else None,
        people=tuple(section.people),
    )


def _zone(name: str) -> tzinfo:
    """name: of the IANA database; empty is the system's, with its daylight-saving changes."""
    wanted = name or os.environ.get("TZ", "").removeprefix(":")
    try:
        if wanted:
            return ZoneInfo(wanted)
        with _SYSTEM_ZONE.open("rb") as file:
            return ZoneInfo.from_file(file, key="localtime")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        if name:
            message = f"[home] timezone {name!r} is unknown here; write one as Europe/Berlin"
            raise ConfigError("home-timezone", message) from error
        return UTC
