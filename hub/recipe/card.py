"""What is told about a recogniser that was trained: the numbers of its card, written beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import msgspec

from hub.recipe.tasks import clips_of
from models.recogniser.training.calibration import Rates
from wire.pcm import SPEECH_RATE_HZ

_MANY = "espeak-ng", "Kokoro"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """key: of all that it was trained from. known_sha256: of the second file of another language's recogniser that it
    began with. hours: of speech, and of sound that was learned from, copies included. steps: of a first head alone;
    both_steps: of both looks together.

    second_…: of the second look; all else is of the first, or of both. voices: clips by voice, one for all of
    espeak-ng's, and of Kokoro's. phone_errors: of held-out voices, at home and as recorded. rates: of held-out clips
    in and out of the grammar of a house that nobody trained for, each half judged by what was learned from the other.
    """

    key: str
    language: str
    size: str
    seed: int
    hours: float
    hours_learned: float
    steps: int
    both_steps: int
    copies: int
    voices: dict[str, int]
    held_out_voices: dict[str, int]
    phone_errors: dict[str, float]
    second_phone_errors: dict[str, float]
    accept: float
    rates: Rates
    clips_inside: int
    clips_outside: int
    date: str
    seconds: int
    versions: dict[str, str]
    known_sha256: str = ""
    model_bytes: int
    model_sha256: str
    second_bytes: int
    second_sha256: str


def read(path: Path, models: tuple[Path, Path], key: str) -> Card | None:
    """The card of exactly these files, of the first look and of the second, and this training."""
    try:
        card = msgspec.json.decode(path.read_bytes(), type=Card)
        found = [sha256(model.read_bytes()).hexdigest() for model in models]
        same = card.key == key and found == [card.model_sha256, card.second_sha256]
    except (OSError, msgspec.MsgspecError):
        return None
    return card if same else None


def encoded(card: Card) -> bytes:
    return msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n"


def spoken(folder: Path, part: str, shards: Iterable[int]) -> tuple[dict[str, int], float]:
    """Clips of each voice (the hundreds of espeak-ng's and of Kokoro's are one each), and hours."""
    counted: Counter[str] = Counter()
    samples = 0
    for shard in shards:
        for clip in clips_of(folder, part, shard):
            counted[next((one for one in _MANY if clip.voice.startswith(one)), clip.voice)] += 1
            samples += len(clip.samples)
    return dict(sorted(counted.items())), round(samples / SPEECH_RATE_HZ / 3600, 2)


def rounded(rates: Rates) -> Rates:
    return Rates(**{name: round(share, 4) for name, share in asdict(rates).items()})
