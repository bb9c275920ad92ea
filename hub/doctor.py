"""What works, what does not, and what to do about it: for ``earshot doctor`` and for the page."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from hub.config import HubConfig
from hub.health import Component, Health, SatelliteStatus
from wire.errors import ConfigError
from wire.places import Places
from wire.settings import load

FREE_BYTES_NEEDED = 200 << 20  # the store, the broker's retained messages and logs, with room to grow

Verdict = Literal["ok", "warn", "fail"]


class Finding(msgspec.Struct, frozen=True):
    """check: what was looked at. code: of docs/errors.md when not ok. advice: what was found and what to do."""

    check: str
    verdict: Verdict
    advice: str
    code: str | None = None


def machine_findings(where: Places) -> Iterator[Finding]:
    """Blocks on the disk."""
    yield Finding("python", "ok", sys.version.split()[0])
    yield _configuration(where)
    needed = "the hub's own broker needs it: sudo apt-get install mosquitto"
    yield _program("mosquitto", "fail", code="broker-missing", advice=needed)
    yield _program(
        "pico2wave", "warn", code="voice-plain", advice="espeak-ng speaks; a better voice: scripts/setup --non-free"
    )
    yield _folder(where.var)


def hub_findings(health: Health, satellites: Sequence[SatelliteStatus]) -> Iterator[Finding]:
    yield from map(_component, health.components)
    yield from map(_satellite, satellites)
    if not satellites:
        yield Finding("satellites", "warn", "none; start one with `earshot satellite`", code="satellite-none")


def _configuration(where: Places) -> Finding:
    path = where.etc / "hub.toml"
    try:
        load(path, HubConfig)
    except ConfigError as error:
        return Finding("config", "fail", error.message, error.code)
    return Finding("config", "ok", str(path) if path.exists() else f"{path} does not exist: all defaults")


def _program(name: str, missing: Verdict, *, code: str, advice: str) -> Finding:
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return Finding(name, "ok", path) if path else Finding(name, missing, advice, code)


def _folder(folder: Path) -> Finding:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.W_OK):
        return Finding("storage", "fail", f"{existing} cannot be written; run as its owner", code="storage-read-only")
    free = shutil.disk_usage(existing).free
    if free < FREE_BYTES_NEEDED:
        return Finding("storage", "warn", f"{free >> 20} MiB free at {existing}; free some space", code="storage-low")
    return Finding("storage", "ok", f"{free >> 20} MiB free at {existing}")


def _satellite(satellite: SatelliteStatus) -> Finding:
    check = f"satellite {satellite.name}"
    told = f"{satellite.state} in {satellite.area or 'no room'} at {satellite.address}"
    if satellite.state == "lost":
        return Finding(check, "warn", f"{told}; {satellite.detail}", "satellite-lost")
    if satellite.detail:
        code, _, problem = satellite.detail.partition(": ")
        return Finding(check, "warn", f"{told}; {problem}", code)
    return Finding(check, "ok", f"{told}, muted" if satellite.muted else told)


def _component(component: Component) -> Finding:
    unwell: Verdict = "fail" if component.required else "warn"
    verdict: Verdict = "ok" if component.state == "ok" else unwell
    return Finding(component.name, verdict, component.detail or component.state, component.code)
