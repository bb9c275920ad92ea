"""One sentence against one house: what is understood, and what is said of a name that nothing has."""

from __future__ import annotations

import pytest

from hub.errors import IntentFailed
from hub.intent.language import Sentences, load_sentences, resolve_language
from hub.intent.matching import TEXT_LENGTH, match
from hub.intent.names import HouseNames
from hub.stages import Area, Entity, Intent, NotUnderstood

ENTITIES = (
    Entity("light.bed_light", "light", "Bed Light", area="Bedroom"),
    Entity("switch.tv", "switch", "TV", area="Kitchen"),
    Entity("lock.front_door", "lock", "Front Door"),
    Entity("cover.blinds", "cover", "Office Blinds", area="Office", device_class="blind"),
    Entity("climate.ecobee", "climate", "EcoBee", area="Kitchen"),
    Entity("button.party_time", "button", "Party Time"),
    Entity("scene.mood", "scene", "Mood Lighting"),
)
AREAS = (Area("Kitchen", "Ground Floor"), Area("Bedroom", "Upstairs"), Area("Office", "Upstairs"))


@pytest.fixture(scope="module")
def english() -> Sentences:
    return load_sentences("en")


@pytest.fixture(scope="module")
def names() -> HouseNames:
    return HouseNames(ENTITIES, AREAS, "en")


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("turn on the bed light", "HassTurnOn", {"name": "Bed Light"}),
        ("Turn on Bed Light, please.", "HassTurnOn", {"name": "Bed Light"}),
        ("set bed light brightness to fifty percent", "HassLightSet", {"name": "Bed Light", "brightness": 50}),
        ("set bed light brightness to 50%", "HassLightSet", {"name": "Bed Light", "brightness": 50}),
        ("set the bed light to fifty per cent", "HassLightSet", {"name": "Bed Light", "brightness": 50}),
        ("set the bed light colour to red", "HassLightSet", {"name": "Bed Light", "color": "red"}),
        ("set ecobee to 21.5 degrees", "HassClimateSetTemperature", {"name": "EcoBee", "temperature": 21.5}),
        ("turn on the t v", "HassTurnOn", {"name": "TV"}),
        ("lock the front door", "HassTurnOn", {"name": "Front Door"}),
        ("run party time script", "HassTurnOn", {"name": "Party Time"}),
        ("press the party time button", "HassTurnOn", {"name": "Party Time"}),
        ("activate mood lighting", "HassTurnOn", {"name": "Mood Lighting"}),
        ("turn on all the lights", "HassTurnOn", {"domain": "light"}),
        ("turn on lights upstairs", "HassTurnOn", {"domain": "light", "floor": "Upstairs"}),
    ],
)
def test_understood(english: Sentences, names: HouseNames, text: str, intent: str, slots: dict[str, object]) -> None:
    found = match(text, english, names, "Kitchen")
    assert isinstance(found, Intent)
    assert (found.name, dict(found.slots)) == (intent, slots)
    assert found.text == text


def test_numbers_are_whole_where_they_can_be(english: Sentences, names: HouseNames) -> None:
    found = match("set bed light brightness to 50 percent", english, names, None)
    assert isinstance(found, Intent)
    assert type(found.slots["brightness"]) is int


def test_the_speakers_room_fills_what_the_sentence_leaves_out(english: Sentences, names: HouseNames) -> None:
    found = match("turn on the lights", english, names, "Office")
    assert isinstance(found, Intent)
    assert (found.slots["area"], found.context_area) == ("Office", "Office")


def test_a_room_that_was_said_is_not_the_speakers(english: Sentences, names: HouseNames) -> None:
    found = match("turn on the lights in the bedroom", english, names, "Office")
    assert isinstance(found, Intent)
    assert (found.slots["area"], found.context_area) == ("Bedroom", None)


def test_without_a_room_the_sentence_is_still_understood(english: Sentences, names: HouseNames) -> None:
    found = match("turn on the lights", english, names, None)
    assert isinstance(found, Intent)
    assert dict(found.slots) == {"domain": "light"}
    assert found.context_area is None


def test_the_words_of_a_slot_are_kept(english: Sentences, names: HouseNames) -> None:
    found = match("open the blinds in the office", english, names, None)
    assert isinstance(found, Intent)
    assert (found.slots["device_class"], found.spoken["device_class"]) == ("blind", "blinds")


