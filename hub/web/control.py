"""What the web side needs of the hub, and the values that pass between them; the composition root implements it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Literal, Protocol

import msgspec

from hub.audience import EVERYBODY, Audience
from hub.health import Health, SatelliteStatus
from hub.house.file import HouseFile
from hub.house.notes import Kind, Note
from hub.rules.report import Fired, RulesStatus, Trial
from hub.stages import Area, Entity, House, ScoreTold
from hub.trace import Trace
from wire.pcm import Pcm

Awaits = Literal["", "answer", "pin"]


class HubControl(Protocol):
    """The running hub, as its control socket and its page see it.

    Every method may raise EarshotError; its code and message go to the client as they are.
    """

    def health(self) -> Health: ...

    def satellites(self) -> list[SatelliteStatus]: ...

    def house(self) -> House: ...

    def metrics(self) -> str:
        """Prometheus' text form."""

    async def latest_turns(self, limit: int) -> list[Trace]:
        """Newest first."""

    async def ask_text(
        self,
        text: str,
        *,
        satellite: str | None,
        area: str | None,
        language: str | None,
        reply_audio: bool,
        via: str = "cli",
        on_written: Callable[[str], None] | None = None,
    ) -> tuple[Trace, Pcm | None]:
        """Run a turn from its words. reply_audio: also make the reply's sound and return it.

        on_written: is given pieces of the answer as they are written, where it comes so; the reply has them all.
        A turn that failed is a trace with its error, not an exception. Cancelling ends the turn.
        """

    def awaits(self, satellite: str) -> Awaits:
        """What the hub asked last there: whether the next sentence may answer it, and is a secret."""

    async def ask_audio(
        self, pcm: Pcm, *, satellite: str | None, area: str | None, language: str | None, wake: bool, reply_audio: bool
    ) -> tuple[Trace, Pcm | None]:
        """Run a turn from a recording of any format; with ``wake`` it must contain the wake word."""

    def watch_scores(self) -> AbstractContextManager[AsyncIterator[ScoreTold]]:
        """Live scores of wake words in every room, while the block runs."""

    async def say(
        self,
        text: str,
        *,
        satellite: str | None,
        language: str | None,
        audience: Audience = EVERYBODY,
        chime: bool = False,
    ) -> list[str]:
        """Speak on one satellite, or on those of ``audience``; the names of those that spoke. chime: a sound first."""

    async def set_volume(self, satellite: str, percent: int) -> None:
        """How loud it plays, kept over restarts."""

    async def rules(self) -> RulesStatus:
        """The rules in force, and what is wrong with the file if it is not."""

    async def rules_history(self, limit: int, *, rule: str | None) -> list[Fired]:
        """What rules did and why, newest first; of one rule if given."""

    def try_rule(self, name: str) -> Trial:
        """What the rule would do if it were set off now; nothing is done. Raises EarshotError (rule-unknown)."""


class HouseNotes(Protocol):
    """What people noted on the house; ``hub.house.notes.Notes`` is one."""

    def all(self) -> HouseFile:
        """Of house.toml and of the store together."""

    async def put(self, note: Note) -> None: ...

    async def remove(self, kind: Kind, key: str) -> None: ...


class HouseSnapshot(msgspec.Struct, frozen=True):
    """The house as JSON."""

    areas: list[Area]
    entities: list[Entity]


class Answer(msgspec.Struct, frozen=True):
    """A turn as JSON. reply_wav: the reply's sound if it was asked for and there is any (base64 in JSON)."""

    trace: Trace
    reply_wav: bytes | None = None


class About(msgspec.Struct, frozen=True):
    """Which hub this is. started: UTC."""

    name: str
    version: str
    started: str


class Status(msgspec.Struct, frozen=True):
    """All that the status page shows."""

    about: About
    health: Health
    satellites: list[SatelliteStatus]
    house: HouseSnapshot
    turns: list[Trace]
