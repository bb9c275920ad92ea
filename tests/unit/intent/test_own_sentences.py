"""What home-assistant-intents has no sentence for is said in ours, in five languages, and only of devices it fits."""

from __future__ import annotations

import pytest

from hub.intent.language import Sentences, load_sentences
from hub.intent.matching import match
from hub.intent.names import HouseNames
from hub.stages import Area, Entity, Intent, NotUnderstood

LANGUAGES = ("en", "de", "fr", "es", "nl")
DOMAINS = (
    *("humidifier", "siren", "water_heater", "vacuum", "number", "select", "text", "climate", "fan", "light", "cover"),
    *("alarm_control_panel", "lawn_mower", "valve", "switch"),
)
ENTITIES = [Entity(f"{domain}.x", domain, f"{domain.replace('_', ' ').title()} One") for domain in DOMAINS]
ON, OFF, HOME = "HassTurnOn", "HassTurnOff", "HassVacuumReturnToBase"
VALUE, MODE, TILT, SWING = "EarshotSetValue", "EarshotSetMode", "EarshotSetTilt", "EarshotOscillate"
HUMIDITY, HEAT, ARM, DISARM = "HassHumidifierSetpoint", "HassClimateSetTemperature", "EarshotArm", "EarshotDisarm"
WATER = {"temperature": 50, "domain": "water_heater"}

SAID = {
    "en": [
        ("turn on the siren one", ON, {}),
        ("turn humidifier one off", OFF, {}),
        ("send the vacuum one home", HOME, {}),
        ("start vacuum one", "HassVacuumStart", {}),
        ("start the lawn mower one", "HassLawnMowerStartMowing", {}),
        ("set humidifier one to 50 percent", HUMIDITY, {"humidity": 50}),
        ("set water heater one to 50 degrees", HEAT, WATER),
        ("set number one to 21.5", VALUE, {"value": 21.5}),
        ("set number one to twenty one degrees", VALUE, {"value": 21}),
        ("set number one to 3000", VALUE, {"value": "3000"}),
        ("set select one to heat pump", VALUE, {"value": "heat pump"}),
        ("set text one to good morning", VALUE, {"value": "good morning"}),
        ("set climate one to eco mode", MODE, {"mode": "eco"}),
        ("put the fan one in breeze mode", MODE, {"mode": "breeze"}),
        ("set light one to the rainbow effect", MODE, {"mode": "rainbow"}),
        ("tilt the cover one to 50 percent", TILT, {"position": 50}),
        ("oscillate fan one", SWING, {"state": "on"}),
        ("stop oscillating fan one", SWING, {"state": "off"}),
        ("arm alarm control panel one", ARM, {}),
        ("arm alarm control panel one for the night", ARM, {"mode": "night"}),
        ("disarm the alarm control panel one", DISARM, {}),
        ("what is select one set to", "HassGetState", {}),
        ("is the siren one on", "HassGetState", {"state": "on"}),
        ("is the valve one open", "HassGetState", {"state": "open"}),
        ("set valve one to 40 percent", "HassSetPosition", {"position": 40}),
    ],
    "de": [
        ("schalte siren one ein", ON, {}),
        ("siren one ausschalten", OFF, {}),
        ("schicke vacuum one nach Hause", HOME, {}),
        ("stelle humidifier one auf 50 Prozent", HUMIDITY, {"humidity": 50}),
        ("stelle water heater one auf 50 Grad", HEAT, WATER),
        ("stelle number one auf 21", VALUE, {"value": 21}),
        ("stelle select one auf heat pump ein", VALUE, {"value": "heat pump"}),
        ("setze select one auf heat pump", VALUE, {"value": "heat pump"}),
        ("stelle climate one auf den Modus eco", MODE, {"mode": "eco"}),
        ("stelle light one auf den Effekt rainbow", MODE, {"mode": "rainbow"}),
        ("kippe cover one auf 50 Prozent", TILT, {"position": 50}),
        ("lass fan one schwenken", SWING, {"state": "on"}),
        ("schalte alarm control panel one für die nacht scharf", ARM, {"mode": "night"}),
        ("entschärfe alarm control panel one", DISARM, {}),
        ("was ist select one", "HassGetState", {}),
    ],
    "fr": [
        ("allume siren one", ON, {}),
        ("éteins siren one", OFF, {}),
        ("envoie vacuum one à sa base", HOME, {}),
        ("règle humidifier one à 50 pourcent", HUMIDITY, {"humidity": 50}),
        ("règle water heater one à 50 degrés", HEAT, WATER),
        ("règle number one à 21", VALUE, {"value": 21}),
        ("règle select one sur heat pump", VALUE, {"value": "heat pump"}),
        ("règle climate one en mode eco", MODE, {"mode": "eco"}),
        ("règle light one sur l'effet rainbow", MODE, {"mode": "rainbow"}),
        ("incline cover one à 50 pourcent", TILT, {"position": 50}),
        ("allume l'oscillation de fan one", SWING, {"state": "on"}),
        ("arme alarm control panel one en mode absent", ARM, {"mode": "away"}),
        ("désarme alarm control panel one", DISARM, {}),
        ("quel est select one", "HassGetState", {}),
    ],
    "es": [
        ("enciende siren one", ON, {}),
        ("apaga siren one", OFF, {}),
        ("manda vacuum one a casa", HOME, {}),
        ("pon humidifier one al 50 por ciento", HUMIDITY, {"humidity": 50}),
        ("pon water heater one a 50 grados", HEAT, WATER),
        ("pon number one a 21", VALUE, {"value": 21}),
        ("pon select one en heat pump", VALUE, {"value": "heat pump"}),
        ("pon climate one en modo eco", MODE, {"mode": "eco"}),
        ("pon light one en el efecto rainbow", MODE, {"mode": "rainbow"}),
        ("inclina cover one al 50 por ciento", TILT, {"position": 50}),
        ("enciende la oscilación de fan one", SWING, {"state": "on"}),
        ("arma alarm control panel one en modo noche", ARM, {"mode": "night"}),
        ("desarma alarm control panel one", DISARM, {}),
        ("cuál es select one", "HassGetState", {}),
    ],
    "nl": [
        ("zet siren one aan", ON, {}),
        ("zet siren one uit", OFF, {}),
        ("stuur vacuum one naar huis", HOME, {}),
        ("zet humidifier one op 50 procent", HUMIDITY, {"humidity": 50}),
        ("zet water heater one op 50 graden", HEAT, WATER),
        ("zet number one op 21", VALUE, {"value": 21}),
        ("stel select one in op heat pump", VALUE, {"value": "heat pump"}),
        ("zet climate one in de modus eco", MODE, {"mode": "eco"}),
        ("zet light one op effect rainbow", MODE, {"mode": "rainbow"}),
        ("kantel cover one naar 50 procent", TILT, {"position": 50}),
        ("laat fan one zwenken", SWING, {"state": "on"}),
        ("schakel alarm control panel one op nacht in", ARM, {"mode": "night"}),
        ("zet alarm control panel one uit", DISARM, {}),
        ("wat is select one", "HassGetState", {}),
    ],
}


