"""``earshot-satellite``, ``python -m satellite``: flags, signals and exit codes."""

from __future__ import annotations

import wire.lean  # noqa: F401 - before what it keeps out

# isort: split
import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from satellite.config import SatelliteConfig
from satellite.portaudio import AudioSystem
from satellite.program import Satellite
from wire.errors import ConfigError, EarshotError
from wire.parent import die_with_parent
from wire.places import places
from wire.settings import convert, load

EXIT_OK, EXIT_FAILED, EXIT_CONFIG = 0, 1, 78


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 told to stop, 1 failed, 2 usage, 78 configuration."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        level=arguments.log_level.upper(), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    if not die_with_parent():
        return EXIT_OK
    try:
        if arguments.list_devices:
            return _list_devices()
        config = _config(arguments)
        satellite = Satellite(config)
        if arguments.check_config:
            print(f"{arguments.config}: good")
            return EXIT_OK
        asyncio.run(_run(satellite, config.satellite.name))
    except EarshotError as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIG if isinstance(error, ConfigError) else EXIT_FAILED
    return EXIT_OK


async def _run(satellite: Satellite, name: str) -> None:
    """Until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(satellite.run(lambda uri: print(f"READY {name} {uri}", flush=True)))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


def _config(arguments: argparse.Namespace) -> SatelliteConfig:
    """The file, with what the flags say instead."""
    document = msgspec.to_builtins(load(arguments.config, SatelliteConfig))
    for section, key, value in (
        ("satellite", "uri", arguments.uri),
        ("satellite", "name", arguments.name),
        ("satellite", "area", arguments.area),
        ("mic", "device", arguments.mic),
        ("speaker", "device", arguments.speaker),
        ("wake", "words", arguments.wake_word),
    ):
        if value is not None:
            document[section][key] = value
    return convert(document, SatelliteConfig, "command line")


def _list_devices() -> int:
    system = AudioSystem()
    for device in system.devices():
        print(f"{device.name}: {device.inputs} in, {device.outputs} out, {device.rate_hz} Hz")
    system.close()
    return EXIT_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="earshot-satellite",
        description="Microphone and speaker of one room, for an Earshot hub or Home Assistant.",
    )
    parser.add_argument("--config", type=Path, default=places().etc / "satellite.toml", help="default: %(default)s")
    parser.add_argument("--check-config", action="store_true", help="say whether the configuration is good, and end")
    parser.add_argument("--list-devices", action="store_true", help="name the sound devices, and end")
    parser.add_argument("--uri", help="where hubs connect: auto, tcp://ADDRESS:PORT or unix:///PATH")
    parser.add_argument("--name", help="of this satellite")
    parser.add_argument("--area", help="the room it stands in")
    parser.add_argument("--mic", help="default, part of a device's name, or wav:PATH")
    parser.add_argument("--speaker", help="default, part of a device's name, wav:DIRECTORY, or none")
    parser.add_argument("--wake-word", action="append", help="heard here; may be repeated")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    return parser


if __name__ == "__main__":
    sys.exit(main())
