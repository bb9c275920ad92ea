"""Proof of an action: the device's own state topic shows what was wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import ExitStack
from typing import Any

from hub.house.device import Heard, LiveDevice
from hub.house.dialect import Values
from hub.stages import Entity, Evidence

# How far from the wanted value a device may report and still have done it: it rounds to its own steps.
_TOLERANCES = {
    "brightness": 3.0,
    "humidity": 1.0,
    "percentage": 3.0,
    "position": 3.0,
    "temperature": 0.3,
    "tilt_position": 3.0,
    "value": 0.0,
}
_STEPS = {"value": "step"}  # of the attribute with the device's step, where it is not <name>_step
_COLOR_TEMPERATURE_RATIO = 0.04
_HUE_DEGREES, _SATURATION_PERCENT = 10.0, 12.0
# On its way counts for covers, robots and alarm panels, which take minutes; a lock that is locking is not locked.
_ON_THE_WAY = {
    "open": {"open", "opening"},
    "closed": {"closed", "closing"},
    "docked": {"docked", "returning"},
    **{f"armed_{mode}": {f"armed_{mode}", "arming"} for mode in ("away", "home", "night", "vacation", "custom_bypass")},
}
_LOCKING = {"locked": "locking", "unlocked": "unlocking"}
_ALREADY_SECONDS = 0.3  # for the echo of a device that was already so: many send none then
_LOCK_SECONDS = 8.0  # more, for a lock that says it is turning
_LATE_SECONDS = 10.0  # for which a device that did not obey in time is still watched


def provable(device: LiveDevice, wanted: Values) -> bool:
    """Whether any state topic can show what is wanted."""
    return not device.dialect.reads.isdisjoint(wanted)


def shows(entity: Entity, wanted: Values, reads: frozenset[str]) -> bool:
    """Whether the entity is as wanted, in all that can be seen of it."""
    return all(_is_as(entity, name, value) for name, value in wanted.items() if name in reads)


async def prove(
    device: LiveDevice,
    wanted: Values,
    publish: Callable[[], Awaitable[None]],
    *,
    seconds: float,
    clock: Callable[[], float],
) -> Evidence | None:
    """Publish, then wait for the message after which the device is as wanted; None if it does not come in time.

    A device that was as wanted before may send nothing: then its last word, with ``after_ms`` 0, is the proof.
    """
    reads = device.dialect.reads
    proof: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()

    def note(heard: Heard, told: Collection[str]) -> None:
        if not proof.done() and not wanted.keys().isdisjoint(told) and shows(device.entity, wanted, reads):
            proof.set_result(heard)

    already = _last_word(device, wanted) if shows(device.entity, wanted, reads) else None
    began = clock()
    with device.watched(note):
        await publish()
        await asyncio.wait({proof}, timeout=seconds if already is None else min(seconds, _ALREADY_SECONDS))
        if not proof.done() and _still_locking(device.entity, wanted):
            await asyncio.wait({proof}, timeout=_LOCK_SECONDS)
    if proof.done():
        heard = proof.result()
        return Evidence(heard.topic, heard.payload, round((heard.at_seconds - began) * 1000, 1))
    if already is not None and shows(device.entity, wanted, reads):
        return Evidence(already.topic, already.payload, 0.0)
    return None


def note_late(device: LiveDevice, wanted: Values, note: Callable[[Heard], None]) -> None:
    """For a device that did not prove it in time: call ``note`` if it still does, without anybody waiting for it."""
    reads = device.dialect.reads
    watching = ExitStack()

    def watch(heard: Heard, told: Collection[str]) -> None:
        if not wanted.keys().isdisjoint(told) and shows(device.entity, wanted, reads):
            watching.close()
            note(heard)

    watching.enter_context(device.watched(watch))
    asyncio.get_running_loop().call_later(_LATE_SECONDS, watching.close)


def _last_word(device: LiveDevice, wanted: Values) -> Heard | None:
    heard = [last for name in wanted if (last := device.told(name)) is not None]
    return max(heard, key=lambda last: last.at_seconds, default=None)


def _is_as(entity: Entity, name: str, wanted: Any) -> bool:
    if name == "state":
        return entity.state in _ON_THE_WAY.get(str(wanted), {wanted})
    given = entity.attributes.get(name)
    if given is None:
        return False
    if name == "hs_color":
        return _same_color(given, wanted)
    if name == "color_temp_kelvin":
        return bool(abs(given - wanted) <= wanted * _COLOR_TEMPERATURE_RATIO)
    if name in _TOLERANCES and isinstance(wanted, int | float):
        half_step = float(entity.attributes.get(_STEPS.get(name, f"{name}_step"), 0.0)) / 2
        return abs(given - wanted) <= max(_TOLERANCES[name], half_step) or _moves_towards(entity, name, given, wanted)
    return bool(given == wanted)


def _moves_towards(entity: Entity, name: str, given: float, wanted: float) -> bool:
    """A cover that sets out for its position."""
    return name == "position" and entity.state == ("opening" if wanted > given else "closing")


def _same_color(given: tuple[float, float], wanted: tuple[float, float]) -> bool:
    if abs(given[1] - wanted[1]) > _SATURATION_PERCENT:
        return False
    turn = abs(given[0] - wanted[0]) % 360
    return wanted[1] <= _SATURATION_PERCENT or min(turn, 360 - turn) <= _HUE_DEGREES


def _still_locking(entity: Entity, wanted: Values) -> bool:
    return entity.domain == "lock" and entity.state == _LOCKING.get(str(wanted.get("state")))
