"""Sentences that nobody says just now: of rules, of timers with a command, of routines."""

from __future__ import annotations

import dataclasses

from hub.asking import Asker
from hub.dialogue import Dialogue
from hub.session import SessionParts
from hub.trace import Trace
from wire.errors import EarshotError


class Errands:
    """Runs them as turns, recorded like all. They show nothing, answer nothing, and reach no language model."""

    def __init__(self) -> None:
        self.parts: SessionParts | None = None  # the composition root knows them last

    async def run(
        self, sentence: str, *, by: str, why: str, area: str | None = None, language: str | None = None
    ) -> Trace:
        """by: whose it is, in a satellite's place in the record. why: what started it.

        Raises EarshotError (hub-not-ready, hub-timeout).
        """
        if self.parts is None:
            raise EarshotError("hub-not-ready", "the hub is only starting")
        stages = dataclasses.replace(self.parts.stages, reasoner=None, dialogue=Dialogue())
        asker = Asker(dataclasses.replace(self.parts, stages=stages))
        trace, _ = await asker.text(
            sentence, satellite=by, area=area, language=language, reply_audio=False, via="hub", why=why
        )
        return trace
