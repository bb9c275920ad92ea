"""Several commands in one sentence are all understood, or none is; each is a whole sentence in the end."""

from __future__ import annotations

from typing import Any

import pytest

from hub.intent.several import MOST_PARTS, CompoundInterpreter
from hub.stages import Intent, NotUnderstood, Several
from tests.unit.intent.homes import Reader, home


@pytest.fixture(autouse=True, scope="module")
def homes() -> None:
    """Before there is a loop that files would block."""
    for language in ("en", "de", "fr", "es", "nl"):
        CompoundInterpreter(Reader(home(language)))


async def read(text: str, language: str, area: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    found = await CompoundInterpreter(Reader(home(language))).interpret(text, language=language, area=area)
    assert isinstance(found, Several), found
    return [(intent.name, dict(intent.slots)) for intent in found.intents]


async def refused(text: str, language: str = "en") -> NotUnderstood:
    found = await CompoundInterpreter(Reader(home(language))).interpret(text, language=language, area=None)
    assert isinstance(found, NotUnderstood), found
    return found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("turn off the floor lamp and the ceiling fan", ["Floor Lamp", "Ceiling Fan"]),
        ("turn off the floor lamp, the ceiling fan and the TV", ["Floor Lamp", "Ceiling Fan", "TV"]),
        ("turn the floor lamp and the ceiling fan off", ["Floor Lamp", "Ceiling Fan"]),
        ("turn off the floor lamp. And then the TV.", ["Floor Lamp", "TV"]),
        ("turn off salt and pepper and the TV", ["Salt and Pepper", "TV"]),
        ("turn off the TV and salt and pepper", ["TV", "Salt and Pepper"]),
    ],
)
async def test_what_is_done_is_said_once(text: str, names: list[str]) -> None:
    assert await read(text, "en") == [("HassTurnOff", {"name": name}) for name in names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "turn off the floor lamp and close the shade",
            [("HassTurnOff", {"name": "Floor Lamp"}), ("HassTurnOff", {"name": "Shade"})],
        ),
        (
            "turn on the lights in the kitchen and the bedroom",
            [("HassTurnOn", {"area": area, "domain": "light"}) for area in ("Kitchen", "Bedroom")],
        ),
        (
            "turn on the kitchen and the bedroom lights",
            [("HassTurnOn", {"area": area, "domain": "light"}) for area in ("Kitchen", "Bedroom")],
        ),
        (
            "lights off in the kitchen and on in the bedroom",
            [
                ("HassTurnOff", {"area": "Kitchen", "domain": "light"}),
                ("HassTurnOn", {"area": "Bedroom", "domain": "light"}),
            ],
        ),
        (
            "set the floor lamp and the ceiling light to 20 percent",
            [("HassLightSet", {"name": name, "brightness": 20}) for name in ("Floor Lamp", "Ceiling Light")],
        ),
        (
            "set the floor lamp to 50 percent and the ceiling light to red",
            [
                ("HassLightSet", {"name": "Floor Lamp", "brightness": 50}),
                ("HassLightSet", {"name": "Ceiling Light", "color": "red"}),
            ],
        ),
        (
            "is the floor lamp on and the ceiling fan off",
            [
                ("HassGetState", {"name": "Floor Lamp", "state": "on"}),
                ("HassGetState", {"name": "Ceiling Fan", "state": "off"}),
            ],
        ),
        (
            "set a timer for 5 minutes and turn off the TV",
            [("HassStartTimer", {"minutes": 5}), ("HassTurnOff", {"name": "TV"})],
        ),
        (
            "turn off all lights except the floor lamp and close the shade",
            [
                ("HassTurnOff", {"domain": "light", "except_names": ["Floor Lamp"]}),
                ("HassTurnOff", {"name": "Shade"}),
            ],
        ),
    ],
)
async def test_each_part_means_what_it_would_mean_alone(text: str, expected: list[tuple[str, dict[str, Any]]]) -> None:
    assert await read(text, "en") == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "de",
            "schalte die Stehlampe und den Ventilator aus",
            [("HassTurnOff", "Stehlampe"), ("HassTurnOff", "Ventilator")],
        ),
        (
            "de",
            "mach die Stehlampe aus und den Fernseher an",
            [("HassTurnOff", "Stehlampe"), ("HassTurnOn", "Fernseher")],
        ),
        (
            "de",
            "schalte den Fernseher und die Stehlampe ein",
            [("HassTurnOn", "Fernseher"), ("HassTurnOn", "Stehlampe")],
        ),
        ("fr", "éteins le lampadaire et l'aspirateur", [("HassTurnOff", "Lampadaire"), ("HassTurnOff", "Aspirateur")]),
        ("fr", "allume le lampadaire, puis ouvre le store", [("HassTurnOn", "Lampadaire"), ("HassTurnOn", "Store")]),
        (
            "es",
            "apaga la lámpara de pie y el televisor",
            [("HassTurnOff", "Lámpara de pie"), ("HassTurnOff", "Televisor")],
        ),
        ("es", "enciende el plafón y abre la persiana", [("HassTurnOn", "Plafón"), ("HassTurnOn", "Persiana")]),
        (
            "nl",
            "doe de staande lamp en de televisie uit",
            [("HassTurnOff", "Staande Lamp"), ("HassTurnOff", "Televisie")],
        ),
        (
            "nl",
            "doe de staande lamp uit en de televisie aan",
            [("HassTurnOff", "Staande Lamp"), ("HassTurnOn", "Televisie")],
        ),
    ],
)
async def test_in_every_language_of_the_house(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert [(name, slots["name"]) for name, slots in await read(text, language)] == expected


async def test_a_name_with_and_in_it_is_one_thing() -> None:
    found = await CompoundInterpreter(Reader(home("en"))).interpret("turn on salt and pepper", language="en", area=None)
    assert isinstance(found, Intent)
    assert found.slots["name"] == "Salt and Pepper"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("turn off the floor lamp and the disco ball", "disco ball"),
        ("turn off the floor lamp and open the attic hatch", "attic hatch"),
        ("turn off the floor lamp and tell me a joke", None),
        ("tell me a joke and turn off the TV", None),
        ("I like the TV and the floor lamp", None),
    ],
)
async def test_half_understood_is_not_understood(text: str, unknown: str | None) -> None:
    assert (await refused(text)).unknown_name == unknown


