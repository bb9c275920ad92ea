"""Every condition in which a wake word is tried: what its head hears then, and what a second look says to that.

Every recording is judged by a verifier that has not heard it: clips and other recordings are halved, and what ten
clips of one half and its other recordings taught is asked about the other half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from hub.bench.wake_clips import Clip, Recordings
from hub.bench.wake_hearing import Hearing, Take
from hub.bench.wake_rates import Heard
from hub.bench.wake_rooms import DISTANCES_M, ROOMS, response
from hub.bench.wake_scenes import Condition, Scene, scene
from models.wake.decision import Rule
from models.wake.head import Head
from models.wake.network import Network
from models.wake.second_look import GREY_FROM
from models.wake.second_look_verifier import Verifier, trained

HOUSEHOLD_CLIPS = 10
RULE = Rule()
CLEAN = Condition("clean")
NOISES_DB = (20, 10, 5, 0)
QUIETER_DB = (20, 30, 40)
_MOUTHS = 4  # places of the speaker in each room and distance
_IN_NOISE = Condition("in noise, 10 dB", snr_db=10)
_IN_ROOM = Condition("in a room, 3 m", room="kitchen", distance_m=3)
OTHERS = (Condition("as recorded"), _IN_NOISE, _IN_ROOM)
_TAUGHT = (CLEAN, Condition("taught at 1 m", room="furnished", distance_m=1), _IN_ROOM)
_TAUGHT_OTHERS = OTHERS[:2]

Samples = NDArray[np.int16]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word of the recordings and the head that listens for it."""

    name: str
    head: Head


@dataclass(frozen=True, slots=True)
class WordResult:
    """words: by condition. others: recordings without the word, by how they were heard.

    other_halves: which half each of these is of.
    """

    name: str
    words: Mapping[str, Sequence[Heard]]
    others: Mapping[str, Sequence[Heard]]
    other_halves: Mapping[str, Sequence[int]]


def conditions() -> list[Condition]:
    rooms = [(room.name, distance) for distance in DISTANCES_M for room in ROOMS]
    return [
        CLEAN,
        *(Condition(f"noise, {snr} dB", snr_db=snr) for snr in NOISES_DB),
        *(Condition(f"{room} room, {distance:g} m", room=room, distance_m=distance) for room, distance in rooms),
        *(Condition(f"{room.name} room, 3 m, noise, 10 dB", 0, 10, room.name, 3) for room in ROOMS),
        *(Condition(f"{quieter} dB quieter", gain_db=-quieter) for quieter in QUIETER_DB),
    ]


class Trial:
    """seed: of rooms, places and excerpts of noise. clips: at most so many of a word; None for all."""

    def __init__(
        self,
        recordings: Recordings,
        network: Network,
        *,
        clips: int | None = None,
        seed: int = 1,
        progress: Progress,
        stopped: Callable[[], bool],
    ) -> None:
        self._recordings, self._network = recordings, network
        self._clips, self._seed = clips, seed
        self._progress, self._stopped = progress, stopped
        self._noises = [clip.samples() for clip in recordings.noises()]

    def measure(self, spoken: Spoken) -> WordResult:
        """Raises Stopped."""
        hearing = Hearing(
            self._network, spoken.head, grey=(GREY_FROM, RULE.threshold), stopped=self._stopped, seed=self._seed
        )
        clips = self._recordings.positives(spoken.name)[: self._clips]
        others = self._others(spoken.name)
        halves = [crc32(clip.path.name.encode()) % 2 for clip in others]
        taken = {one.name: self._heard(hearing, spoken.name, others, one) for one in OTHERS}
        verifiers = self._verifiers(spoken, hearing, clips, taken, halves)
        words = {}
        for condition in conditions():
            takes = self._heard(hearing, spoken.name, clips, condition)
            words[condition.name] = [take.judged(verifiers[place % 2]) for place, take in enumerate(takes)]
        judged = {
            name: [take.judged(verifiers[half]) for take, half in zip(takes, halves, strict=True)]
            for name, takes in taken.items()
        }
        return WordResult(spoken.name, words, judged, dict.fromkeys(taken, halves))

    def _others(self, word: str) -> list[Clip]:
        """In the short form as many in proportion as there are clips of the word."""
        others = self._recordings.negatives(word)
        every = len(self._recordings.positives(word))
        return others if self._clips is None else others[:: max(1, every // self._clips)]

    def _verifiers(
        self,
        spoken: Spoken,
        hearing: Hearing,
        clips: Sequence[Clip],
        others: Mapping[str, Sequence[Take]],
        halves: Sequence[int],
    ) -> list[Verifier]:
        """For each half the one that was taught by the other."""
        verifiers = []
        for half in (1, 0):
            household = clips[half::2][:HOUSEHOLD_CLIPS]
            said = [take for one in _TAUGHT for take in self._heard(hearing, spoken.name, household, one)]
            unsaid = [
                take
                for one in _TAUGHT_OTHERS
                for take, own in zip(others[one.name], halves, strict=True)
                if own == half
            ]
            verifiers.append(
                trained(
                    spoken.head.word,
                    np.concatenate([take.peak for take in said]),
                    np.concatenate([part for take in unsaid for part in (take.peak, take.chance)]),
                )
            )
        return verifiers

    def _heard(self, hearing: Hearing, word: str, clips: Sequence[Clip], condition: Condition) -> list[Take]:
        self._progress(f"{word}: {len(clips)} recordings, {condition.name}")
        return list(hearing.takes(self._scenes(word, clips, condition)))

    def _scenes(self, word: str, clips: Sequence[Clip], condition: Condition) -> Iterator[Scene]:
        random = np.random.default_rng([self._seed, crc32(f"{word} {condition.name}".encode())])
        for place, clip in enumerate(clips):
            noise = self._noises[place % len(self._noises)] if condition.snr_db is not None else None
            heard_from = None
            if condition.room is not None and condition.distance_m is not None:
                heard_from = _response(condition.room, condition.distance_m, self._seed + place % _MOUTHS)
            yield scene(clip.samples(), condition, noise=noise, response=heard_from, random=random)


@lru_cache(maxsize=64)
def _response(room: str, distance_m: float, seed: int) -> NDArray[np.float64]:
    (named,) = [one for one in ROOMS if one.name == room]
    return response(named, distance_m, np.random.default_rng(seed))