@pytest.fixture(scope="module")
def languages() -> dict[str, tuple[Sentences, HouseNames]]:
    areas = [Area("Kitchen")]
    return {code: (load_sentences(code), HouseNames(ENTITIES, areas, code)) for code in LANGUAGES}


@pytest.mark.parametrize(
    ("code", "text", "intent", "slots"), [(code, *case) for code, cases in SAID.items() for case in cases]
)
def test_understood(
    languages: dict[str, tuple[Sentences, HouseNames]], code: str, text: str, intent: str, slots: dict[str, object]
) -> None:
    sentences, names = languages[code]
    found = match(text, sentences, names, "Kitchen")
    assert isinstance(found, Intent)
    assert found.name == intent
    assert {name: value for name, value in found.slots.items() if name != "name"} == slots
    assert found.slots["name"] in {entity.name for entity in ENTITIES}


@pytest.mark.parametrize(
    "text",
    ["set switch one to heat pump", "set light one to good morning", "arm the switch one", "tilt light one to 5"],
)
def test_a_value_is_only_set_on_what_holds_one(languages: dict[str, tuple[Sentences, HouseNames]], text: str) -> None:
    """A sentence that takes any word must not swallow talk about other devices."""
    sentences, names = languages["en"]
    assert isinstance(match(text, sentences, names, "Kitchen"), NotUnderstood)
