"""A hub as the control socket and the page see it: a small house, one satellite, turns that only echo."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import MappingProxyType

import msgspec

from hub.audience import EVERYBODY
from hub.health import Component, Health, SatelliteStatus, summarize
from hub.metrics import Metrics
from hub.outcome import outcome as outcome_of
from hub.rules.report import Fired, RulesStatus, RuleStatus, Trial
from hub.stages import Action, Area, Entity, Evidence
from hub.trace import Trace, UnderstoodTrace
from hub.web.api import Api
from hub.web.control import About
from hub.web.jobs import Jobs
from hub.web.live import LiveFeed
from hub.web.notes_api import NotesApi
from hub.web.routes import Route
from hub.web.turns_api import ListedTurn, TurnExplained, TurnsApi
from wire.pcm import Pcm, silence
from wire.tasks import Tasks

ABOUT = About("Our house", "1.2.3", "2026-11-20T18:00:00.000Z")


def api(hub, notes=None) -> list[Route]:
    """The routes of a hub with nothing but turns, speech and state; notes: of its house."""
    turns = TurnsApi(FakeTurnBook(hub), Jobs(Tasks(), LiveFeed()))
    return [*Api(hub, ABOUT).routes(), *turns.routes(), *(NotesApi(notes, hub).routes() if notes else ())]


class Everybody:
    """An Access that admits whoever asks."""

    async def admit(self, request, scope) -> bool:
        return True


def trace(turn: str = "01TURN", text: str = "turn on the bed light", **changes) -> Trace:
    """A turn that went well."""
    proof = Evidence("home/bed/state", "ON", 12.0)
    action = Action("light.bed_light", "Bed Light", "turn_on", "home/bed/set", "ON", "confirmed", proof)
    record = Trace(
        turn=turn,
        satellite="bedroom",
        area="Bedroom",
        started="2026-11-20T18:02:11.120Z",
        transcript=text,
        understood=UnderstoodTrace("intents", "HassTurnOn", {"name": "Bed Light"}),
        actions=[action],
        reply="Bed Light is on.",
        timings_ms={"endpoint": 310.0, "first_audio": 350.0},
    )
    for name, value in changes.items():
        setattr(record, name, value)
    return record


class FakeHouse:
    names_version = 1

    def areas(self) -> Sequence[Area]:
        return [Area("Bedroom", aliases=("sleeping room",))]

    def entities(self) -> Sequence[Entity]:
        return [
            Entity("light.bed_light", "light", "Bed Light", "Bedroom", attributes=MappingProxyType({"position": 5}))
        ]


class FakeTurnBook:
    """Implements as much of TurnBook as looks at a FakeHub's turns."""

    def __init__(self, hub) -> None:
        self._hub = hub

    async def turns(self, limit, *, before, satellite, outcome) -> list[ListedTurn]:
        return [
            ListedTurn(**msgspec.structs.asdict(turn), outcome=outcome_of(turn)) for turn in self._hub.turns[:limit]
        ]

    async def explained(self, turn) -> TurnExplained | None:
        for listed in await self.turns(100, before=None, satellite=None, outcome=None):
            if listed.turn == turn:
                return TurnExplained(turn=listed, evidence=None, speech=False, engines=[])
        return None


async def _at_once() -> None:
    """No turn waits for anything."""


class FakeHub:
    """Implements HubControl. asked: what was asked of it, in order. failure: raised by whatever acts.

    pieces: of each written answer, which ends after ``before_end``. awaited: by satellite, what was asked back there.
    """

    def __init__(self) -> None:
        self.asked: list[tuple] = []
        self.turns = [trace("01B"), trace("01A")]
        self.failure: Exception | None = None
        self.never_ends = False
        self.cancelled = asyncio.Event()
        self.pieces: tuple[str, ...] = ()
        self.awaited: dict[str, str] = {}
        self.before_end = _at_once
        self._metrics = Metrics()

    def health(self) -> Health:
        return summarize([Component("stt", "ok"), Component("store", "degraded", "disk full", "store-full", False)])

    def satellites(self) -> list[SatelliteStatus]:
        return [SatelliteStatus("bedroom", "Bedroom", "tcp://127.0.0.1:10700", "idle")]

    def house(self) -> FakeHouse:
        return FakeHouse()

    def metrics(self) -> str:
        return self._metrics.exposition(self.health())

    async def latest_turns(self, limit: int) -> list[Trace]:
        return self.turns[:limit]

    async def ask_text(
        self, text, *, satellite, area, language, reply_audio, via="cli", on_written=None
    ) -> tuple[Trace, Pcm | None]:
        await self._note("text", text, satellite, area, language, reply_audio)
        for piece in self.pieces:
            on_written(piece)
            await asyncio.sleep(0)
        await self.before_end()
        return trace(text=text), silence(20) if reply_audio else None

    async def ask_audio(self, pcm, *, satellite, area, language, wake, reply_audio) -> tuple[Trace, Pcm | None]:
        await self._note("audio", pcm, satellite, area, language, wake, reply_audio)
        return trace(), pcm if reply_audio else None

    def awaits(self, satellite) -> str:
        return self.awaited.get(satellite, "")

    async def say(self, text, *, satellite, language, audience=EVERYBODY, chime=False) -> list[str]:
        more = (audience, chime) if chime or audience != EVERYBODY else ()
        await self._note("say", text, satellite, language, *more)
        return [satellite or "bedroom"]

    async def set_volume(self, satellite, percent) -> None:
        await self._note("volume", satellite, percent)

    async def rules(self) -> RulesStatus:
        return RulesStatus((RuleStatus("Evening", True, ("sunset",), (), ("act 'close the blinds'",)),))

    async def rules_history(self, limit, *, rule) -> list[Fired]:
        await self._note("rules_history", limit, rule)
        return [Fired("2026-11-20T18:02:11.120+00:00", rule or "Evening", "sunset")]

    def try_rule(self, name) -> Trial:
        self.asked.append(("try_rule", name))
        if self.failure:
            raise self.failure
        return Trial(name, (), True, "", ("act 'close the blinds'",))

    async def _note(self, *what) -> None:
        self.asked.append(what)
        if self.failure:
            raise self.failure
        if self.never_ends:
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled.set()
