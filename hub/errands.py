"""Sentences that nobody says just now: of rules, of timers with a command, of routines."""

from __future__ import annotations

import dataclasses

from hub.asking import Asker
from hub.dialogue import Dialogue
from hub.session import SessionParts
from hub.trace import Trace


class Errands:
    """Runs them as turns, recorded like all. They show nothing, answer nothing, and reach no language model."""

    def __init__(self, parts: SessionParts) -> None:
        self._parts = parts

    async def run(self, sentence: str, *, by: str, area: str | None = None) -> Trace:
        """by: whose it is, in the place of a satellite in the record. Raises EarshotError (hub-timeout)."""
        stages = dataclasses.replace(self._parts.stages, reasoner=None, dialogue=Dialogue())
        asker = Asker(dataclasses.replace(self._parts, stages=stages))
        trace, _ = await asker.text(sentence, satellite=by, area=area, language=None, reply_audio=False)
        return trace
