"""Simulated rooms: impulse responses from a speaker at a distance to the microphone, by image sources."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wire.errors import ConfigError
from wire.pcm import SPEECH_RATE_HZ

DISTANCES_M = (1.0, 3.0, 5.0)
_MICROPHONE_HEIGHT_M, _MOUTH_HEIGHT_M = 1.0, 1.55
_MICROPHONE_CORNER_M = 0.5  # from two walls, as on a shelf
_MOST_REFLECTIONS = 40  # of higher order: far below what is left of the sound by then
_PLACES_TRIED = 200


@dataclass(frozen=True, slots=True)
class Room:
    """reverberation_seconds: RT60."""

    name: str
    size_m: tuple[float, float, float]
    reverberation_seconds: float


ROOMS = (
    Room("furnished", (6.5, 4.5, 2.5), 0.3),
    Room("kitchen", (6.0, 4.2, 2.5), 0.6),
    Room("bare", (8.0, 5.0, 2.8), 0.9),
)


def response(room: Room, distance_m: float, random: np.random.Generator) -> NDArray[np.float64]:
    """As loud as the recording itself at 1 m, the direct sound first. Raises ConfigError (bench-tool-missing)."""
    try:
        import pyroomacoustics  # noqa: PLC0415  # heavy, and of the developers' group
    except ImportError as error:
        raise ConfigError(
            "bench-tool-missing", "pyroomacoustics simulates the rooms; install the dev dependency group"
        ) from error
    absorption, order = pyroomacoustics.inverse_sabine(room.reverberation_seconds, room.size_m)
    simulated = pyroomacoustics.ShoeBox(
        room.size_m,
        fs=SPEECH_RATE_HZ,
        materials=pyroomacoustics.Material(absorption),
        max_order=min(order, _MOST_REFLECTIONS),
    )
    microphone = np.array([_MICROPHONE_CORNER_M, _MICROPHONE_CORNER_M, _MICROPHONE_HEIGHT_M])
    simulated.add_source(_mouth(room, microphone, distance_m, random))
    simulated.add_microphone(microphone)
    simulated.compute_rir()
    pressure = np.asarray(simulated.rir[0][0], np.float64)
    return pressure[int(np.flatnonzero(np.abs(pressure) > np.abs(pressure).max() / 10)[0]) :]


def _mouth(
    room: Room, microphone: NDArray[np.float64], distance_m: float, random: np.random.Generator
) -> NDArray[np.float64]:
    """Somewhere in the room, that far away."""
    rise = _MOUTH_HEIGHT_M - _MICROPHONE_HEIGHT_M
    along = np.sqrt(distance_m**2 - rise**2)
    for _ in range(_PLACES_TRIED):
        angle = random.uniform(0, np.pi / 2)
        mouth: NDArray[np.float64] = microphone + np.array([along * np.cos(angle), along * np.sin(angle), rise])
        if (mouth[:2] < np.array(room.size_m[:2]) - _MICROPHONE_CORNER_M).all():
            return mouth
    raise ValueError(f"{room.name} has no place {distance_m} m from its microphone")
