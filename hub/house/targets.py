"""Which devices a sentence means: by name, or by place and kind; the speaker's room decides what is open. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.stages import Area, Entity, House, Intent, Result

# What an intent can be about, where its sentence does not say so.
_INTENT_DOMAINS: Mapping[str, frozenset[str]] = {
    "HassLightSet": frozenset({"light"}),
    "HassSetPosition": frozenset({"cover", "valve"}),
    "HassStopMoving": frozenset({"cover", "valve"}),
    "HassFanSetSpeed": frozenset({"fan"}),
    "HassClimateSetTemperature": frozenset({"climate"}),
    "HassClimateGetTemperature": frozenset({"climate"}),
    "HassClimateSetFanMode": frozenset({"climate"}),
    "HassHumidifierSetpoint": frozenset({"humidifier"}),
    "HassHumidifierMode": frozenset({"humidifier"}),
    "HassVacuumStart": frozenset({"vacuum"}),
    "HassVacuumReturnToBase": frozenset({"vacuum"}),
    "HassLawnMowerStartMowing": frozenset({"lawn_mower"}),
    "HassLawnMowerDock": frozenset({"lawn_mower"}),
    "EarshotArm": frozenset({"alarm_control_panel"}),
    "EarshotDisarm": frozenset({"alarm_control_panel"}),
    "EarshotOscillate": frozenset({"fan"}),
    "EarshotSetMode": frozenset({"climate", "fan", "humidifier", "light", "vacuum", "water_heater"}),
    "EarshotSetTilt": frozenset({"cover"}),
    "EarshotSetValue": frozenset({"number", "select", "text"}),
}
_SWITCHED = frozenset(
    {
        *("light", "switch", "fan", "cover", "lock", "climate", "scene", "button"),
        *("humidifier", "lawn_mower", "siren", "vacuum", "valve", "water_heater"),
    }
)
_ACTED_ON = _SWITCHED.union(*_INTENT_DOMAINS.values())
# Response keys of HassTurnOn and HassTurnOff that only sentences about one kind have: "lock the front door".
_RESPONSE_DOMAINS: Mapping[str, frozenset[str]] = {
    "lock": frozenset({"lock"}),
    "valve": frozenset({"valve"}),
    "cover": frozenset({"cover"}),
    "cover_device_class": frozenset({"cover"}),
    "scene": frozenset({"scene"}),
    "script": frozenset({"button", "scene"}),
    "button": frozenset({"button"}),
}
_GROUP_DOMAINS = frozenset({"light"})  # "turn on the kitchen": nobody means its freezer's switch or its blinds
_IN_ROOM = {"en": "{name} in the {area}"}  # other languages bend the article: "{name}, {area}"


@dataclass(frozen=True, slots=True)
class Scope:
    """What the sentence says about its targets. from_room: the room is the speaker's, not said.

    entity_ids: the very devices, where somebody else found out which were meant; nothing else counts then.
    except_names, except_areas: folded; what is left out of a group.
    """

    name: str | None
    area: str | None
    floor: str | None
    domains: frozenset[str] | None
    device_classes: frozenset[str] | None
    from_room: bool
    entity_ids: frozenset[str] | None = None
    except_names: frozenset[str] = frozenset()
    except_areas: frozenset[str] = frozenset()


def scope(intent: Intent) -> Scope:
    slots = intent.slots
    name = _word(slots.get("name"))
    from_room = intent.context_area is not None
    area = _word(slots.get("area")) or intent.context_area
    return Scope(
        name=name,
        area=None if name and from_room else area,  # a name is looked for everywhere, unless a room was said
        floor=_word(slots.get("floor")),
        domains=_words(slots.get("domain")) or _INTENT_DOMAINS.get(intent.name) or _response_domains(intent),
        device_classes=_words(slots.get("device_class")),
        from_room=from_room,
        entity_ids=_words(slots.get("entity_ids")),
        except_names=frozenset(map(folded, _words(slots.get("except_names")) or ())),
        except_areas=frozenset(map(folded, _words(slots.get("except_area")) or ())),
    )


def resolve(intent: Intent, house: House, area: str | None) -> tuple[Entity, ...] | Result:
    """The entities to act on, at least one; or why there is none: unknown_target, ambiguous or unsupported.

    area: the speaker's room. It chooses between devices of one name, and never widens what was said.
    """
    asked = scope(intent)
    if asked.entity_ids is not None:
        return _by_id(asked.entity_ids, asked, house)
    if intent.slots.get("refers") == "last":  # "it", and nobody knows which: never all there is
        return Result("unknown_target", problem="nothing-referred-to")
    if (missing := unknown_place(asked, house.areas())) is not None:
        return missing
    if asked.name is None:
        return _group(asked, house)
    named = by_name(house.entities(), asked.name)
    able = [entity for entity in named if entity.domain in (asked.domains or _SWITCHED)]
    if named and not able:
        return Result("unsupported", problem=f"not-for-{named[0].domain}")
    return choose(narrowed(able, asked, house.areas()), asked, area, intent.language)


def choose(found: Sequence[Entity], asked: Scope, area: str | None, language: str) -> tuple[Entity, ...] | Result:
    """One of several devices of one name: the one in the speaker's room, else ask back."""
    if not found:
        return Result("unknown_target", problem="unknown-name" if asked.area is None else "not-in-area")
    here = [entity for entity in found if area is not None and same(entity.area, area)]
    chosen = here or list(found)
    return tuple(chosen) if len(chosen) == 1 else ambiguous(chosen, language)


