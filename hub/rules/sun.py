"""Sunrise and sunset at the house."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from typing import Literal

from astral import Observer
from astral.sun import SUN_APPARENT_RADIUS, elevation, sunrise, sunset


class Sun:
    """latitude, longitude: degrees, north and east are positive. zone: whose days are meant."""

    def __init__(self, latitude: float, longitude: float, zone: tzinfo) -> None:
        self._observer = Observer(latitude, longitude)
        self._zone = zone

    def at(self, event: Literal["sunrise", "sunset"], day: date) -> datetime | None:
        """UTC, to the second; None where the sun does not rise or set on that day."""
        find = sunrise if event == "sunrise" else sunset
        try:
            return find(self._observer, day, self._zone).astimezone(UTC).replace(microsecond=0)
        except (ValueError, ArithmeticError):  # astral: "always above the horizon", "always below", "unable to find"
            return None

    def is_up(self, moment: datetime) -> bool:
        """True while its upper edge is seen, as sunrise and sunset are defined."""
        return float(elevation(self._observer, moment)) > -SUN_APPARENT_RADIUS
