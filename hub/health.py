"""How well hub and satellites are: what the status page, ``earshot doctor`` and MQTT show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from hub.errors import DependencyLost
from models.wake.choice import WakeStatus

State = Literal["ok", "starting", "degraded", "failed"]


class Component(msgspec.Struct, frozen=True):
    """One part of the hub or something it depends on.

    name: stable, lower case (``stt``, ``broker``, ``store``). detail: one line for a person. code: of the error behind
    a state that is not ok (docs/errors.md). required: no turn can succeed without it.
    """

    name: str
    state: State
    detail: str = ""
    code: str | None = None
    required: bool = True


class Health(msgspec.Struct, frozen=True):
    """``state`` is what a light on the box would show; ``ready``: a command spoken now can be carried out."""

    state: State
    ready: bool
    components: tuple[Component, ...] = ()


SatelliteState = Literal["lost", "idle", "listening", "thinking", "speaking"]


class SatelliteStatus(msgspec.Struct, frozen=True):
    """One satellite that the hub knows. address: its URI. detail: why it is lost, or what is wrong with it.

    kind: ``page`` is a browser that listens now; it comes and goes.
    wake: what it listens for; None where nothing of that can be chosen here, or nobody knows yet.
    """

    name: str
    area: str | None
    address: str
    state: SatelliteState
    muted: bool = False
    detail: str = ""
    volume: int = 100
    kind: Literal["satellite", "page"] = "satellite"
    wake: WakeStatus | None = None


def summarize(components: Iterable[Component]) -> Health:
    """Bring component states together.

    A required component that failed fails the hub, one that starts makes it starting; anything else that is not ok
    (also a failed component that turns can do without) only degrades it.
    """
    parts = tuple(components)
    required = {part.state for part in parts if part.required}
    ready = required.isdisjoint({"failed", "starting"})
    if "failed" in required:
        return Health("failed", ready, parts)
    if "starting" in required:
        return Health("starting", ready, parts)
    all_ok = all(part.state == "ok" for part in parts)
    return Health("ok" if all_ok else "degraded", ready, parts)


def lost(name: str, error: DependencyLost, *, required: bool = True) -> Component:
    """The component behind a dependency that is gone: failed, with the error's own code and advice."""
    return Component(name, "failed", error.message, error.code, required)
