"""What the model is given, from what never changes to what always does: rules, tools, house, memory, room, time.

So a prompt has its beginning in common with the one before, and only what is new is read. Small models follow few
rules.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from hub.llm.house_text import HouseText, plain
from hub.llm.messages import Message, Tool
from hub.llm.tools import tools_of
from hub.stages import House, Question

_RULES = """You are Earshot, the voice of this home. You answer aloud, in one or two short sentences of plain words, \
without lists and signs, in the language of the request. You run on a small box in this home, without the internet: \
say so when you do not know something.
To switch, open or set something, call a function, with names exactly as they are written below. Never say that you \
did or will do something."""
_HOUSE = "This is the home; of two lines about one device the last is true."
_HEARD = "I know it."
KEPT_MESSAGES = 3  # that every prompt begins with: rules (and tools, which templates put behind them), house, and a nod
_MEMORY = 4  # exchanges of a room
_MEMORY_AGE = timedelta(minutes=5)
_SAID_CHARACTERS = 600


class Prompts:
    """One per hub. clock: local time."""

    def __init__(self, house: House, clock: Callable[[], datetime]) -> None:
        self._house, self._clock = house, clock
        self._text = HouseText(house)
        self._tools: tuple[int, list[Tool]] = (-1, [])
        self._memory: dict[str, deque[tuple[datetime, str, str]]] = {}

    def tools(self) -> list[Tool]:
        if self._tools[0] != self._house.names_version:
            self._tools = (self._house.names_version, tools_of(self._house))
        return self._tools[1]

    def messages(self, question: Question) -> list[Message]:
        return [*self.beginning(question.room), Message("user", self._asked(question))]

    def beginning(self, room: str) -> list[Message]:
        """All but the question itself."""
        messages = [
            Message("system", _RULES),
            Message("user", f"{_HOUSE}\n{self._text.text()}"),
            Message("assistant", _HEARD),
        ]
        for at, said, answered in self._memory.get(room, ()):
            if self._is_fresh(at):
                messages += [Message("user", said), Message("assistant", answered)]
        return messages

    @property
    def is_old(self) -> bool:
        """Its beginning would be shorter if it were written anew."""
        return self._text.is_old

    def renew(self) -> None:
        self._text.renew()

    def note(self, room: str, said: str, answered: str) -> None:
        """Remember an exchange, for a few minutes, and forget those that are older."""
        self._memory = {room: kept for room, kept in self._memory.items() if self._is_fresh(kept[-1][0])}
        if said and answered:
            kept = self._memory.setdefault(room, deque(maxlen=_MEMORY))
            kept.append((self._clock(), plain(said, _SAID_CHARACTERS), plain(answered, _SAID_CHARACTERS)))

    def _is_fresh(self, at: datetime) -> bool:
        return self._clock() - at < _MEMORY_AGE

    def _asked(self, question: Question) -> str:
        now = self._clock()
        where = f"In the room {plain(question.area)}. " if question.area else ""
        named = self._text.mentioned(question.text)
        devices = f"Devices: {named}. " if named else ""
        text = plain(question.text, _SAID_CHARACTERS)
        return f"({devices}{where}It is {now:%A, %d %B %Y, %H:%M}.) {text}"
