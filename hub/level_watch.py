"""Microphone levels for the page's live feed, measured only while somebody looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from hub.microphone_check import LevelTold, MicrophoneCheck
from hub.web.live import LiveFeed
from wire.level import Level
from wire.tasks import Tasks

WatchLevels = Callable[[bool], Awaitable[None]]


class LevelWatch:
    """watch_levels: has the satellites tell their levels, or no longer."""

    def __init__(self, feed: LiveFeed, tasks: Tasks, watch_levels: WatchLevels) -> None:
        self._feed, self._tasks, self._watch_levels = feed, tasks, watch_levels
        self._checks: dict[str, MicrophoneCheck] = {}
        self._newest: dict[str, LevelTold] = {}
        feed.on_wanted["levels"] = self._on_wanted

    def take(self, satellite: str, level: Level) -> None:
        """One satellite's level; dropped when nobody looks any more."""
        if not self._feed.wanted("levels"):
            return
        told = self._checks.setdefault(satellite, MicrophoneCheck(satellite)).take(level)
        self._newest[satellite] = told
        self._feed.tell("levels", told)

    def level(self, satellite: str) -> LevelTold | None:
        return self._newest.get(satellite)

    def _on_wanted(self, wanted: bool) -> None:  # noqa: FBT001 the feed's callback
        if not wanted:
            self._checks.clear()
            self._newest.clear()
        self._tasks.start(self._ask_levels(), name="live.levels")

    async def _ask_levels(self) -> None:
        """As it is now: two who come and go at once leave what the last one wants."""
        await self._watch_levels(self._feed.wanted("levels"))
