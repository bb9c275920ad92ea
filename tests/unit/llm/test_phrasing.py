"""Sentences are told apart: what only asks, what says nothing, and what claims that something was done."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from hub.llm.phrasing import flat, phrasing
from hub.llm.tools import DOMAINS
from hub.stages import Entity

KITCHEN = Entity("light.kitchen", "light", "Kitchen Light", area="Kitchen", aliases=("cooker light",), state="on")
BED = Entity("light.bed", "light", "Bed Lamp", area="Bedroom", state="off")
TREE = Entity("switch.tree", "switch", "Christmas Tree", area="Hall", state="off")
DOOR = Entity("lock.front", "lock", "Front Door", area="Hall", state="locked")
BLIND = Entity("cover.left", "cover", "Left Blind", area="Bedroom", state="open")
HOUSE = (KITCHEN, BED, TREE, DOOR, BLIND)

ENGLISH = phrasing("en")
TABLES: dict[str, dict[str, Any]] = tomllib.loads((files("hub.llm") / "speech.toml").read_text("utf-8"))
PATTERNS = [
    (language, pattern)
    for language, table in TABLES.items()
    for part in table.values()
    for words in (part.values() if isinstance(part, dict) else [part])
    for pattern in words
]


# --- the tables


def test_there_are_tables_of_six_languages():
    assert set(TABLES) == {"en", "de", "fr", "es", "it", "nl"}


@pytest.mark.parametrize("language", TABLES)
def test_every_pattern_compiles_alone(language: str):
    own = [pattern for of, pattern in PATTERNS if of == language]
    assert len(own) > 40
    for pattern in own:
        re.compile(pattern)


@pytest.mark.parametrize("language", TABLES)
def test_every_pattern_is_written_as_texts_are_compared(language: str):
    """Upper case or a curly apostrophe would never be found."""
    for of, pattern in PATTERNS:
        if of == language:
            assert "’" not in pattern  # noqa: RUF001
            assert pattern == pattern.lower()
            assert pattern.strip()


@pytest.mark.parametrize("language", TABLES)
def test_states_and_kinds_are_those_of_the_house(language: str):
    assert set(TABLES[language]["states"]) == {"on", "off", "open", "closed", "locked", "unlocked"}
    assert set(TABLES[language]["kinds"]) <= set(DOMAINS.values())


@pytest.mark.parametrize("language", TABLES)
def test_every_plain_word_of_a_table_is_found(language: str):
    table, words = TABLES[language], phrasing(language)
    for word in filter(str.isalpha, table["question"]):
        assert words.only_asks(f"{word} xyz"), word
    for word in filter(str.isalpha, table["polite"]):
        assert not words.only_asks(f"{word} xyz?"), word
    for word in filter(str.isalpha, table["acknowledged"]):
        assert words.is_empty(f"{word.title()}!"), word
    for word in filter(str.isalpha, table["everywhere"]):
        assert words.means_everything(f"xyz {word} xyz"), word


# --- languages


@pytest.mark.parametrize("language", ["en", "EN", "en-US", "en_GB", "en-Latn-GB"])
def test_a_language_is_known_with_and_without_its_country(language: str):
    assert phrasing(language).knows
    assert phrasing(language).only_asks("what is a lamp")


@pytest.mark.parametrize("language", ["pt", "zh-CN", "xx", "", "auto"])
def test_a_language_without_a_table_is_not_known(language: str):
    assert not phrasing(language).knows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Turn ON   the\tlamp. ", "turn on the lamp"),
        ("It’s “fine”!", "it's “fine”"),  # noqa: RUF001
        ("'Hello?'", "hello"),
        ("SCHLIESSE, schließe", "schliesse, schliesse"),
        ("Ku\u0308che", "küche"),
        ("", ""),
        ("...", ""),
    ],
)
def test_texts_are_compared_without_case_stops_and_spaces(text: str, expected: str):
    assert flat(text) == expected


# --- requests that only ask


@pytest.mark.parametrize(
    "request_",
    [
        "What time is it",
        "what's on",
        "who's there",
        "which lamps are on",
        "where is the cat",
        "why is the sky blue",
        "how warm is it",
        "is the light on",
        "Are the lights on?",
        "do lights use power",
        "does the door lock itself",
        "should I close the blind",
        "has the door been locked",
        "the light is on?",
        "The light is on ?  ",
        "isn't the kitchen light on",
        "aren't the lights on",
        "can you tell me if the bed lamp is on?",
        "could you tell me whether it is locked?",
    ],
)
def test_a_question_only_asks(request_: str):
    assert ENGLISH.only_asks(request_)


@pytest.mark.parametrize(
    "request_",
    [
        "Turn on the light.",
        "lights off",
        "Can you turn on the light?",
        "could you close the blinds?",
        "Would you dim the lamp?",
        "will you lock the door?",
        "Please open the blinds?",
        "do turn on the light",
        "do please close the blind",
        "whatever, turn it on",
        "island light on",
        "",
    ],
)
def test_a_request_to_do_something_does_not_only_ask(request_: str):
    assert not ENGLISH.only_asks(request_)


@pytest.mark.parametrize(
    ("language", "asks", "tells"),
    [
        ("de", "Ist das Licht an", "Mach das Licht an"),
        ("de", "Wie spät ist es", "Kannst du das Licht anmachen?"),
        ("de", "Welches Licht brennt", "Könntest du die Tür schließen?"),
        ("fr", "Quelle heure est-il", "Allume la lumière"),
        ("fr", "Est-ce que la lampe est allumée", "Peux-tu allumer la lumière ?"),
        ("fr", "qu'est-ce qui est allumé", "allume"),
        ("es", "qué hora es", "enciende la luz"),
        ("es", "¿Está la luz encendida?", "por favor, ¿enciendes la luz?"),
        ("es", "¿Qué hora es", "apaga"),
        ("es", "qué hora es", "¿Puedes encender la luz?"),
        ("it", "che ore sono", "accendi la luce"),
        ("it", "c'è luce", "puoi accendere la luce?"),
        ("it", "dov'è la lampada", "spegni la lampada"),
        ("nl", "hoe laat is het", "zet het licht aan"),
        ("nl", "is de lamp aan", "kun je het licht aanzetten?"),
        ("pt", "que horas são?", "acende a luz"),
        ("zh", "几点了？", "开灯"),  # noqa: RUF001
        ("ar", "كم الساعة؟", "أشعل الضوء"),
    ],
)
def test_other_languages_tell_asking_from_telling(language: str, asks: str, tells: str):
    assert phrasing(language).only_asks(asks)
    assert not phrasing(language).only_asks(tells)


# --- everything


@pytest.mark.parametrize(
    "request_",
    ["Turn off all lights", "turn off every lamp", "everything off", "lights off everywhere.", "light the whole house"],
)
def test_the_whole_house_is_meant_where_it_is_said(request_: str):
    assert ENGLISH.means_everything(request_)


@pytest.mark.parametrize(
    "request_",
    [
        "Turn off the lights",
        "the tall lamp",
        "the overall",
        "everybody wants light",
        "",
        "all right, turn off the light",
        "I was out all day, turn on the light",
        "turn off the light, that's all",
    ],
)
def test_the_whole_house_is_not_meant_by_other_words(request_: str):
    assert not ENGLISH.means_everything(request_)


@pytest.mark.parametrize(
    ("language", "everything", "some"),
    [
        ("de", "Mach alle Lichter aus", "Mach das Licht aus"),
        ("fr", "éteins toutes les lumières", "éteins la lumière"),
        ("es", "apaga todas las luces", "apaga la luz"),
        ("it", "spegni tutte le luci", "spegni la luce"),
        ("nl", "doe alle lichten uit", "doe het licht uit"),
    ],
)
def test_other_languages_have_words_for_everything(language: str, everything: str, some: str):
    assert phrasing(language).means_everything(everything)
    assert not phrasing(language).means_everything(some)


def test_without_a_table_nothing_means_everything():
    assert not phrasing("pt").means_everything("apaga todas as luzes, all, alle")


# --- empty acknowledgements


@pytest.mark.parametrize(
    "piece", ["Ok.", "Okay!", "Sure thing!", "sure", "Yes.", "Right away.", "Of course!", "Got it"]
)
def test_an_acknowledgement_says_nothing(piece: str):
    assert ENGLISH.is_empty(piece)


@pytest.mark.parametrize("piece", ["Sure, Paris.", "Yes it rains", "No.", "Okra is a plant.", "Is it ok", ""])
def test_what_says_more_is_no_acknowledgement(piece: str):
    assert not ENGLISH.is_empty(piece)


@pytest.mark.parametrize(
    ("language", "empty", "full"),
    [
        ("de", "Natürlich!", "Natürlich nicht"),
        ("fr", "Bien sûr.", "Bien sûr que non"),
        ("es", "Claro que sí", "Claro oscuro"),
        ("it", "Va bene.", "Va bene così"),
        ("nl", "Komt in orde!", "Komt eraan"),
    ],
)
def test_other_languages_acknowledge(language: str, empty: str, full: str):
    assert phrasing(language).is_empty(empty)
    assert not phrasing(language).is_empty(full)


def test_without_a_table_nothing_is_empty():
    assert not phrasing("pt").is_empty("ok")


# --- claims


@pytest.mark.parametrize(
    "piece",
    [
        "I've turned on the light.",
        "I’ve just now turned it off.",  # noqa: RUF001
        "I turned it on.",
        "I'll switch that off.",
        "I will dim it.",
        "I'm going to close it.",
        "I am opening it",
        "We've locked up.",
        "I set an alarm for seven.",
        "I have started the timer",
        "I sent your message",
        "I ordered a pizza.",
        "I'll remind you.",
        "Turning on the Bed Lamp.",
        "Sure, turning it on.",
        "Okay - done.",
        "Yes, and closed it.",
        "Done!",
        "Dimming.",
        "The Bed Lamp has been turned on.",
        "The blinds have been closed.",
        "It is being switched off.",
        "The lights will be turned off.",
        "It will go off.",
        "Let me get that for you",
        "Let there be light!",
        "Consider it done.",
        "All set.",
        "There you go.",
        "Your wish is my command",
    ],
)
def test_what_says_that_something_is_done_is_a_claim(piece: str):
    assert ENGLISH.claims(piece, ())
    assert ENGLISH.claims(piece.upper(), ())


@pytest.mark.parametrize(
    "piece",
    [
        "It is done.",
        "It has been done.",
        "Okay turning it off now.",
        "Brightness set to 50 percent.",
        "I've gone ahead and set the heating to 20.",
        "I'll be setting it to 20.",
        "Your timer is set.",
        "Alarm set for seven o'clock.",
        "Music is now playing.",
        "Reminder added.",
        "The volume has been increased.",
    ],
)
def test_these_are_claims_too(piece: str):
    assert ENGLISH.claims(piece, ())


@pytest.mark.parametrize(
    "piece",
    [
        "Paris is the capital of France.",
        "I have a joke for you.",
        "A light year is a distance.",
        "You have three lights.",
        "I did not turn it on.",
        "I can turn it on, if you like.",
        "I do not know how to do that.",
        "It is twenty to seven.",
        "Turnips are roots.",
        "He turned on the radio.",
        "The abandoned house was offered to them.",
        "",
    ],
)
def test_what_says_nothing_of_the_kind_is_no_claim(piece: str):
    assert not ENGLISH.claims(piece, HOUSE)


@pytest.mark.parametrize(
    ("piece", "is_true"),
    [
        ("The Kitchen Light is on.", True),
        ("The kitchen light is off.", False),
        ("The cooker light is on.", True),
        ("The cooker light is off.", False),
        ("The Bed Lamp is off", True),
        ("The Bed Lamp is on", False),
        ("The Bed Lamp isn't on", True),
        ("The Kitchen Light is not on", False),
        ("The Front Door is locked.", True),
        ("The Front Door is unlocked.", False),
        ("The front door is never locked.", False),
        ("The left blind is open.", True),
        ("The left blind is closed.", False),
        ("The light in the kitchen is on.", True),
        ("The light in the bedroom is on.", False),
        ("The lamp in the bedroom is off.", True),
        ("The lights are on.", False),
        ("The blinds are open.", True),
        ("The fan is on.", False),
        ("The heating is off.", False),
        ("I can't turn on the bed lamp.", True),
        ("I cannot turn on the bed lamp.", True),
        ("The Bed Lamp is on and the Kitchen Light is off.", False),
        ("The Christmas Tree, as you wished, is on.", False),
    ],
)
def test_a_device_is_said_to_be_only_as_it_is(piece: str, is_true: bool):  # noqa: FBT001
    assert ENGLISH.claims(piece, HOUSE) is not is_true


@pytest.mark.parametrize("state", [None, "unknown", "heat", "jammed"])
def test_what_is_not_known_is_not_said_to_be_so(state: str | None):
    odd = Entity("light.odd", "light", "Odd Lamp", state=state)
    assert ENGLISH.claims("The Odd Lamp is on.", [odd])
    assert ENGLISH.claims("The Odd Lamp is not on.", [odd])


def test_of_what_is_offline_nothing_is_said():
    away = Entity("light.away", "light", "Attic Lamp", state="on", available=False)
    assert ENGLISH.claims("The Attic Lamp is on.", [away])


def test_of_several_devices_named_all_must_be_so():
    other = Entity("light.desk", "light", "Desk Lamp", state="on")
    assert not ENGLISH.claims("The Kitchen Light and the Desk Lamp are on.", [KITCHEN, BED, other])
    assert ENGLISH.claims("The Kitchen Light and the Bed Lamp are on.", [KITCHEN, BED, other])


@pytest.mark.parametrize(
    ("language", "claim", "answer"),
    [
        ("de", "Ich habe das Licht eingeschaltet.", "Das kann ich nicht."),
        ("de", "Ich schließe die Rollläden.", "Ich habe das nicht gemacht."),
        ("de", "Gern, wird gemacht.", "Berlin ist die Hauptstadt."),
        ("de", "Das Licht wird eingeschaltet.", "Das Licht ist schnell."),
        ("de", "Bed Lamp ist eingeschaltet.", "Bed Lamp ist aus."),
        ("fr", "J'ai allumé la lumière.", "Paris est la capitale."),
        ("fr", "C'est fait.", "Bed Lamp est éteinte."),
        ("fr", "Je l'allume.", "Paris."),
        ("es", "He encendido la luz.", "Madrid es la capital."),
        ("es", "Listo.", "Bed Lamp está apagada."),
        ("it", "Ho acceso la luce.", "Roma è la capitale."),
        ("it", "La luce è stata accesa.", "Bed Lamp non è accesa."),
        ("nl", "Ik heb het licht aangezet.", "Amsterdam is de hoofdstad."),
        ("nl", "Het licht wordt uitgeschakeld.", "Bed Lamp is uit."),
    ],
)
def test_other_languages_claim(language: str, claim: str, answer: str):
    assert phrasing(language).claims(claim, HOUSE)
    assert not phrasing(language).claims(answer, HOUSE)


def test_without_a_table_what_is_short_or_names_a_device_may_be_a_claim():
    unknown = phrasing("pt")
    assert unknown.claims("Feito.", HOUSE)
    assert unknown.claims("Está feito!", HOUSE)
    assert unknown.claims("A Kitchen Light está ligada agora", HOUSE)
    assert not unknown.claims("Lisboa é a capital de Portugal.", HOUSE)
