"""What the wake engine's network hears in clips, kept on disk: heads are trained on it many times."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.recogniser.training.corpus import Clip
from models.recogniser.training.scene import Heard, Places
from models.recogniser.training.spectra import mel_steps, other_pace, other_speaker, own_pace
from models.wake.layers import MEL_BINS, TAP_ROWS, TAP_VALUES
from models.wake.mel import band_edges_hz, bands
from models.wake.network import Network
from models.wake.training.shelf import write_whole

FRAME_MS = 40.0  # of one row of taps
MEL_FRAMES = 4  # of 10 ms, in it
_AT_ONCE, _FRAMES_AT_ONCE = 16, 32  # clips and mel frames in one call of the network
_SECOND_CLIP = 0.12  # how often another clip follows in the same breath
_NOBODY = 0.08  # how often noise is heard in which nobody speaks, beside the clips


@dataclass(frozen=True, slots=True)
class Example:
    """frames: [40 ms frames, 480]. phones: what is said in them. mel: [4 * frames, 32], what the network was given."""

    frames: NDArray[np.float16]
    phones: NDArray[np.int16]
    mel: NDArray[np.float16]


class FeatureShelf:
    """A folder of ``train-0001-2.npz``: shard and copy. A file that is damaged counts as not made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, part: str, shard: int, copy: int) -> bool:
        return zipfile.is_zipfile(self._path(part, shard, copy))

    def put(self, part: str, shard: int, copy: int, examples: Sequence[Example]) -> None:
        """All of it or nothing. Raises OSError."""
        file = io.BytesIO()
        np.savez(
            file,
            frames=np.concatenate([example.frames for example in examples]),
            lengths=np.array([len(example.frames) for example in examples]),
            mel=np.concatenate([example.mel for example in examples]),
            phones=np.concatenate([example.phones for example in examples]),
            spelled=np.array([len(example.phones) for example in examples]),
        )
        write_whole(self._path(part, shard, copy), file.getvalue())

    def take(self, part: str, shard: int, copy: int) -> list[Example]:
        """Empty where it was not made."""
        try:
            with self._path(part, shard, copy).open("rb") as file, np.load(file) as kept:
                ends = np.cumsum(kept["lengths"])[:-1]
                frames, mel = np.split(kept["frames"], ends), np.split(kept["mel"], ends * MEL_FRAMES)
                phones = np.split(kept["phones"], np.cumsum(kept["spelled"])[:-1])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return []
        return [Example(*example) for example in zip(frames, phones, mel, strict=True)]

    def made(self, part: str) -> list[tuple[int, int]]:
        """Shard and copy of each file."""
        names = sorted(path.stem.split("-")[-2:] for path in self._folder.glob(f"{part}-*.npz"))
        return [(int(shard), int(copy)) for shard, copy in names]

    def _path(self, part: str, shard: int, copy: int) -> Path:
        return self._folder / f"{part}-{shard:04d}-{copy}.npz"


class Ears:
    """The network on made-up clips. hardship: 0 hears them as recorded, 1 as at home and by other speakers."""

    def __init__(self, network: Network, places: Places, *, hardship: float = 1.0) -> None:
        self._network, self._places, self._hardship = network, places, hardship

    def examples(self, clips: Sequence[Clip], rng: np.random.Generator) -> list[Example]:
        """Of every clip one; in lively places some more, of noise alone and without phones."""
        groups = _groups(clips, rng, self._hardship, nobody=_NOBODY if self._places.lively else 0.0)
        steps, phones = zip(*(self._steps(group, rng) for group in groups), strict=True)
        frames = hear(self._network, steps)
        return [
            Example(seen, np.array(said, np.int16), given.reshape(-1, MEL_BINS).astype(np.float16))
            for seen, said, given in zip(frames, phones, steps, strict=True)
        ]

    def _steps(self, clips: Sequence[Clip], rng: np.random.Generator) -> tuple[NDArray[np.float32], tuple[int, ...]]:
        places = self._places
        heard = places.heard(clips, rng, hardship=self._hardship) if clips else Heard(places.nobody(rng), ())
        if rng.random() < self._hardship:
            return mel_steps(heard.sound, other_pace(len(heard.sound), rng), other_speaker(rng)), heard.phones
        return mel_steps(heard.sound, own_pace(len(heard.sound)), bands(band_edges_hz())), heard.phones


def hear(network: Network, steps: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float16]]:
    """steps: [steps, 8, 32] of each clip, which begins in silence. Returns [2 * steps, 480] of each."""
    found: list[NDArray[np.float16]] = [np.empty((0, TAP_VALUES), np.float16)] * len(steps)
    by_length = sorted(range(len(steps)), key=lambda place: len(steps[place]))
    for first in range(0, len(by_length), _AT_ONCE):
        group = by_length[first : first + _AT_ONCE]
        mel = np.stack(
            [np.pad(steps[one], ((0, len(steps[group[-1]]) - len(steps[one])), (0, 0), (0, 0))) for one in group]
        )
        state = np.repeat(network.silence.state, len(group), axis=0)
        mel = mel.reshape(len(group), -1, MEL_BINS)
        taps = np.empty((len(group), mel.shape[1] // MEL_FRAMES, TAP_VALUES), np.float16)
        for start in range(0, mel.shape[1], _FRAMES_AT_ONCE):
            done = network.step(mel[:, start : start + _FRAMES_AT_ONCE], state)
            assert done.taps is not None
            taps[:, start // MEL_FRAMES :][:, : done.taps.shape[1]], state = done.taps, done.state
        for place, one in enumerate(group):
            found[one] = taps[place, : TAP_ROWS * len(steps[one])]
    return found


def _groups(clips: Sequence[Clip], rng: np.random.Generator, hardship: float, *, nobody: float) -> Iterator[list[Clip]]:
    for clip in clips:
        follows = rng.random() < _SECOND_CLIP * hardship
        yield [clip, clips[int(rng.integers(len(clips)))]] if follows else [clip]
        if rng.random() < nobody * hardship:
            yield []
