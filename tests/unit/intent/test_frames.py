"""Relative commands, "it", whole houses and binary sensors, in each language that a person of this house speaks."""

from __future__ import annotations

from typing import Any

import pytest

from hub.intent.matching import match
from hub.stages import Intent, NotUnderstood
from tests.unit.intent.homes import home

LIGHT, POSITION, FAN, HEAT = "HassLightSet", "HassSetPosition", "HassFanSetSpeed", "HassClimateSetTemperature"
ON, OFF, STATE, ALSO = "HassTurnOn", "HassTurnOff", "HassGetState", "EarshotAlso"
SWITCHED = ["light", "switch", "fan", "climate"]
MOVING = ["motion", "occupancy", "presence"]
LAMPS = {"domain": "light", "refers": "last-or-here", "area": "here"}
HERE = {"area": "here"}

SAID: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "en": [
        ("a bit warmer", HEAT, {"temperature_step": 0.5, **HERE}),
        ("much colder", HEAT, {"temperature_step": -1, **HERE}),
        ("make it a bit colder in here", HEAT, {"temperature_step": -0.5, **HERE}),
        ("make it warmer in the bedroom", HEAT, {"temperature_step": 0.5, "area": "Bedroom"}),
        ("turn the heating up by two degrees", HEAT, {"temperature_step": 2, "name": "Heating"}),
        ("turn the temperature down by 1.5 degrees", HEAT, {"temperature_step": -1.5, **HERE}),
        ("brighter", LIGHT, {"brightness_step": 10, **LAMPS}),
        ("make it much brighter", LIGHT, {"brightness_step": 25, **LAMPS}),
        ("make the floor lamp a bit darker", LIGHT, {"brightness_step": -10, "name": "Floor Lamp"}),
        ("dim the light a little", LIGHT, {"brightness_step": -10, "domain": "light", **HERE}),
        ("dim the lights in the bedroom", LIGHT, {"brightness_step": -10, "domain": "light", "area": "Bedroom"}),
        ("dim the floor lamp by thirty percent", LIGHT, {"brightness_step": -30, "name": "Floor Lamp"}),
        ("dim it", LIGHT, {"brightness_step": -10, "refers": "last"}),
        ("open the shade a bit more", POSITION, {"position_step": 10, "name": "Shade"}),
        (
            "close the blinds a little",
            POSITION,
            {"position_step": -10, "device_class": "blind", "domain": "cover", **HERE},
        ),
        ("ceiling fan faster", FAN, {"percentage_step": 10, "name": "Ceiling Fan"}),
        ("make the fan much slower", FAN, {"percentage_step": -25, **HERE}),
        ("turn it off again", OFF, {"refers": "last", "domain": SWITCHED}),
        ("turn them back on", ON, {"refers": "last", "domain": SWITCHED}),
        ("close it", OFF, {"refers": "last"}),
        ("make it blue", LIGHT, {"color": "blue", "refers": "last"}),
        ("set it to 20 percent", LIGHT, {"brightness": 20, "refers": "last"}),
        ("set it to 21 degrees", HEAT, {"temperature": 21, "refers": "last"}),
        ("and the ceiling fan too", ALSO, {"name": "Ceiling Fan", "refers": "last"}),
        ("and in the bedroom", ALSO, {"area": "Bedroom", "refers": "last"}),
        ("turn everything off", OFF, {"domain": ["light", "fan"]}),
        ("turn off everything but the bedroom", OFF, {"domain": ["light", "fan"], "except_area": ["Bedroom"]}),
        (
            "is anyone in the bedroom",
            STATE,
            {"area": "Bedroom", "domain": "binary_sensor", "device_class": MOVING, "state": "on"},
        ),
        ("which batteries are low", STATE, {"domain": "binary_sensor", "device_class": "battery", "state": "on"}),
        ("is any window open", STATE, {"domain": "cover", "device_class": "window", "state": "open"}),
        ("are all doors closed", STATE, {"domain": "cover", "device_class": "door", "state": "closed"}),
        ("how many lights are on", STATE, {"domain": "light", "state": "on"}),
    ],
    "de": [
        ("etwas wärmer", HEAT, {"temperature_step": 0.5, **HERE}),
        ("dreh die Heizung um zwei Grad höher", HEAT, {"temperature_step": 2, "name": "Heizung"}),
        ("dreh die Heizung runter", HEAT, {"temperature_step": -0.5, "name": "Heizung"}),
        ("mach es heller", LIGHT, {"brightness_step": 10, **LAMPS}),
        ("mach die Stehlampe viel dunkler", LIGHT, {"brightness_step": -25, "name": "Stehlampe"}),
        ("dimme das Licht ein bisschen", LIGHT, {"brightness_step": -10, "domain": "light", **HERE}),
        ("dimme die Stehlampe um dreißig Prozent", LIGHT, {"brightness_step": -30, "name": "Stehlampe"}),
        ("mach das Rollo ein bisschen weiter auf", POSITION, {"position_step": 10, "name": "Rollo"}),
        ("mach den Ventilator langsamer", FAN, {"percentage_step": -10, "name": "Ventilator"}),
        ("schalte sie wieder aus", OFF, {"refers": "last", "domain": SWITCHED}),
        ("mach sie blau", LIGHT, {"color": "blue", "refers": "last"}),
        ("und den Ventilator auch", ALSO, {"name": "Ventilator", "refers": "last"}),
        ("alles aus", OFF, {"domain": ["light", "fan"]}),
        ("schalte alles aus außer in der Küche", OFF, {"domain": ["light", "fan"], "except_area": ["Küche"]}),
        (
            "ist jemand in der Küche",
            STATE,
            {"area": "Küche", "domain": "binary_sensor", "device_class": MOVING, "state": "on"},
        ),
        ("welche Batterien sind leer", STATE, {"domain": "binary_sensor", "device_class": "battery", "state": "on"}),
        ("sind alle Türen zu", STATE, {"domain": "cover", "device_class": "door", "state": "closed"}),
        ("ist ein Fenster offen", STATE, {"domain": "cover", "device_class": "window", "state": "open"}),
        ("wie viele Lichter sind an", STATE, {"domain": "light", "state": "on"}),
    ],
    "fr": [
        ("un peu plus chaud", HEAT, {"temperature_step": 0.5, **HERE}),
        ("augmente le chauffage de deux degrés", HEAT, {"temperature_step": 2, "name": "Chauffage"}),
        ("plus de lumière", LIGHT, {"brightness_step": 10, **LAMPS}),
        ("rends le lampadaire beaucoup plus lumineux", LIGHT, {"brightness_step": 25, "name": "Lampadaire"}),
        ("baisse la luminosité du lampadaire", LIGHT, {"brightness_step": -10, "name": "Lampadaire"}),
        ("tamise le lampadaire de trente pour cent", LIGHT, {"brightness_step": -30, "name": "Lampadaire"}),
        ("ouvre un peu le store", POSITION, {"position_step": 10, "name": "Store"}),
        ("ventilateur plus vite", FAN, {"percentage_step": 10, "name": "Ventilateur"}),
        ("éteins-le", OFF, {"refers": "last", "domain": SWITCHED}),
        ("rallume les", ON, {"refers": "last", "domain": SWITCHED}),
        ("mets-la en bleu", LIGHT, {"color": "blue", "refers": "last"}),
        ("et le ventilateur aussi", ALSO, {"name": "Ventilateur", "refers": "last"}),
        ("éteins tout sauf dans la cuisine", OFF, {"domain": ["light", "fan"], "except_area": ["Cuisine"]}),
        (
            "y a-t-il quelqu'un dans la cuisine",
            STATE,
            {"area": "Cuisine", "domain": "binary_sensor", "device_class": MOVING, "state": "on"},
        ),
        ("quelles piles sont faibles", STATE, {"domain": "binary_sensor", "device_class": "battery", "state": "on"}),
        ("y a-t-il des fenêtres ouvertes", STATE, {"domain": "cover", "device_class": "window", "state": "open"}),
        ("toutes les portes sont fermées", STATE, {"domain": "cover", "device_class": "door", "state": "closed"}),
        ("combien de lumières sont allumées", STATE, {"domain": "light", "state": "on"}),
    ],
    "es": [
        ("un poco más de calor", HEAT, {"temperature_step": 0.5, **HERE}),
        ("sube la calefacción dos grados", HEAT, {"temperature_step": 2, "name": "Calefacción"}),
        ("más luz", LIGHT, {"brightness_step": 10, **LAMPS}),
        ("pon el plafón un poco más brillante", LIGHT, {"brightness_step": 10, "name": "Plafón"}),
        ("baja el plafón un treinta por ciento", LIGHT, {"brightness_step": -30, "name": "Plafón"}),
        ("abre un poco la persiana", POSITION, {"position_step": 10, "name": "Persiana"}),
        ("ventilador más rápido", FAN, {"percentage_step": 10, "name": "Ventilador"}),
        ("apágala de nuevo", OFF, {"refers": "last", "domain": SWITCHED}),
        ("ponlo en azul", LIGHT, {"color": "blue", "refers": "last"}),
        ("y el ventilador también", ALSO, {"name": "Ventilador", "refers": "last"}),
        ("apaga todo menos la cocina", OFF, {"domain": ["light", "fan"], "except_area": ["Cocina"]}),
        (
            "hay alguien en la cocina",
            STATE,
            {"area": "Cocina", "domain": "binary_sensor", "device_class": MOVING, "state": "on"},
        ),
        ("qué pilas están bajas", STATE, {"domain": "binary_sensor", "device_class": "battery", "state": "on"}),
        ("están todas las puertas cerradas", STATE, {"domain": "cover", "device_class": "door", "state": "closed"}),
        ("hay alguna ventana abierta", STATE, {"domain": "cover", "device_class": "window", "state": "open"}),
        ("cuántas luces están encendidas", STATE, {"domain": "light", "state": "on"}),
    ],
    "nl": [
        ("iets warmer", HEAT, {"temperature_step": 0.5, **HERE}),
        ("zet de verwarming twee graden hoger", HEAT, {"temperature_step": 2, "name": "Verwarming"}),
        ("maak het feller", LIGHT, {"brightness_step": 10, **LAMPS}),
        ("dim de staande lamp", LIGHT, {"brightness_step": -10, "name": "Staande Lamp"}),
        ("dim de staande lamp met dertig procent", LIGHT, {"brightness_step": -30, "name": "Staande Lamp"}),
        ("doe het rolgordijn iets verder open", POSITION, {"position_step": 10, "name": "Rolgordijn"}),
        ("ventilator sneller", FAN, {"percentage_step": 10, "name": "Ventilator"}),
        ("doe hem weer uit", OFF, {"refers": "last", "domain": SWITCHED}),
        ("maak hem blauw", LIGHT, {"color": "blue", "refers": "last"}),
        ("en de ventilator ook", ALSO, {"name": "Ventilator", "refers": "last"}),
        ("doe alles uit behalve in de keuken", OFF, {"domain": ["light", "fan"], "except_area": ["Keuken"]}),
        (
            "is er iemand in de keuken",
            STATE,
            {"area": "Keuken", "domain": "binary_sensor", "device_class": MOVING, "state": "on"},
        ),
        ("welke batterijen zijn leeg", STATE, {"domain": "binary_sensor", "device_class": "battery", "state": "on"}),
        ("zijn alle deuren dicht", STATE, {"domain": "cover", "device_class": "door", "state": "closed"}),
        ("is er een raam open", STATE, {"domain": "cover", "device_class": "window", "state": "open"}),
        ("hoeveel lampen zijn aan", STATE, {"domain": "light", "state": "on"}),
    ],
}


