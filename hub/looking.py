"""What the hub tells of itself to whoever looks: running turns, live wake scores, and turns that were."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from hub.embedded import EmbeddedEngines
from hub.house.notes import Notes
from hub.machine_watch import MachineWatch
from hub.past_figures import PastFigures
from hub.past_turns import Kept, PastTurns
from hub.rerun import Rerun
from hub.session import SessionParts
from hub.stages import Transcriber
from hub.store.journal import Journal
from hub.store.machine import SampleStore
from hub.store.speech import SpeechShelf
from hub.stt.wyoming_client import WyomingTranscriber
from hub.wake.feed import ScoreFeed
from hub.wake.recent import RecentScores
from hub.web.live import LiveFeed
from hub.witness import Witnesses
from wire.connection import PeerSettings
from wire.tasks import Tasks

_AGAIN_SECONDS = 60.0  # from the end of speech; whoever runs a turn again can wait


class Looking:
    """scores: what satellites and rooms score, for who watches."""

    def __init__(self, feed: LiveFeed, tasks: Tasks) -> None:
        self._feed, self._tasks = feed, tasks
        self.scores = ScoreFeed()
        self._telling: asyncio.Task[None] | None = None
        self.recent = RecentScores()
        self.witnesses = Witnesses(partial(feed.tell, "progress"), partial(feed.wanted, "progress"))
        feed.on_wanted["scores"] = self._wanted

    def on_scores(self, room: str, words: Mapping[str, float], heard: str | None) -> None:
        """What 80 ms of a room scored."""
        self.recent.tell(room, words)
        self.scores.tell(room, words, heard)

    def _wanted(self, wanted: bool) -> None:  # noqa: FBT001 LiveFeed's callback
        """Satellites that hear their wake word themselves tell what it scores only while somebody looks."""
        if wanted:
            self._telling = self._tasks.start(self._tell(), name="scores.told")
        elif self._telling:
            self._telling.cancel()
            self._telling = None

    async def _tell(self) -> None:
        with self.scores.watch() as scores:
            async for score in scores:
                self._feed.tell("scores", score)


def past_turns(
    journal: Journal, var: Path, notes: Notes | None, parts: SessionParts, hearers: Mapping[str, Transcriber]
) -> PastTurns:
    return PastTurns(journal, Kept(SpeechShelf(var / "speech"), var / "wake"), notes, Rerun(parts), hearers)


def hearers(engines: EmbeddedEngines, peer: PeerSettings) -> dict[str, Transcriber]:
    """Each transcriber by itself."""
    return {name: WyomingTranscriber([uri], peer, _AGAIN_SECONDS) for name, uri in engines.hearers.items()}


def machine_watch(journal: Journal, tasks: Tasks) -> MachineWatch:
    """Begun."""
    watch = MachineWatch(SampleStore(journal.database) if journal.database else None)
    tasks.start(watch.run(), name="machine")
    return watch


def past_figures(journal: Journal, watch: MachineWatch) -> PastFigures:
    store = SampleStore(journal.database) if journal.database else None
    return PastFigures(journal, store, lambda: watch.samples)
