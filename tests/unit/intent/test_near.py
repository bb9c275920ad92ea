"""What fits no sentence is read as the nearest one: done where that is sure, else asked back or left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from hub.dialogue import Dialogue
from hub.granting import HouseAnswers
from hub.house.codes import no_codes
from hub.intent.language import load_sentences
from hub.intent.names import HouseNames
from hub.intent.near.guessing import Guesser
from hub.intent.near.interpreter import NearInterpreter
from hub.intent.near.reading import guarded, read
from hub.intent.near.repertoire import Repertoire, is_guessed
from hub.intent.near.words import alike, is_inflected
from hub.intent.sentences import SentenceInterpreter
from hub.intent.several import CompoundInterpreter
from hub.stages import Area, Entity, Intent, NotUnderstood
from tests.fakes_house import FakeHouse
from tests.unit.intent.homes import Reader, home

ENTITIES = (
    Entity("light.bed_light", "light", "Bed Light", area="Bedroom"),
    Entity("light.kitchen", "light", "Kitchen Lights", area="Kitchen"),
    Entity("light.ceiling", "light", "Ceiling Lights", area="Living Room"),
    Entity("fan.ceiling", "fan", "Ceiling Fan", area="Bedroom"),
    Entity("switch.tv", "switch", "TV", area="Living Room"),
    Entity("lock.front_door", "lock", "Front Door"),
    Entity("cover.garage", "cover", "Garage Door", area="Garage", device_class="garage"),
    Entity("cover.blinds", "cover", "Office Blinds", area="Office", device_class="blind"),
    Entity("switch.pump", "switch", "Pond Pump", sensitive=True),
    Entity("sensor.humidity", "sensor", "Outdoor Humidity", device_class="humidity"),
)
AREAS = tuple(Area(name) for name in ("Kitchen", "Bedroom", "Living Room", "Office", "Garage"))
Guessed = Callable[[str], Intent | None]


@pytest.fixture(scope="module")
def guessed() -> Guessed:
    guesser = Guesser(Repertoire(load_sentences("en")), HouseNames(ENTITIES, AREAS, "en"))
    named = guarded(ENTITIES)

    def guess(text: str) -> Intent | None:
        found = guesser.guess(text, here=False)
        return None if found is None else read(found, "en", None, named)

    return guess


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("turn on the bad light", "HassTurnOn", {"name": "Bed Light"}),
        ("could you maybe switch the bed light off", "HassTurnOff", {"name": "Bed Light"}),
        ("turn thebed light off", "HassTurnOff", {"name": "Bed Light"}),
        ("what is the outdoor humility", "HassGetState", {"name": "Outdoor Humidity"}),
        ("set a time for five minutes", "HassStartTimer", {"minutes": 5}),
        ("set the kichen lights to fifty percent", "HassLightSet", {"brightness": 50}),
        ("ceiling fan please off now", "HassTurnOff", {"name": "Ceiling Fan"}),
    ],
)
def test_what_is_near_enough_is_understood(guessed: Guessed, said: str, intent: str, slots: dict[str, object]) -> None:
    found = guessed(said)
    assert found is not None
    assert found.near
    assert not found.doubt
    assert found.name == intent
    assert slots.items() <= found.slots.items()


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("look the front door", "lock Front Door"),  # nobody is let in by a word that was misheard
        ("open the garish door", "open Garage Door"),
        ("please turn on the pond pumpe", "turn on Pond Pump"),
        ("please turn off all the lights in whole house um", "turn off all lights"),  # a whole house
    ],
)
def test_what_must_not_go_wrong_is_asked_back(guessed: Guessed, said: str, text: str) -> None:
    found = guessed(said)
    assert found is not None
    assert [may.text for may in found.doubt] == [text]


def test_of_two_that_are_as_near_both_are_asked_about(guessed: Guessed) -> None:
    found = guessed("turn the ceilings off")
    assert found is not None
    assert {may.slots["name"] for may in found.doubt} == {"Ceiling Lights", "Ceiling Fan"}


@pytest.mark.parametrize(
    "said",
    [
        "don't turn on the bed light",
        "if it rains close the office blinds",
        "he turned the bed light off and went away",
        "why is the ceiling fan on",
        "how many people live in london",
        "the bed light was on yesterday",
        "turn on the bed light tomorrow",
        "set the bed light to fifty and sixty percent",
        "lamp",
        "a " * 40 + "bed light on",
        "",
        "???",
    ],
)
def test_what_changes_the_meaning_is_never_passed_over(guessed: Guessed, said: str) -> None:
    assert guessed(said) is None


@pytest.mark.parametrize(
    ("language", "said", "intent", "slot"),
    [
        ("en", "please switch of the flor lamp", "HassTurnOff", ("name", "Floor Lamp")),
        ("de", "schalte mal bitte die Stelampe aus", "HassTurnOff", ("name", "Stehlampe")),
        ("fr", "allume vite le lampadère", "HassTurnOn", ("name", "Lampadaire")),
        ("es", "apaga ya el bentilador por favor", "HassTurnOff", ("name", "Ventilador")),
        ("nl", "doe snel de plavondlamp aan", "HassTurnOn", ("name", "Plafondlamp")),
    ],
)
def test_every_language_of_the_house_is_heard_so(language: str, said: str, intent: str, slot: tuple[str, str]) -> None:
    there = home(language)
    guesser = Guesser(Repertoire(there.sentences), there.names)
    guess = guesser.guess(said, here=False)
    assert guess is not None
    found = read(guess, language, None, frozenset())
    assert found is not None
    assert (found.name, found.slots[slot[0]]) == (intent, slot[1])


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "nl"])
def test_denials_are_barriers_in_every_language(language: str) -> None:
    said = {
        "en": "do not switch off the flor lamp",
        "de": "schalte die Stelampe nicht aus",
        "fr": "n'allume pas le lampadère",
        "es": "no apagues el bentilador",
        "nl": "doe de plavondlamp niet aan",
    }[language]
    there = home(language)
    guess = Guesser(Repertoire(there.sentences), there.names).guess(said, here=False)
    assert guess is None or read(guess, language, None, frozenset()) is None


def test_a_language_without_its_list_is_not_guessed_in() -> None:
    assert is_guessed("de")
    assert not is_guessed("sl")


@pytest.mark.parametrize(("one", "other"), [("bad", "bed"), ("lite", "light"), ("lamb", "lamp"), ("of", "off")])
def test_words_that_sound_alike_are_alike(one: str, other: str) -> None:
    assert alike(one, other) > 0.75
    assert alike(one, other) > alike(one, "dishwasher")


def test_an_ending_makes_no_other_word() -> None:
    assert is_inflected("light", "lights")
    assert not is_inflected("lock", "unlock")


async def test_what_fits_exactly_is_not_guessed_at_and_names_that_change_are_known() -> None:
    """The worker's whole way: exact first, then what is near, in the house as it is now."""
    house = FakeHouse(ENTITIES, AREAS)
    async with SentenceInterpreter(house, languages=["en"]) as sentences:
        near = NearInterpreter(await asyncio.to_thread(CompoundInterpreter, sentences), sentences)

        async def said(text: str) -> object:
            return await near.interpret(text, language="en", area=None)

        exact = await said("turn on the bed light")
        assert isinstance(exact, Intent)
        assert not exact.near
        guess = await said("now turn the bad light on please")
        assert isinstance(guess, Intent)
        assert guess.near
        assert isinstance(await said("switch on the porsh lantern please"), NotUnderstood)
        house.add(Entity("light.porch", "light", "Porch Lantern"))
        porch = await said("switch on the porsh lantern please")
        assert isinstance(porch, Intent)
        assert porch.slots["name"] == "Porch Lantern"


