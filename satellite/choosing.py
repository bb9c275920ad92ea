"""The wake word that is heard here, as the hub's household chose it: another one while the microphone stays open."""

from __future__ import annotations

import asyncio
import logging

import msgspec

from models.wake.choice import WakeChoice, WakeStatus, label_of, status_of, threshold_of
from models.wake.library import built_in_words, word_name, words_in
from satellite.config import WakeSection
from satellite.noticing import WakeAnalyser
from satellite.wake import WakeDetector, open_detector
from wire.errors import FrameMalformed
from wire.places import Places

_log = logging.getLogger(__name__)


class WakeChooser:
    """Until the program ends; satellite.toml is the default, and the hub says it again whenever it connects."""

    def __init__(self, section: WakeSection, detector: WakeDetector, analyser: WakeAnalyser, where: Places) -> None:
        """Reads a folder: make it before the event loop runs."""
        self._section, self._detector, self._analyser, self._where = section, detector, analyser, where
        self._configured = [word_name(word) for word in section.words]
        self._known = {*built_in_words(), *words_in(where.var / "wake"), *self._configured}
        self._choice = WakeChoice()

    @property
    def words(self) -> list[str]:
        """Those that are listened for now."""
        return self._detector.words

    @property
    def status(self) -> WakeStatus:
        return status_of(self._detector.rules, self._configured, self._known)

    async def choose(self, choice: WakeChoice) -> None:
        """Raises ConfigError for a word that is not there or is none; then all stays as it was."""
        if choice == self._choice:
            return
        section = chosen_section(self._section, choice)
        self._detector = await asyncio.to_thread(open_detector, section, self._where)
        self._analyser.detector, self._choice = self._detector, choice
        _log.info("listening for %s", label_of(self.words))


def chosen_section(section: WakeSection, choice: WakeChoice) -> WakeSection:
    """satellite.toml's section, with what was chosen in its place; words that were configured by a path keep it."""
    paths = {word_name(word): word for word in section.words}
    words = section.words if choice.word is None else [paths.get(choice.word, choice.word)]
    if choice.sensitivity is None:
        return msgspec.structs.replace(section, words=words)
    own = {name: msgspec.structs.replace(word, threshold=None) for name, word in section.word.items()}
    return msgspec.structs.replace(section, words=words, threshold=threshold_of(choice.sensitivity), word=own)


def choice_of(data: object) -> WakeChoice:
    """Of the user-event ``choose-wake``. Raises FrameMalformed."""
    try:
        return msgspec.convert(data or {}, WakeChoice)
    except msgspec.ValidationError as error:
        raise FrameMalformed("frame-malformed", f"the data of 'choose-wake': {error}") from error
