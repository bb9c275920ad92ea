"""One satellite and one find on the network as the page shows them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.health import SatelliteStatus
from hub.links.book import Name
from hub.links.told import LogLine
from models.wake.choice import Sensitivity

Address = Annotated[str, Meta(pattern=r"^(tcp://[^\s/]+:\d{1,5}|unix:///\S+)$", max_length=200)]


Update = Literal["current", "differs", "unknown"]
Listens = Literal["satellite", "hub", "unknown"]


class WakeWordDetail(msgspec.Struct, frozen=True):
    """threshold: null where only the satellite knows it."""

    word: str
    phrase: str
    threshold: float | None = None


class SatelliteDetail(msgspec.Struct, frozen=True):
    """status: as in ``/satellites``. kind: what it says of itself; version: null before it said so.

    update: whether it is of the hub's own version; ``unknown`` for others' satellites. listens: where its wake words
    are heard. last_seen, lost_since, here_since: UTC. in_file: hub.toml has its address.
    """

    status: SatelliteStatus
    kind: str
    version: str | None
    update: Update
    listens: Listens
    words: list[WakeWordDetail]
    here_since: str | None
    lost_since: str | None
    last_seen: str | None
    in_file: bool
    log: list[LogLine]


class FoundPeer(msgspec.Struct, frozen=True):
    """Something that speaks Wyoming. state: ``taken`` by this hub, ``trying``, ``left-out`` because somebody forgot it,
    or a ``service`` that is no satellite; offers: of a service. satellite: its name in ``/satellites``.
    """

    key: str
    address: str
    state: Literal["taken", "trying", "left-out", "service"]
    satellite: str | None = None
    detail: str = ""
    offers: list[str] = []


class Adoption(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /satellites/adopt``: key of one that was found, or the address of one that cannot be found."""

    key: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    address: Address | None = None
    name: Name | None = None
    area: Name | None = None

    def __post_init__(self) -> None:
        if (self.key is None) == (self.address is None):
            raise ValueError("one of key and address")


class WakeChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """word: one of the status' ``wake.words``. sensitivity: in percent. What is null stays."""

    word: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
    sensitivity: Sensitivity | None = None


class SatelliteChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``PATCH /satellites/{name}``; what is not given stays. area: null is what it says itself."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    area: Name | msgspec.UnsetType | None = msgspec.UNSET
    volume: Annotated[int, Meta(ge=0, le=100)] | msgspec.UnsetType = msgspec.UNSET
    muted: bool | msgspec.UnsetType = msgspec.UNSET
    wake: WakeChange | msgspec.UnsetType = msgspec.UNSET
