"""``earshot bench``: measure this machine; prints figures, or one JSON object with ``--json``."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from functools import partial
from pathlib import Path
from threading import Event

import msgspec

from hub.bench import (
    fit,
    full_size,
    house,
    llm,
    satellites,
    start,
    stt,
    tts,
    turn,
    turn_watched,
    wake,
    wake_accuracy,
    whisper,
)
from hub.bench.pages import pages
from hub.bench.report import Report, told
from hub.bench.stand_in import stand_in
from hub.cli.reach import private_hub
from hub.cli.up import DEMO_HOUSE
from hub.config import HubConfig, SatelliteSection
from hub.stages import House
from hub.web.client import ControlClient
from wire.errors import EarshotError
from wire.places import places

_WELL_SECONDS = 60.0
_READING_TRIES = 6
_SHARED = Path(__file__).resolve().parents[3] / "shared"
RECORDINGS = _SHARED / "audio" / "MANIFEST.tsv"
NETWORKS = _SHARED / "models" / "wake"


async def run(args: argparse.Namespace) -> int:
    """Exit 0 whether goals are met or not: a benchmark reports."""
    measured = {
        "turn": _turn,
        "stt": _stt,
        "tts": _tts,
        "llm": _llm,
        "fit": _fit,
        "house": _house,
        "start": _start,
        "wake": _wake,
        "satellites": _satellites,
    }
    report = await measured[args.bench](args)
    print(msgspec.json.encode(report).decode() if args.json else told(report))
    return 0


async def _turn(args: argparse.Namespace) -> Report:
    return await (_turn_with_engines(args) if args.engines else _own_turn(args))


async def _turn_with_engines(args: argparse.Namespace) -> Report:
    """One sentence again and again: the engines take as long for any."""
    config = full_size.configured(args.engines)
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        lent = await asyncio.to_thread(full_size.write_models, Path(folder), args.engines, _progress)
        async with stand_in("bench") as room:
            here = SatelliteSection(name="bench", address=room.uri, area="Bedroom")
            config = msgspec.structs.replace(config, satellite=[here])
            async with private_hub(args.house or DEMO_HOUSE, config, models_of=lent) as hub:
                sound = await asyncio.to_thread(full_size.spoken, "what is the highest mountain of our Alps")
                _progress("until the engines are ready")
                async with ControlClient(hub.control_path) as client:
                    await _all_well(client)
                    await _answered(client)
                    return await turn.measure(client, room, [sound], args.turns, args.engines)


async def _all_well(client: ControlClient) -> None:
    """Raises EarshotError (engine-lost)."""
    try:
        async with asyncio.timeout(_WELL_SECONDS):
            while (health := await client.health()).state != "ok":  # noqa: ASYNC110 over a socket
                await asyncio.sleep(0.2)
    except TimeoutError:
        unwell = ", ".join(f"{part.name}: {part.detail}" for part in health.components if part.state != "ok")
        raise EarshotError("engine-lost", f"not all engines became ready ({unwell})") from None


async def _answered(client: ControlClient) -> None:
    """Until the language model, if there is one, has read the house. Raises EarshotError (engine-lost)."""
    for _ in range(_READING_TRIES):
        error = (await client.ask_text("what is the highest mountain of our Alps")).trace.error
        if error is None or error.code == "not-understood":
            return
    raise EarshotError("engine-lost", "the language model does not answer in time")


async def _own_turn(args: argparse.Namespace) -> Report:
    async with stand_in("bench") as room:
        here = SatelliteSection(name="bench", address=room.uri, area="Bedroom")
        async with private_hub(args.house or DEMO_HOUSE, HubConfig(satellite=[here])) as hub:
            sentences = [await hub.spoken(text) for text in _sentences(hub.house(), args.turns)]
            async with ControlClient(hub.control_path) as client:
                if not args.pages:
                    return await turn.measure(client, room, sentences, args.turns)
                async with pages(hub.control_path, args.pages) as opened:
                    return await turn_watched.measure(
                        client, room, sentences, args.turns, opened=opened, count=args.pages
                    )


async def _stt(args: argparse.Namespace) -> Report:
    """Ends with Ctrl+C after the recording that is being heard."""
    if args.whisper:
        return await whisper.measure(args.threads, args.rounds, _progress)
    manifest = args.recordings or RECORDINGS
    stopped = Event()
    try:
        return await stt.measure(
            manifest,
            args.house or manifest.parent / "demo-home.toml",
            places().cache / "wake",
            args.model,
            stt.Wanted(args.language, args.clips, scenes=args.scenes, errors=args.errors, folder=args.write),
            progress=_progress,
            stopped=stopped.is_set,
        )
    finally:
        stopped.set()


async def _tts(args: argparse.Namespace) -> Report:
    return await tts.measure(args.rounds, _progress)


async def _llm(args: argparse.Namespace) -> Report:
    return await llm.measure(args.rounds, args.threads, _progress)


async def _fit(args: argparse.Namespace) -> Report:
    return await fit.measure(args.language, _progress)


async def _house(args: argparse.Namespace) -> Report:
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        return await house.measure(Path(folder), args.configurations, args.devices, args.sentences, _progress)


async def _start(args: argparse.Namespace) -> Report:
    return await start.measure(args.idle_seconds)


async def _satellites(args: argparse.Namespace) -> Report:
    return await satellites.measure(args.rooms, args.seconds)


async def _wake(args: argparse.Namespace) -> Report:
    if args.accuracy:
        return await _wake_accuracy(args)
    manifest = args.recordings or RECORDINGS
    recordings = sorted((manifest.parent / "negative").glob("*.wav"))
    return await asyncio.to_thread(wake.measure, recordings, args.networks or NETWORKS, rounds=args.rounds)


async def _wake_accuracy(args: argparse.Namespace) -> Report:
    """Ends with Ctrl+C after the sixteen recordings that are being heard."""
    stopped = Event()
    measure = partial(
        wake_accuracy.measure,
        args.recordings or RECORDINGS,
        args.networks or NETWORKS,
        places().cache / "wake",
        clips=args.clips,
        picture=args.det,
        progress=_progress,
        stopped=stopped.is_set,
    )
    try:
        return await asyncio.to_thread(measure)
    finally:
        stopped.set()


def _progress(text: str) -> None:
    print(text, file=sys.stderr)


def _sentences(house: House, number: int) -> list[str]:
    """As many different commands as the house has, so that no answer comes from a cache of sentences."""
    switched = [entity.name for entity in house.entities() if entity.domain in {"light", "switch", "fan"}]
    moved = [entity.name for entity in house.entities() if entity.domain == "cover" and entity.device_class != "garage"]
    commands = [f"turn {way} the {name}" for way in ("on", "off") for name in switched]
    commands += [f"{way} the {name}" for way in ("open", "close") for name in moved]
    return commands[:number]
