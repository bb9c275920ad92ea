"""From a call that a language model makes to an intent that may be carried out: what was not said is not done.

A model names devices that nobody spoke of (tool names are nearly always right, arguments seldom). So a device is acted
on when its name was said; or when it is the only one of its kind in the room that was said or that the speaker is in.
Everything else is asked back. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from hub.house.targets import by_name, folded, same
from hub.llm.house_text import plain
from hub.llm.messages import ToolCall
from hub.llm.phrasing import Phrasing, flat
from hub.llm.tools import BY_NAME, DOMAINS, HouseTool
from hub.stages import Entity, House, Intent, Result


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody said, and where. area: the room that they are in, if it is known."""

    text: str
    language: str
    area: str | None
    phrasing: Phrasing


@dataclass(frozen=True, slots=True)
class Grounded:
    """intent: to be carried out. result: given instead of doing so. is_question: the answer goes back to the model."""

    intent: Intent
    result: Result | None = None
    is_question: bool = False


def ground(call: ToolCall, request: Request, house: House) -> Grounded:
    """Never raises: what cannot be done is a result that says so."""
    tool = BY_NAME.get(call.function.name)
    arguments = _arguments(call.function.arguments)
    if tool is None:
        return _unsupported(request, call.function.name[:64])
    slots = {key: arguments[key] for key in tool.values if key in arguments}
    intent = Intent(tool.intent, slots, tool.response, request.language, request.text)
    if not tool.is_question and request.phrasing.only_asks(request.text):
        return Grounded(intent, Result("unsupported", problem="asked-not-told"))
    fits = [one for one in house.entities() if one.exposed and one.domain in tool.domains]
    aim = _Aim(tool, intent, request, fits, _room(arguments.get("area"), request, fits))
    name = arguments.get("name")
    return aim.named(name) if isinstance(name, str) else aim.of_kind(str(arguments.get("kind", "")))


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a call may be about. fits: devices that can do it. room: that was said, or the speaker's."""

    tool: HouseTool
    intent: Intent
    request: Request
    fits: Sequence[Entity]
    room: str | None

    def named(self, name: str) -> Grounded:
        wanted = folded(name)
        meant = [one for one in self.fits if folded(plain(one.name)) == wanted] or by_name(self.fits, name)
        if not meant:
            intent = replace(self.intent, slots={**self.intent.slots, "name": name})
            return Grounded(intent, Result("unknown_target", problem="unknown-name"))
        said = _said(self.request.text, self.fits)
        if said and not any(one in said for one in meant):
            if len({folded(one.name) for one in said}) > 1:
                return self._ask_back(said)
            meant = said  # what was said goes before what the model made of it
        here = self._here(meant) or meant
        if not (said or self._is_only_one(here) or _words_said(self.request.text, here[0])):
            return self._ask_back(here)
        slots = {**self.intent.slots, "name": here[0].name}
        if len(meant) > 1 and len(here) == 1 and here[0].area:
            slots["area"] = here[0].area
        if not self.tool.is_question:
            slots["domain"] = here[0].domain
        return Grounded(replace(self.intent, slots=slots), is_question=self.tool.is_question)

    def of_kind(self, kind: str) -> Grounded:
        """All of a kind in one room, or in the house where all of it was said."""
        domain = DOMAINS.get(kind)
        kinds = {domain} & set(self.tool.domains) if domain else set(self.tool.domains)
        here = self._here([one for one in self.fits if one.domain in kinds])
        if not here:
            return Grounded(self.intent, Result("unknown_target", problem="no-kind"))
        if self.room is None and len(here) > 1 and not self.request.phrasing.means_everything(self.request.text):
            return self._ask_back(here)
        slots = {**self.intent.slots, "domain": sorted(kinds), **({"area": self.room} if self.room else {})}
        lights = self.room and kinds == {"light"} and self.intent.response == "default"
        return Grounded(replace(self.intent, slots=slots, response="lights_area" if lights else self.intent.response))

    def _here(self, some: Sequence[Entity]) -> list[Entity]:
        return [one for one in some if self.room is None or same(one.area, self.room)]

    def _is_only_one(self, here: Sequence[Entity]) -> bool:
        """In its room there is no other that could be meant."""
        alike = self._here([one for one in self.fits if one.domain == here[0].domain])
        return len(here) == 1 and alike == list(here)

    def _ask_back(self, some: Sequence[Entity]) -> Grounded:
        names = tuple(dict.fromkeys(one.name for one in some))[:3]
        return Grounded(self.intent, Result("unsure", choices=names, problem="not-said"))


def _unsupported(request: Request, name: str) -> Grounded:
    intent = Intent(name, {}, "default", request.language, request.text)
    return Grounded(intent, Result("unsupported", problem="unknown-tool"))


def _room(area: object, request: Request, fits: Sequence[Entity]) -> str | None:
    """The room that was said, or else the speaker's: never one that only the model thought of."""
    said = f" {flat(request.text)} "
    for known in sorted({one.area for one in fits if one.area}, key=len, reverse=True):
        if f" {flat(known)} " in said:
            return known
    if request.phrasing.means_everything(request.text):
        return None
    if isinstance(area, str) and not same(area, request.area) and not request.phrasing.knows:
        return area  # rooms bend in languages of which we know no words
    return request.area if any(same(one.area, request.area) for one in fits) else None


def _said(text: str, fits: Collection[Entity]) -> list[Entity]:
    """Whose name or alias stands in the text; a longer name goes before one that is in it."""
    said = f" {flat(text)} "
    found = {one.entity_id: _length_said(said, one) for one in fits}
    longest = max(found.values(), default=0)
    return [one for one in fits if longest and found[one.entity_id] == longest]


def _length_said(said: str, entity: Entity) -> int:
    return max((len(flat(name)) for name in (entity.name, *entity.aliases) if f" {flat(name)} " in said), default=0)


def _words_said(text: str, entity: Entity) -> bool:
    """Every word of its name that does not only say where it is was said: "lamp by the bed" for Bed Lamp."""
    said = set(flat(text).split())
    place = set(flat(entity.area or "").split())
    words = [word for word in flat(entity.name).split() if word not in place]
    return bool(words) and all(word in said or word.rstrip("s") in said or f"{word}s" in said for word in words)


def _arguments(text: str) -> dict[str, Any]:
    """Nothing for what is no object: a call without arguments is about nothing."""
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        return {}
