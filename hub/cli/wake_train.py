"""``earshot wake train``: a wake word of one's own, made on this machine out of synthetic speech."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import threading
import time
from datetime import UTC, datetime

import msgspec

from hub.cli.progress import ProgressLine, minutes
from hub.recipe.wake_cast import Speaker, cast, pronouncer
from models.wake.library import load_network
from models.wake.training.figures import Card
from models.wake.training.job import Order, Places, Training
from models.wake.training.parts import FULL, QUICK
from models.wake.training.phrase import ADVISED_SYLLABLES, phrase, syllables
from models.wake.training.recordings import recorded_others, recorded_words
from wire.places import places


async def run(args: argparse.Namespace) -> int:
    """Ctrl+C ends it after the piece of work at hand; what is made is kept."""
    stop = threading.Event()
    try:
        card = await asyncio.to_thread(_train, args, stop)
    except asyncio.CancelledError:
        stop.set()
        print("\nstopped; the same command goes on where this one ended", file=sys.stderr)
        raise
    print(msgspec.json.encode(card).decode() if args.json else told(card, phrase(args.phrase).name))
    return 0


def _train(args: argparse.Namespace, stop: threading.Event) -> Card:
    """In one thread, which espeak-ng needs."""
    wanted = phrase(args.phrase)
    where = places()
    recordings = recorded_words(args.recordings) if args.recordings else []
    others = recorded_others(args.negatives) if args.negatives else []
    speaker = Speaker()
    speakers = cast(args.language, speaker, random.Random(args.seed))  # noqa: S311  # no secret
    pronounce = pronouncer(speaker, args.language)
    spoken_syllables = syllables(pronounce(wanted.text))
    if spoken_syllables < ADVISED_SYLLABLES:
        print(_short(wanted.text, spoken_syllables), file=sys.stderr)
    line = ProgressLine(sys.stderr, time.monotonic)
    size = QUICK if args.quick else FULL
    training = Training(
        Order(wanted, args.language, pronounce, recordings, others, size, args.fresh, args.seed),
        speakers,
        load_network(where.cache / "wake"),
        Places(words=where.var / "wake", work=where.cache / "wake-training", cache=where.cache / "wake"),
        told=lambda progress: None if stop.is_set() else line(progress),
        stopped=stop.is_set,
        clock=time.monotonic,
        now=lambda: datetime.now(UTC),
    )
    return training.run()


def told(card: Card, word: str) -> str:
    voices, hours = len(card.held_out_voices), card.negative_hours
    return "\n".join(
        [
            f"{card.phrase!r} is learned ({minutes(card.seconds)}) and installed as {word}",
            f"  missed        {card.missed:6.1%}  of what {voices} held-out voices said, in rooms and noise",
            f"  false wakes   {card.false_wakes_per_hour:6.2f}  an hour, in {hours:.1f} h of other speech and of noise",
            f"  taken for it  {card.taken_for_it:6.1%}  of phrases that sound alike",
            f"These voices are synthetic, people differ: add {word} to [wake] words, then `earshot wake test {word}`",
        ]
    )


def _short(text: str, spoken_syllables: int) -> str:
    return (
        f"warning: {text!r} has {spoken_syllables} syllable{'s' if spoken_syllables > 1 else ''}; "
        f"it will be heard in other words. Take {ADVISED_SYLLABLES} or more."
    )
