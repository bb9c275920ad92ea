"""From a call that a language model makes to an intent that may be carried out: what was not said is not done.

A model names devices that nobody spoke of (tool names are nearly always right, arguments seldom). So a device is acted
on when its name was said; or when it is the only one of its kind in the room that was said or that the speaker is in.
Everything else is asked back. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from hub.house.targets import by_name, folded, same
from hub.llm.house_text import plain
from hub.llm.messages import ToolCall
from hub.llm.naming import said, worded
from hub.llm.phrasing import phrasing
from hub.llm.tools import BY_NAME, DOMAINS, HouseTool
from hub.stages import Entity, House, Intent, Question, Result


@dataclass(frozen=True, slots=True)
class Grounded:
    """intent: to be carried out. result: given instead of doing so. is_question: the answer goes back to the model."""

    intent: Intent
    result: Result | None = None
    is_question: bool = False


def ground(call: ToolCall, question: Question, house: House) -> Grounded:
    """Never raises: what cannot be done is a result that says so."""
    tool = BY_NAME.get(call.function.name)
    arguments = _arguments(call.function.arguments)
    if tool is None:
        return _unsupported(question, call.function.name[:64])
    slots = {key: arguments[key] for key in tool.values if key in arguments}
    intent = Intent(tool.intent, slots, tool.response, question.language, question.text)
    if not tool.is_question and phrasing(question.language).wants_nothing_done(question.text):
        return Grounded(intent, Result("unsupported", problem="asked-not-told"))
    exposed = [one for one in house.entities() if one.exposed]
    fits = [one for one in exposed if one.domain in tool.domains]
    aim = _Aim(tool, intent, question, fits, said(question.text, exposed), _room(question, house, fits, arguments))
    name, kind = arguments.get("name"), arguments.get("kind")
    return aim.named(name) if isinstance(name, str) else aim.of_kind(kind, arguments.get("area"))


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a call may be about. fits: devices that can do it. said: devices that were named. room: said, or theirs."""

    tool: HouseTool
    intent: Intent
    question: Question
    fits: Sequence[Entity]
    said: Sequence[Entity]
    room: str | None

    def named(self, name: str) -> Grounded:
        wanted = folded(name)
        meant = [one for one in self.fits if folded(plain(one.name)) == wanted] or by_name(self.fits, name)
        if not meant:
            intent = replace(self.intent, slots={**self.intent.slots, "name": name})
            return Grounded(intent, Result("unknown_target", problem="unknown-name"))
        if self.said:
            return self._of_said(meant)
        here = self._here(meant) or meant
        is_told = self._is_only_one(here) or _words_said(self.question.text, here[0], self.room)
        return self._at(here, meant) if is_told else self._ask_back(here)

    def of_kind(self, kind: object, area: object) -> Grounded:
        """All of a kind in one room, or in the house where all was said; where a device was named, only that one."""
        if self.said:
            return self._of_said([])
        domain = DOMAINS.get(kind) if isinstance(kind, str) else None
        kinds = {domain} & set(self.tool.domains) if domain else set(self.tool.domains)
        here = self._here([one for one in self.fits if one.domain in kinds])
        is_about_something = domain is not None or (kind is None and isinstance(area, str))
        if not here or not is_about_something:
            return Grounded(self.intent, Result("unknown_target", problem="no-kind"))
        words, text = phrasing(self.question.language), self.question.text
        is_other = domain is not None and words.names_other_kinds(text, domain)
        is_vague = self.room is None and len(here) > 1 and not words.means_everything(text)
        if is_other or is_vague:
            return self._ask_back(here)
        slots = {**self.intent.slots, "domain": sorted(kinds), **({"area": self.room} if self.room else {})}
        lights = self.room and kinds == {"light"} and self.intent.response == "default"
        return Grounded(replace(self.intent, slots=slots, response="lights_area" if lights else self.intent.response))

    def _of_said(self, meant: Sequence[Entity]) -> Grounded:
        """What was said goes before what the model made of it; what the tool is not for is not done to another."""
        fit = [one for one in self.said if one in self.fits]
        right = [one for one in meant if one in fit]
        is_open = len({folded(one.name) for one in fit}) > 1 or _goes_on(self.question.text, meant, fit)
        if not fit or (is_open and not right):
            return self._ask_back(fit or self.said)
        chosen = right or fit
        return self._at(self._here(chosen) or chosen, chosen)

    def _at(self, here: Sequence[Entity], meant: Sequence[Entity]) -> Grounded:
        """here: those of ``meant`` that are in the room."""
        slots = {**self.intent.slots, "name": here[0].name}
        if len(meant) > 1 and len(here) == 1 and here[0].area:
            slots["area"] = here[0].area
        if not self.tool.is_question:
            slots["domain"] = here[0].domain
        return Grounded(replace(self.intent, slots=slots), is_question=self.tool.is_question)

    def _here(self, some: Sequence[Entity]) -> list[Entity]:
        return [one for one in some if self.room is None or same(one.area, self.room)]

    def _is_only_one(self, here: Sequence[Entity]) -> bool:
        """In its room there is no other that could be meant."""
        alike = self._here([one for one in self.fits if one.domain == here[0].domain])
        return len(here) == 1 and alike == list(here)

    def _ask_back(self, some: Sequence[Entity]) -> Grounded:
        names = tuple(dict.fromkeys(one.name for one in some))[:3]
        return Grounded(self.intent, Result("unsure", choices=names, problem="not-said"))


def _unsupported(question: Question, name: str) -> Grounded:
    intent = Intent(name, {}, "default", question.language, question.text)
    return Grounded(intent, Result("unsupported", problem="unknown-tool"))


def _room(question: Question, house: House, fits: Sequence[Entity], arguments: Mapping[str, Any]) -> str | None:
    """The room that was said, or else the speaker's: never one that only the model thought of."""
    spoken = f" {worded(question.text)} "
    called = [(worded(name), room.name) for room in house.areas() for name in (room.name, *room.aliases)]
    for name, room in sorted(called, key=lambda one: len(one[0]), reverse=True):
        if name and f" {name} " in spoken:
            return room
    if phrasing(question.language).means_everything(question.text):
        return None
    area = arguments.get("area")
    if isinstance(area, str) and not same(area, question.area) and not phrasing(question.language).knows:
        return area  # rooms bend in languages of which we know no words
    return question.area if any(same(one.area, question.area) for one in fits) else None


def _words_said(text: str, entity: Entity, room: str | None) -> bool:
    """Every word of its name, but for those of the room that is meant anyway: "the lamp by the bed" for Bed Lamp."""
    spoken = set(worded(text).split())
    place = set(worded(entity.area or "").split()) if same(entity.area, room) else set()
    words = [word for word in worded(entity.name).split() if word not in place]
    return bool(words) and all(word in spoken or word.rstrip("s") in spoken or f"{word}s" in spoken for word in words)


def _goes_on(text: str, meant: Sequence[Entity], said: Sequence[Entity]) -> bool:
    """The model's name goes on after the one that was said, and so does the text: "hall lamp two", Hall Lamp 2."""
    spoken = f"{worded(text)} "
    longer = (other for one in meant for other in said if worded(one.name).startswith(f"{worded(other.name)} "))
    return any(not spoken.endswith(f"{worded(other.name)} ") for other in longer)


def _arguments(text: str) -> dict[str, Any]:
    """Nothing for what is no object: a call without arguments is about nothing."""
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        return {}
