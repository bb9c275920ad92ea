"""A group but for some of it: each thing that is left out is known by its name, or nothing is understood."""

from __future__ import annotations

import pytest

from hub.intent.exceptions import MOST_NAMES
from hub.intent.matching import match
from hub.stages import Intent, NotUnderstood
from tests.unit.intent.homes import home


def understood(text: str, language: str = "en", area: str | None = None) -> Intent | NotUnderstood:
    here = home(language)
    return match(text, here.sentences, here.names, area)


@pytest.mark.parametrize(
    ("language", "text", "slots"),
    [
        ("en", "turn off all lights but the floor lamp", {"except_names": ["Floor Lamp"]}),
        ("en", "turn off all lights except salt and pepper", {"except_names": ["Salt and Pepper"]}),
        (
            "en",
            "turn off all lights except for the floor lamp and the ceiling light",
            {"except_names": ["Floor Lamp", "Ceiling Light"]},
        ),
        ("en", "turn off all lights, but not in the kitchen", {"except_area": ["Kitchen"]}),
        ("en", "turn off all lights except the kitchen lights", {"except_area": ["Kitchen"]}),
        ("en", "turn off all lights except the ones in the kitchen", {"except_area": ["Kitchen"]}),
        (
            "en",
            "turn off all lights except the kitchen and the floor lamp",
            {"except_area": ["Kitchen"], "except_names": ["Floor Lamp"]},
        ),
        ("de", "schalte alle Lampen außer der Stehlampe aus", {"except_names": ["Stehlampe"]}),
        ("de", "schalte alle Lichter aus außer in der Küche", {"except_area": ["Küche"]}),
        ("fr", "éteins toutes les lumières sauf le lampadaire", {"except_names": ["Lampadaire"]}),
        ("fr", "éteins toutes les lumières sauf dans la cuisine", {"except_area": ["Cuisine"]}),
        ("es", "apaga todas las luces excepto el plafón", {"except_names": ["Plafón"]}),
        ("es", "apaga todas las luces menos las de la cocina", {"except_area": ["Cocina"]}),
        ("nl", "doe alle lampen behalve de staande lamp uit", {"except_names": ["Staande Lamp"]}),
        ("nl", "doe alle lampen uit behalve in de keuken", {"except_area": ["Keuken"]}),
    ],
)
def test_what_is_left_out(language: str, text: str, slots: dict[str, list[str]]) -> None:
    found = understood(text, language)
    assert isinstance(found, Intent), found
    assert (found.name, found.text) == ("HassTurnOff", text)
    assert dict(found.slots) == {"domain": "light", **slots}


def test_who_leaves_out_a_room_does_not_speak_of_his_own() -> None:
    found = understood("turn off the lights except in the kitchen", area="Bedroom")
    assert isinstance(found, Intent)
    assert dict(found.slots) == {"domain": "light", "except_area": ["Kitchen"]}
    assert found.context_area is None


@pytest.mark.parametrize(
    ("text", "unknown", "nearest"),
    [
        ("turn off all lights but the disco ball", "disco ball", ()),
        ("turn off all lights but the flor lamp", "flor lamp", ("Floor Lamp",)),
        ("turn off all lights but the floor lamp and the attic", "attic", ()),
    ],
)
def test_an_unknown_exception_is_told(text: str, unknown: str, nearest: tuple[str, ...]) -> None:
    found = understood(text)
    assert isinstance(found, NotUnderstood)
    assert found.unknown_name == unknown
    assert set(nearest) <= set(found.nearest_names)


def test_one_device_has_no_exceptions() -> None:
    assert isinstance(understood("turn off the TV but not the floor lamp"), NotUnderstood)


def test_a_question_has_no_exceptions() -> None:
    """The answer would count what was left out."""
    assert isinstance(understood("are all lights off except the floor lamp"), NotUnderstood)


def test_more_exceptions_than_anybody_says_are_not_taken() -> None:
    text = "turn off all lights but " + " and ".join(["the floor lamp"] * (MOST_NAMES + 1))
    assert isinstance(understood(text), NotUnderstood)