async def test_a_language_without_a_list_is_read_exactly_all_the_same() -> None:
    async with SentenceInterpreter(FakeHouse(ENTITIES, AREAS), languages=["sl"]) as sentences:
        assert await sentences.guess("prižgi lučko", language="sl", area=None) is None


@pytest.mark.parametrize(
    ("language", "said", "yes", "intent", "name"),
    [
        ("en", "switch the flor lamb on", "yes", "HassTurnOn", "Floor Lamp"),
        ("de", "schalte die Deckenlampen ein", "ja", "HassTurnOn", "Deckenlampe"),
        ("fr", "allume le plafonnié", "oui", "HassTurnOn", "Plafonnier"),
        ("es", "enciende el plafond", "sí", "HassTurnOn", "Plafón"),
        ("nl", "zet de staande lam aan", "ja", "HassTurnOn", "Staande Lamp"),
    ],
)
async def test_the_nearest_name_is_meant_after_a_yes(
    language: str, said: str, yes: str, intent: str, name: str
) -> None:
    """Without the guess, as with a language model's box: the name alone is asked back."""
    reader = Reader(await asyncio.to_thread(home, language))
    dialogue = Dialogue(HouseAnswers(None, no_codes()))
    asked = await reader.interpret(said, language=language, area=None)
    assert isinstance(asked, NotUnderstood)
    assert asked.nearest_names == (name,)
    dialogue.note_unknown("kitchen", asked)
    answer = await dialogue.read(yes, reader, language=language, area=None, satellite="kitchen")
    assert isinstance(answer.understood, Intent)
    assert (answer.understood.name, answer.understood.slots["name"]) == (intent, name)


class Exactly:
    """Says the same of every sentence. guess: what is probably meant."""

    def __init__(self, understood: NotUnderstood, found: Intent | None) -> None:
        self._understood, self._found = understood, found

    async def interpret(self, text: str, *, language: str, area: str | None) -> NotUnderstood:
        return self._understood

    async def guess(self, text: str, *, language: str, area: str | None) -> Intent | None:
        return self._found


@pytest.mark.parametrize(
    ("nearest", "name", "guessed"),
    [(("Bed Light",), "Bed Light", True), ((), "Bed Light", True), (("TV",), "Bed Light", False)],
)
async def test_a_name_alone_is_asked_for_only_where_the_guess_is_of_something_else(
    nearest: tuple[str, ...],
    name: str,
    guessed: bool,  # noqa: FBT001 it is a parameter of the test
) -> None:
    may = Intent("HassTurnOn", {"name": name}, "default", "en", "turn on Bed Light", near=True)
    both = Exactly(NotUnderstood("turn on bad light", "bad light", nearest), replace(may, doubt=(may,)))
    understood = await NearInterpreter(both, both).interpret("turn on bad light", language="en", area=None)
    assert isinstance(understood, Intent) is guessed
