"""Which wake words the hub listens for, in which room, and by which rules: what hub.toml says of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

from hub.config import RoomWakeSection, SatelliteSection, WakeSection
from models.errors import ModelInvalid
from models.wake.choice import WakeChoice, WakeStatus, chosen_rules, status_of
from models.wake.decision import Rule
from models.wake.engine import WakeEngine
from models.wake.head import Head
from models.wake.library import (
    built_in_words,
    find_word,
    load_head,
    load_network,
    trained_threshold,
    word_name,
    words_in,
)
from models.wake.network import Network
from models.wake.settings import rule, section_of
from models.wake.teaching import Looks, open_looks
from wire.errors import ConfigError
from wire.places import Places

_log = logging.getLogger(__name__)


class WakeWords:
    """Of one hub. Raises ConfigError (wake-word-unknown) for words of hub.toml that are not there."""

    def __init__(
        self,
        section: WakeSection,
        satellites: Sequence[SatelliteSection],
        where: Places,
        chosen: Mapping[str, WakeChoice] | None = None,
    ) -> None:
        """chosen: by people, by satellite. A word of theirs that is gone is not listened for: hub.toml's are."""
        self._section = section
        self._rooms = {one.name: one.wake for one in satellites}
        self._cache, self._folder = where.cache / "wake", where.var / "wake"
        self._files = {word: find_word(word, folders=[self._folder]) for word in self._all()}
        self._known = built_in_words() | words_in(self._folder) | {word_name(w): at for w, at in self._files.items()}
        self._chosen = dict(chosen or {})
        self._problems: list[str] = []

    def become(self, other: WakeWords) -> bool:
        """Go by what hub.toml says in ``other``, and by what people chose; whether second looks are others now."""
        looks = self._section.word != other._section.word
        self._section, self._rooms, self._files = other._section, other._rooms, other._files
        self._known = other._known | self._known
        return looks

    def heads(self) -> Sequence[Head]:
        """All that are needed. Blocks while networks are loaded; those that cannot be used are left out."""
        self._problems.clear()
        return list(self._heads())

    @property
    def problems(self) -> Sequence[str]:
        """Of words that are not listened for, one line each."""
        return tuple(self._problems)

    def rules(self, room: str) -> dict[str, Rule]:
        """By the words' names; of a room that hub.toml does not know, those of ``[wake]``."""
        own, choice = self._rooms.get(room, RoomWakeSection()), self._choice(room)
        words = [choice.word] if choice.word else own.words or self._section.words
        return chosen_rules({word_name(word): self._rule(word, own) for word in words}, choice)

    def configured(self, room: str) -> list[str]:
        """Names of the words that count in a room where nobody chose another."""
        own = self._rooms.get(room, RoomWakeSection())
        return [word_name(word) for word in own.words or self._section.words]

    def status(self, room: str) -> WakeStatus:
        return status_of(self.rules(room), self.configured(room), self._known)

    def choose(self, room: str, choice: WakeChoice) -> Sequence[Head]:
        """All heads that are needed then. Blocks while networks are loaded. Raises ModelInvalid, ConfigError."""
        if choice.word is not None:
            self._known = words_in(self._folder) | self._known
            if choice.word not in self._known:
                names = ", ".join(sorted(self._known))
                raise ConfigError("wake-word-unknown", f"{choice.word[:64]!r} is none of {names}")
            load_head(self._known[choice.word], self._cache)
        self._chosen[room] = choice
        return self.heads()

    def open_engine(self) -> tuple[WakeEngine, Looks | None]:
        """Blocks while networks are loaded, and the first time built. A word that cannot be used is left out."""
        network = load_network(self._cache)
        self._problems.clear()
        return WakeEngine(network, list(self._heads())), self._looks(network)

    def _looks(self, network: Network) -> Looks | None:
        try:
            return open_looks(network, self._section.word, self._folder)
        except (ModelInvalid, ConfigError) as error:
            _log.error("nothing is looked at twice: %s", error)
            self._problems.append(str(error))
            return None

    def _heads(self) -> Iterable[Head]:
        chosen = [self._known[choice.word] for room in self._chosen if (choice := self._choice(room)).word]
        for path in dict.fromkeys([*self._files.values(), *chosen]):
            try:
                yield load_head(path, self._cache)
            except (ModelInvalid, ConfigError) as error:
                _log.error("a wake word is not listened for: %s", error)
                self._problems.append(str(error))

    def _all(self) -> list[str]:
        return list(
            dict.fromkeys([*self._section.words, *(word for own in self._rooms.values() for word in own.words)])
        )

    def _choice(self, room: str) -> WakeChoice:
        """Without a word that is not there any more."""
        choice = self._chosen.get(room, WakeChoice())
        return choice if choice.word is None or choice.word in self._known else WakeChoice(None, choice.sensitivity)

    def _rule(self, word: str, own: RoomWakeSection) -> Rule:
        section = self._section
        return rule(
            section_of(word, section.word),
            threshold=own.threshold or section.threshold,
            trigger_level=own.trigger_level or section.trigger_level,
            refractory_seconds=section.refractory_seconds if own.refractory_seconds is None else own.refractory_seconds,
            trained=trained_threshold(self._files.get(word) or self._known[word]),
        )
