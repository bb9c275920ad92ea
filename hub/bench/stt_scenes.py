"""The same command again in a kitchen's noise and across a room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from hub.bench.stt_clips import Recording, Samples
from hub.bench.wake_rooms import DISTANCES_M, Room, response
from hub.bench.wake_scenes import Condition, scene

NOISES_DB = (20, 10, 5)
ROOM = Room("living", (6.5, 5.0, 2.5), 0.4)
NOISY = tuple(Condition(f"noise, {snr} dB", snr_db=snr) for snr in NOISES_DB)
FAR = tuple(Condition(f"room, {distance:g} m", room=ROOM.name, distance_m=distance) for distance in DISTANCES_M)
FAR_AND_NOISY = Condition("room, 3 m, noise, 10 dB", snr_db=10, room=ROOM.name, distance_m=3.0)
CONDITIONS = (*NOISY, *FAR, FAR_AND_NOISY)

_BEFORE_SECONDS, _AFTER_SECONDS = 0.3, 0.5  # a wake word ended, nobody speaks any more
_MOUTHS = 4  # places of the speaker at each distance


def in_scenes(
    recordings: Sequence[Recording], condition: Condition, noise: Samples, *, seed: int = 1
) -> Iterator[Samples]:
    """Of every recording one, always the same. Raises ConfigError (bench-tool-missing)."""
    random = np.random.default_rng([seed, crc32(condition.name.encode())])
    for place, recording in enumerate(recordings):
        heard_from = None if condition.distance_m is None else _response(condition.distance_m, seed + place % _MOUTHS)
        yield scene(
            recording.samples(),
            condition,
            noise=noise,
            response=heard_from,
            random=random,
            around_seconds=(_BEFORE_SECONDS, _AFTER_SECONDS),
        ).audio


@lru_cache(maxsize=_MOUTHS * len(DISTANCES_M))
def _response(distance_m: float, seed: int) -> NDArray[np.float64]:
    return response(ROOM, distance_m, np.random.default_rng(seed))
