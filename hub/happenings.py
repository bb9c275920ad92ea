"""What somebody waits for ("when I open the front door"), as the entity and the state that it comes into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.house.targets import by_name
from hub.stages import Actor, Granted, House, Intent, Result, Told

_PROBLEMS = {"time": "time_invalid", "no-time": "time_missing", "past": "time_past"}
_REPORTED = {  # as each kind of device says it; the one that says most of a door goes first
    "binary_sensor": {"open": "on", "closed": "off"},
    "cover": {},
    "lock": {"open": "unlocked", "closed": "locked"},
}


class Moments:
    """An Actor before that of reminders: names of devices become entities, times that are none are told as such."""

    def __init__(self, actor: Actor, house: House) -> None:
        self._actor, self._house = actor, house

    async def carry_out(
        self, intent: Intent, *, area: str | None, satellite: str = "", granted: Granted = ""
    ) -> Result:
        slots = dict(intent.slots)
        if problem := slots.get("problem"):
            return _refused(Told(_PROBLEMS.get(str(problem), "time_invalid"), {"heard": slots.get("heard", "")}))
        if isinstance(event := slots.get("event"), Mapping) and "entity_id" not in event:
            found = happening(event, self._house)
            if found is None:
                return Result("unknown_target", problem="unknown-event")
            slots["event"] = found
        changed = Intent(intent.name, slots, intent.response, intent.language, intent.text, intent.context_area)
        return await self._actor.carry_out(changed, area=area, satellite=satellite, granted=granted)


def happening(event: Mapping[str, Any], house: House) -> dict[str, str] | None:
    """``{"name", "state"}`` as ``{"entity_id", "state"}``; None where no device is called so."""
    name, state = str(event.get("name") or ""), str(event.get("state") or "")
    named = sorted(by_name(house.entities(), name), key=lambda entity: _rank(entity.domain)) if name else []
    if not named or not state:
        return None
    chosen = named[0]
    return {"entity_id": chosen.entity_id, "state": _REPORTED.get(chosen.domain, {}).get(state, state)}


def _rank(domain: str) -> int:
    ranked = list(_REPORTED)
    return ranked.index(domain) if domain in ranked else len(ranked)


def _refused(told: Told) -> Result:
    return Result("refused", told=(told,), problem=told.key.replace("_", "-"))
