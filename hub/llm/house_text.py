"""The house in words for a language model, written so that a change costs one line at the end and not the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from hub.llm.naming import said
from hub.stages import Entity, House

MAX_DEVICES = 120  # told one by one; of a larger house only what there is in each room
MAX_CHANGES = 24  # lines after which the whole is worth writing anew
_MOST_CHANGES = 10 * MAX_CHANGES  # where nobody has it written anew
_NAME_CHARACTERS = 60
_UNSPOKEN = dict.fromkeys(map(ord, '<>{}[]|\\`"\n\r\t'), " ")  # what a name could end a template's part with


def plain(text: str, characters: int = _NAME_CHARACTERS) -> str:
    """Text from outside, as a prompt may hold it: no signs that a template or a grammar goes by, and not too long."""
    return " ".join(text.translate(_UNSPOKEN).split())[:characters]


class HouseText:
    """The house as it was at the last ``renew``, and what changed since then in the order in which that was noticed."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.renew()

    def renew(self) -> None:
        """Write all of it anew: what a model remembers of the old text is lost."""
        self._version = self._house.names_version
        entities = self._known()
        self._states = {one.entity_id: _state(one) for one in entities}
        self._names = Counter(plain(one.name) for one in entities)
        self._changes: list[str] = []
        self._text = _told(entities)

    @property
    def is_old(self) -> bool:
        """Names have changed, or so many states that the changes are longer than they save."""
        return self._house.names_version != self._version or len(self._changes) > MAX_CHANGES

    def text(self) -> str:
        """With what has changed until now."""
        if self._house.names_version != self._version or len(self._changes) > _MOST_CHANGES:
            self.renew()
        for entity in self._known() if len(self._states) <= MAX_DEVICES else ():
            state = _state(entity)
            if state != self._states[entity.entity_id]:
                self._states[entity.entity_id] = state
                self._changes.append(f"{self._called(entity)} is now {state}.")
        return "\n".join([self._text, *self._changes])

    def mentioned(self, request: str) -> str:
        """Devices that are called by name in it, as a line; in a large house they stand nowhere else."""
        if len(self._states) <= MAX_DEVICES:
            return ""
        return "; ".join(_device(one) for one in said(request, self._known())[:8])

    def _called(self, entity: Entity) -> str:
        """With its room, where another one has its name."""
        is_one = self._names[plain(entity.name)] == 1 or not entity.area
        return plain(entity.name) if is_one else f"{plain(entity.name)} in {plain(entity.area or '')}"

    def _known(self) -> Sequence[Entity]:
        return [entity for entity in self._house.entities() if entity.exposed]


def _told(entities: Sequence[Entity]) -> str:
    rooms = sorted(entities, key=lambda one: (one.area or "", one.name, one.entity_id))
    lines = []
    for area, members in groupby(rooms, key=lambda one: one.area or ""):
        devices = list(members)
        if len(entities) > MAX_DEVICES:
            told = ", ".join(
                f"{count} {kind}" for kind, count in sorted(Counter(one.domain for one in devices).items())
            )
        else:
            told = "; ".join(_device(one) for one in devices)
        lines.append(f"{plain(area) or 'Elsewhere'}: {told}.")
    return "\n".join(lines) or "No devices are known."


def _device(entity: Entity) -> str:
    return f"{plain(entity.name)} ({entity.domain.replace('_', ' ')}, {_state(entity)})"


def _state(entity: Entity) -> str:
    if not entity.available:
        return "offline"
    if entity.domain == "climate":
        return _climate(entity.state, entity.attributes)
    return plain(" ".join(part for part in (entity.state or "unknown", entity.unit) if part))


def _climate(state: str | None, attributes: Mapping[str, object]) -> str:
    measured, wanted = attributes.get("current_temperature"), attributes.get("temperature")
    told = [state or "unknown"]
    told += [f"{measured} degrees"] if measured is not None else []
    told += [f"set to {wanted}"] if wanted is not None else []
    return plain(", ".join(told))
