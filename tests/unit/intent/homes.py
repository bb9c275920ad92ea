"""A small home in each of five languages, and a reader of sentences without a worker thread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hassil.numbers import get_rbnf_engine

from hub.intent.language import Sentences, load_sentences
from hub.intent.matching import match, reading
from hub.intent.names import HouseNames
from hub.stages import Area, Entity, Intent, NotUnderstood

_ROOMS = {
    "en": ("Kitchen", "Bedroom"),
    "de": ("Küche", "Schlafzimmer"),
    "fr": ("Cuisine", "Chambre"),
    "es": ("Cocina", "Dormitorio"),
    "nl": ("Keuken", "Slaapkamer"),
}
for _language in _ROOMS:  # read from files when first needed: here, before there is an event loop to block
    get_rbnf_engine(_language)
_KINDS = (
    ("light.floor", 1, None),
    ("light.ceiling", 0, None),
    ("fan.ceiling", 0, None),
    ("switch.tv", 1, None),
    ("cover.shade", 1, "shade"),
    ("climate.heating", 1, None),
    ("cover.window", 0, "window"),
    ("binary_sensor.back_door", 0, "door"),
)
_NAMES = {
    "en": ("Floor Lamp", "Ceiling Light", "Ceiling Fan", "TV", "Shade", "Heating", "Kitchen Window", "Back Door"),
    "de": ("Stehlampe", "Deckenlampe", "Ventilator", "Fernseher", "Rollo", "Heizung", "Küchenfenster", "Hintertür"),
    "fr": ("Lampadaire", "Plafonnier", "Ventilateur", "Aspirateur", "Store", "Chauffage", "Lucarne", "Porte du jardin"),
    "es": (
        "Lámpara de pie",
        "Plafón",
        "Ventilador",
        "Televisor",
        "Persiana",
        "Calefacción",
        "Ventana grande",
        "Puerta trasera",
    ),
    "nl": (
        "Staande Lamp",
        "Plafondlamp",
        "Ventilator",
        "Televisie",
        "Rolgordijn",
        "Verwarming",
        "Dakraam",
        "Achterdeur",
    ),
}
_MORE = {"en": (Entity("light.spice", "light", "Salt and Pepper"),)}


@dataclass(frozen=True)
class Home:
    """What a sentence of one language is matched against."""

    sentences: Sentences
    names: HouseNames
    entities: tuple[Entity, ...]
    areas: tuple[Area, ...]


@cache
def home(language: str) -> Home:
    rooms = _ROOMS[language]
    entities = tuple(
        Entity(entity_id, entity_id.partition(".")[0], name, area=rooms[room], device_class=kind)
        for (entity_id, room, kind), name in zip(_KINDS, _NAMES[language], strict=True)
    ) + _MORE.get(language, ())
    areas = tuple(Area(room) for room in rooms)
    return Home(load_sentences(language), HouseNames(entities, areas, language), entities, areas)


class Reader:
    """Reads sentences at once, as the worker of hub.intent.sentences does. read: those that it was asked for."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.read: list[str] = []

    async def interpret(self, text: str, *, language: str, area: str | None) -> Intent | NotUnderstood:
        self.read.append(text)
        return match(text, self._home.sentences, self._home.names, area)

    async def exact(self, text: str, *, language: str, area: str | None) -> Intent | None:
        self.read.append(text)
        return reading(text, self._home.sentences, self._home.names, area)
