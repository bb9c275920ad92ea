"""Questions to the house: what is asked about, and which of it is as asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hub.house.targets import Scope, ambiguous, by_name, choose, narrowed, scope, unknown_place
from hub.stages import Entity, House, Intent, Result

_WITHOUT_STATE = frozenset({"button", "scene", "event", "update"})  # or with none that anybody means by the name
QUESTIONS = frozenset({"HassGetState", "HassClimateGetTemperature"})
_SWITCHED = frozenset({"light", "switch", "fan", "binary_sensor", "humidifier", "siren"})
# Which kind a state word belongs to, where a lock and a contact have one name: "is the front door locked".
_STATE_DOMAINS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("locked", "unlocked"), frozenset({"lock"})),
    **dict.fromkeys(("open", "closed", "opening", "closing"), frozenset({"cover", "valve"})),
    **dict.fromkeys(("on", "off"), _SWITCHED),
}

_CONTACTS = frozenset({"window", "door", "garage_door", "opening"})
_CONTACT_STATES = {"on": "open", "off": "closed"}


def answer(intent: Intent, house: House, area: str | None) -> Result:
    """Entities that a question is about, as matched and unmatched; unknown_target and ambiguous as for actions."""
    asked = scope(intent)
    if (missing := unknown_place(asked, house.areas())) is not None:
        return missing
    if intent.name == "HassClimateGetTemperature":
        return _temperature(asked, house, area, intent.language)
    wanted = _states(intent)
    about = _named(asked, house, wanted, area, intent.language) if asked.name else _group(asked, house)
    if isinstance(about, Result):
        return about
    known = [_as_known(entity) for entity in about]
    matched = tuple(entity for entity in known if not wanted or not wanted.isdisjoint(_said_states(entity)))
    unmatched = tuple(entity for entity in known if entity not in matched)
    return Result("answered", matched=matched, unmatched=unmatched)


def _named(
    asked: Scope, house: House, wanted: frozenset[str], area: str | None, language: str
) -> tuple[Entity, ...] | Result:
    assert asked.name is not None
    found = narrowed(by_name(house.entities(), asked.name), asked, house.areas())
    if asked.domains is not None:
        found = [entity for entity in found if entity.domain in asked.domains]
    fitting = {domain for state in wanted for domain in _STATE_DOMAINS.get(state, ())}
    likely = [entity for entity in found if entity.domain in fitting]
    return choose(likely or _first_kind(found), asked, area, language)


def _first_kind(found: list[Entity]) -> list[Entity]:
    """A device that acts and a button of the same name: the question is about the one with a state."""
    return [entity for entity in found if entity.domain not in _WITHOUT_STATE] or found


def _group(asked: Scope, house: House) -> tuple[Entity, ...] | Result:
    """With none of that kind there is no true answer: "yes, all" of nothing would be said to be closed."""
    exposed = [entity for entity in house.entities() if entity.exposed]
    of_kind = [entity for entity in exposed if asked.domains is None or _is_of(entity, asked.domains)]
    classes = asked.device_classes
    if classes and "garage" in classes:  # as a contact calls it
        classes |= {"garage_door"}
    found = narrowed(of_kind, replace(asked, device_classes=classes), house.areas())
    kind = "-".join(sorted(asked.device_classes or asked.domains or ()))
    return tuple(found) or Result("unknown_target", problem=f"no-{kind}")


def _is_of(entity: Entity, domains: frozenset[str]) -> bool:
    """A window with a contact is a window like one with a motor, where it is asked whether it is open."""
    return entity.domain in domains or ("cover" in domains and _is_contact(entity))


def _is_contact(entity: Entity) -> bool:
    return entity.domain == "binary_sensor" and entity.device_class in _CONTACTS


def _said_states(entity: Entity) -> set[str]:
    """The state, and of a contact also the word for a cover: what is ``on`` is ``open``."""
    state = entity.state or ""
    return {state, _CONTACT_STATES.get(state, state)} if _is_contact(entity) else {state}


def _temperature(asked: Scope, house: House, area: str | None, language: str) -> Result:
    """A thermometer of the room goes before its thermostat; a room without either has the house's only one.

    That only where the room was not named: a named room without a temperature has no true answer.
    """
    if asked.name is not None:
        found = narrowed(by_name(house.entities(), asked.name), asked, house.areas())
        chosen = choose([entity for entity in found if _has_temperature(entity)], asked, area, language)
        return chosen if isinstance(chosen, Result) else _answered(chosen)
    everywhere = [entity for entity in house.entities() if entity.exposed and _has_temperature(entity)]
    here = narrowed(everywhere, asked, house.areas())
    in_room = bool(here) and asked.area is not None
    if not here and asked.from_room:
        here = everywhere
    thermometers = [entity for entity in here if entity.domain == "sensor"]
    thermostats = [entity for entity in here if entity.domain == "climate"]
    for kind in (thermometers, thermostats) if in_room else (thermostats, thermometers):
        if len(kind) == 1:
            return _answered(kind)
    return ambiguous(here, language) if here else Result("unknown_target", problem="no-temperature")


def _has_temperature(entity: Entity) -> bool:
    return entity.domain == "climate" or (entity.domain == "sensor" and entity.device_class == "temperature")


def _answered(entities: Iterable[Entity]) -> Result:
    return Result("answered", matched=tuple(_as_known(entity) for entity in entities))


def _as_known(entity: Entity) -> Entity:
    """What is not known is said to be so: the last word of an unreachable device is no answer."""
    if not entity.available:
        return replace(entity, state="unavailable", attributes={})
    return replace(entity, state="unknown") if entity.state is None else entity


def _states(intent: Intent) -> frozenset[str]:
    value = intent.slots.get("state")
    words = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return frozenset(str(word).lower() for word in words)
