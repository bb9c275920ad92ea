"""Which wake word each satellite listens for and how readily it counts: chosen by people, kept over restarts."""

from __future__ import annotations

import asyncio
import logging

import msgspec

from hub.errors import StoreLost
from hub.store.database import Database
from hub.wake.rooms import WakeRooms
from hub.wake.words import WakeWords
from models.wake.choice import WakeChoice, WakeStatus, word_of

_log = logging.getLogger(__name__)

MOST_SATELLITES = 256
_SET = "INSERT OR REPLACE INTO wake_choices (satellite, word, sensitivity) VALUES (?, ?, ?)"


class WakeChoices:
    """hub.toml is the default. Without a database it forgets at the hub's end."""

    def __init__(self, database: Database | None) -> None:
        self._database = database
        self._choices: dict[str, WakeChoice] = {}

    async def load(self) -> None:
        """A store that is lost costs the choices, not the hub; so does one that makes no sense."""
        if self._database is None:
            return
        try:
            rows = await self._database.rows(
                "SELECT satellite, word, sensitivity FROM wake_choices LIMIT ?", (MOST_SATELLITES,)
            )
        except StoreLost as error:
            _log.warning("chosen wake words are not read: %s", error)
            return
        for satellite, word, sensitivity in rows:
            try:
                choice = msgspec.convert({"word": word, "sensitivity": sensitivity}, WakeChoice)
            except msgspec.ValidationError as error:
                _log.warning("the chosen wake word of %.64r is not used: %s", satellite, error)
            else:
                self._choices[str(satellite)] = choice

    def of(self, satellite: str) -> WakeChoice:
        return self._choices.get(satellite, WakeChoice())

    def all(self) -> dict[str, WakeChoice]:
        return dict(self._choices)

    def put(self, satellite: str, choice: WakeChoice) -> None:
        """At once; on the disk soon."""
        if satellite not in self._choices and len(self._choices) >= MOST_SATELLITES:
            return
        self._choices[satellite] = choice
        if self._database is not None:
            self._database.offer((_SET, (satellite, choice.word, choice.sensitivity)))


async def kept_choices(database: Database | None) -> WakeChoices:
    """Those of before the restart."""
    choices = WakeChoices(database)
    await choices.load()
    return choices


class HubWake:
    """Wake words that the hub hears for satellites that stream: what is in force, and changed while they do."""

    def __init__(self, words: WakeWords, rooms: WakeRooms, choices: WakeChoices) -> None:
        self._words, self._rooms, self._choices = words, rooms, choices
        self._choosing = asyncio.Lock()  # word and sensitivity may be set in the same moment

    def choice(self, satellite: str) -> WakeChoice:
        return self._choices.of(satellite)

    def keep(self, satellite: str, choice: WakeChoice) -> None:
        """For a satellite that hears its word itself: it is told when it connects."""
        self._choices.put(satellite, choice)

    def status(self, satellite: str) -> WakeStatus:
        return self._words.status(satellite)

    async def become(self, words: WakeWords) -> None:
        """Other words and thresholds in hub.toml; what people chose stays."""
        async with self._choosing:
            looks = self._words.become(words)
            heads = await asyncio.to_thread(self._words.heads)
            self._rooms.change_all(self._words.rules, heads, reopen=looks)

    async def choose(self, satellite: str, *, word: str | None = None, sensitivity: int | None = None) -> None:
        """What is not given stays. Raises ModelInvalid, ConfigError where the word cannot be listened for."""
        async with self._choosing:
            before = self._choices.of(satellite)
            changed = msgspec.structs.replace(
                before,
                word=before.word if word is None else word_of(word, self._words.configured(satellite)),
                sensitivity=before.sensitivity if sensitivity is None else sensitivity,
            )
            heads = await asyncio.to_thread(self._words.choose, satellite, changed)
            self._choices.put(satellite, changed)
            self._rooms.change(satellite, self._words.rules(satellite), heads)