def understood(language: str, text: str, area: str | None) -> Intent | NotUnderstood:
    here = home(language)
    return match(text, here.sentences, here.names, area)


@pytest.mark.parametrize(
    ("language", "text", "intent", "slots"),
    [(language, *said) for language, sentences in SAID.items() for said in sentences],
)
def test_understood(language: str, text: str, intent: str, slots: dict[str, Any]) -> None:
    found = understood(language, text, "here")
    assert isinstance(found, Intent), found
    assert (found.name, dict(found.slots)) == (intent, slots)


@pytest.mark.parametrize(
    "text",
    [
        "it is warmer today",
        "what a bright day",
        "make it dark",
        "is it brighter outside",
        "do it",
        "and then",
        "everything",
    ],
)
def test_talk_is_no_relative_command(text: str) -> None:
    assert isinstance(understood("en", text, "Kitchen"), NotUnderstood)


@pytest.mark.parametrize("text", ["dim the floor lamp to 30 percent", "set the floor lamp to 30 percent"])
def test_a_value_that_is_said_is_no_step(text: str) -> None:
    found = understood("en", text, None)
    assert isinstance(found, Intent)
    assert dict(found.slots) == {"name": "Floor Lamp", "brightness": 30}


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Brighter."), ("en", "MAKE IT BRIGHTER"), ("de", "Heller!"), ("fr", "Plus de lumière."), ("es", "Más luz")],
)
def test_however_it_is_written(language: str, text: str) -> None:
    found = understood(language, text, "here")
    assert isinstance(found, Intent)
    assert found.slots["brightness_step"] == 10