@pytest.mark.parametrize(
    ("text", "unknown", "nearest"),
    [
        ("turn on the disco ball", "disco ball", ()),
        ("turn on the bad light", "bad light", ("Bed Light",)),
        ("set the bed lamp to 20 percent", "bed lamp", ("Bed Light",)),
        ("is the attic door locked", "attic door", ("Front Door",)),
        ("turn on the lights in the attic", "attic", ()),
        ("turn on the bed light in the bathroom", "bathroom", ("Bedroom",)),
        ("lock the bed light", "bed light", ("Bed Light",)),
    ],
)
def test_an_unknown_name_is_told(
    english: Sentences, names: HouseNames, text: str, unknown: str, nearest: tuple[str, ...]
) -> None:
    assert match(text, english, names, "Kitchen") == NotUnderstood(text, unknown, nearest)


@pytest.mark.parametrize(
    "text",
    [
        "what is the meaning of life",
        "tell me a joke",
        "who is the president",
        "the",
        "",
        "x " * TEXT_LENGTH,
        "turn on the " + "light " * 30,
    ],
)
def test_what_is_no_command_is_no_unknown_device(english: Sentences, names: HouseNames, text: str) -> None:
    assert match(text, english, names, "Kitchen") == NotUnderstood(text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("what's the weather in New York", "HassGetWeather"),
        ("resume TV", "HassMediaUnpause"),
        ("set a timer for 5 minutes", "HassStartTimer"),
        ("play some jazz", "HassMediaSearchAndPlay"),
    ],
)
def test_what_cannot_be_done_yet_is_known_by_its_intent(
    english: Sentences, names: HouseNames, text: str, intent: str
) -> None:
    found = match(text, english, names, "Kitchen")
    assert isinstance(found, Intent)
    assert found.name == intent


@pytest.mark.parametrize(
    ("tag", "code"), [("en", "en"), ("en-US", "en"), ("de_AT", "de"), ("pt-br", "pt-BR"), ("DE-ch", "de-CH")]
)
def test_language_tags_find_their_sentences(tag: str, code: str) -> None:
    assert resolve_language(tag) == code


def test_an_unknown_language_names_those_there_are() -> None:
    with pytest.raises(IntentFailed, match=r"'tlh'.*en, ") as refusal:
        resolve_language("tlh")
    assert refusal.value.code == "language-unknown"


@pytest.mark.parametrize(
    ("language", "said", "slots"),
    [
        ("en", "set a timer for zero seconds", {"seconds": 0}),
        ("en", "set a timer for 200 days", {"days": 200}),
        ("en", "start a 500 minute timer", {"minutes": 500}),
        ("de", "stelle einen Timer auf null Minuten", {"minutes": 0}),
        ("de", "starte einen Timer für 120 Minuten", {"minutes": 120}),
        ("fr", "lance un minuteur de 200 jours", {"days": 200}),
        ("es", "pon un temporizador de cero minutos", {"minutes": 0}),
        ("nl", "zet een timer van 200 dagen", {"days": 200}),
    ],
)
def test_lengths_that_no_timer_has_are_understood_to_be_refused(
    language: str, said: str, slots: dict[str, int]
) -> None:
    found = match(said, load_sentences(language), HouseNames((), (), language), None)
    assert isinstance(found, Intent)
    assert (found.name, found.slots) == ("HassStartTimer", slots)


@pytest.mark.parametrize(
    ("language", "said", "slots"),
    [
        ("en", "tell everyone upstairs dinner is ready", {"floor": "Upstairs", "message": "dinner is ready"}),
        ("en", "announce in the kitchen that I am home", {"area": "Kitchen", "message": "I am home"}),
        ("en", "tell everyone dinner is ready", {"message": "dinner is ready"}),
        ("de", "sag allen in der Kitchen dass das Essen fertig ist", {"area": "Kitchen"}),
        ("fr", "dis à tout le monde dans la kitchen que le dîner est prêt", {"area": "Kitchen"}),
        ("fr", "annonce à l'upstairs que le dîner est prêt", {"floor": "Upstairs"}),
        ("es", "di a todos en la kitchen que la cena está lista", {"area": "Kitchen"}),
        ("nl", "zeg iedereen op de upstairs dat we gaan eten", {"floor": "Upstairs"}),
    ],
)
def test_what_is_to_be_told_elsewhere_says_where(language: str, said: str, slots: dict[str, str]) -> None:
    found = match(said, load_sentences(language), HouseNames((), AREAS, language), None)
    assert isinstance(found, Intent)
    assert found.name == "HassBroadcast"
    assert slots.items() <= found.slots.items()


def test_sentences_that_nearly_fit_are_told_to_who_asks_why(english: Sentences, names: HouseNames) -> None:
    found = match("turn on the sofa", english, names, "Kitchen")
    assert isinstance(found, NotUnderstood)
    assert ("HassTurnOn", "sofa") in found.considered
    assert len(found.considered) <= 8
    talk = match("what a nice day it is", english, names, "Kitchen")
    assert isinstance(talk, NotUnderstood)
    assert talk.considered == ()
