"""``earshot wake teach``: a second look at a word's uncertain scores, learned from a household's own recordings."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from models.wake.library import find_word, load_head, load_network
from models.wake.teaching import FEWEST_OTHERS_SECONDS, FEWEST_SAID, Samples, taught, verifier_path
from wire.errors import ConfigError
from wire.pcm import SPEECH_RATE_HZ, to_speech
from wire.places import Places, places
from wire.wav import read_wav


async def run(args: argparse.Namespace) -> int:
    """Raises ConfigError (wake-word-unknown, wake-recordings-few), AudioInvalid."""
    where = places()
    marked = where.var / "wake" / "clips" / args.word  # docs/why.md
    said, others = args.said or marked / "said", args.others or marked / "others"
    path = await asyncio.to_thread(_teach, args.word, said, others, where)
    print(f"{path} written. Switch it on with second_look = true in [wake.word.{path.name.partition('.')[0]}].")
    return 0


def _teach(word: str, said_folder: Path, others_folder: Path, where: Places) -> Path:
    folder = where.var / "wake"
    head_file = find_word(word, folders=[folder])
    said, others = list(_recordings(said_folder)), list(_recordings(others_folder))
    seconds = sum(clip.size for clip in others) / SPEECH_RATE_HZ
    if len(said) < FEWEST_SAID or seconds < FEWEST_OTHERS_SECONDS:
        raise ConfigError(
            "wake-recordings-few",
            f"{len(said)} of the word, {seconds:.0f} s without it; record {FEWEST_SAID} or more (ten are better), "
            f"{FEWEST_OTHERS_SECONDS} s or more of your talk (twenty minutes are better)",
        )
    cache = where.cache / "wake"
    verifier = taught(load_network(cache), load_head(head_file, cache), said, others)
    folder.mkdir(parents=True, exist_ok=True)
    path = verifier_path(folder, verifier.word)
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(verifier.to_bytes())
    draft.replace(path)
    return path


def _recordings(folder: Path) -> Iterator[Samples]:
    for path in sorted(folder.rglob("*.wav")):
        yield np.frombuffer(to_speech(read_wav(path)).data, "<i2").astype(np.int16)