def ambiguous(found: Sequence[Entity], language: str) -> Result:
    form = _IN_ROOM.get(language.partition("-")[0], "{name}, {area}")
    labels = [form.format(name=entity.name, area=entity.area) if entity.area else entity.name for entity in found]
    return Result("ambiguous", choices=tuple(dict.fromkeys(labels)), matched=tuple(found))


def by_name(entities: Iterable[Entity], name: str) -> list[Entity]:
    """Exposed entities of that name or alias; a name goes before an alias."""
    spoken = [entity for entity in entities if entity.exposed]
    wanted = folded(name)
    named = [entity for entity in spoken if folded(entity.name) == wanted or entity.entity_id == name]
    return named or [entity for entity in spoken if wanted in map(folded, entity.aliases)]


def narrowed(entities: Iterable[Entity], asked: Scope, areas: Sequence[Area]) -> list[Entity]:
    """Those in the room, on the floor and of the device class that the sentence names."""
    rooms = places(asked, areas)
    return [
        entity
        for entity in entities
        if (rooms is None or (entity.area is not None and folded(entity.area) in rooms))
        and (asked.device_classes is None or entity.device_class in asked.device_classes)
    ]


def places(asked: Scope, areas: Sequence[Area]) -> Collection[str] | None:
    """Folded names of the rooms meant by area and floor; None: anywhere. A room's name goes before an alias."""
    if asked.area is not None:
        wanted = folded(asked.area)
        named = {folded(room.name) for room in areas if folded(room.name) == wanted}
        return named or {folded(room.name) for room in areas if wanted in map(folded, room.aliases)}
    if asked.floor is not None:
        return {folded(room.name) for room in areas if room.floor is not None and same(room.floor, asked.floor)}
    return None


def unknown_place(asked: Scope, areas: Sequence[Area]) -> Result | None:
    rooms = places(asked, areas)
    if rooms is None or rooms:
        return None
    return Result("unknown_target", problem="unknown-area" if asked.area is not None else "unknown-floor")


def folded(text: str) -> str:
    """For comparing names: without case, accents in one form, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and folded(one) == folded(other)


def _group(asked: Scope, house: House) -> tuple[Entity, ...] | Result:
    """All devices of a kind, in the whole house if no place is named."""
    domains = asked.domains or (None if asked.device_classes else _GROUP_DOMAINS)
    candidates = [
        entity
        for entity in house.entities()
        if entity.exposed and entity.domain in (_SWITCHED if domains is None else _ACTED_ON.intersection(domains))
    ]
    here = narrowed(candidates, asked, house.areas())
    found = _without_excepted(here, asked, house.areas())
    if asked.from_room and asked.except_names and len(found) == len(here):  # what is left out is in another room
        found = _without_excepted(narrowed(candidates, replace(asked, area=None), house.areas()), asked, house.areas())
    if found:
        return tuple(found)
    kind = "-".join(sorted(asked.device_classes or domains or ()))
    return Result("unknown_target", problem=f"no-{kind}")


def _without_excepted(found: Iterable[Entity], asked: Scope, areas: Sequence[Area]) -> list[Entity]:
    """A room or device that was left out by an alias is left out."""
    rooms = {
        folded(room.name)
        for room in areas
        if not asked.except_areas.isdisjoint({folded(room.name), *map(folded, room.aliases)})
    }
    return [
        entity
        for entity in found
        if asked.except_names.isdisjoint({folded(entity.name), *map(folded, entity.aliases)})
        and (entity.area is None or folded(entity.area) not in rooms | asked.except_areas)
    ]


def _by_id(ids: frozenset[str], asked: Scope, house: House) -> tuple[Entity, ...] | Result:
    """Those of the devices that are still there, may be spoken about, and are of a kind that this can be done with."""
    there = [entity for entity in house.entities() if entity.exposed and entity.entity_id in ids]
    if not there:
        return Result("unknown_target", problem="nothing-referred-to")
    able = [entity for entity in there if entity.domain in (asked.domains or _ACTED_ON)]
    return tuple(able) or Result("unsupported", problem=f"not-for-{there[0].domain}")


def _response_domains(intent: Intent) -> frozenset[str] | None:
    return _RESPONSE_DOMAINS.get(intent.response) if intent.name in {"HassTurnOn", "HassTurnOff"} else None


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _words(value: Any) -> frozenset[str] | None:
    if isinstance(value, str):
        return frozenset({value})
    return frozenset(map(str, value)) if isinstance(value, list | tuple | set | frozenset) and value else None