async def test_names_alone_are_no_commands() -> None:
    """By itself "the floor lamp" turns it on; "the floor lamp and the TV" are talk, or the end of a question."""
    await refused("the floor lamp and the TV")


async def test_a_sentence_without_joints_is_read_once() -> None:
    reader = Reader(home("en"))
    found = await CompoundInterpreter(reader).interpret("tell me a joke", language="en", area=None)
    assert found == NotUnderstood("tell me a joke")
    assert reader.read == ["tell me a joke"]


async def test_more_parts_than_anybody_says_are_not_taken_apart() -> None:
    text = " and ".join(["turn off the TV"] * (MOST_PARTS + 1))
    reader = Reader(home("en"))
    assert isinstance(await CompoundInterpreter(reader).interpret(text, language="en", area=None), NotUnderstood)
    assert reader.read == [text]


async def test_a_language_without_joining_words_is_left_as_it_is() -> None:
    reader = Reader(home("en"))
    found = await CompoundInterpreter(reader).interpret("accendi x, spegni y", language="it", area=None)
    assert isinstance(found, NotUnderstood)
    assert len(reader.read) == 1


@pytest.mark.parametrize("length", [1, 40, 240])
async def test_work_is_bounded(length: int) -> None:
    """However long a part, a bounded number of sentences is tried for it."""
    reader = Reader(home("en"))
    text = "turn off the TV and " + "x " * (length // 2)
    await CompoundInterpreter(reader).interpret(text, language="en", area=None)
    assert len(reader.read) < 80
