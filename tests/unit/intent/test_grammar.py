"""The speech grammar of a house: its own names, only what they can do, and a file that others can read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hassil.util import normalize_text
from home_assistant_intents import get_speech_to_phrase_intents

from hub.errors import IntentFailed
from hub.intent.always import always
from hub.intent.grammar import SpeechGrammar, speech_grammar
from hub.intent.language import load_sentences
from hub.intent.matching import match
from hub.intent.names import HouseNames
from hub.intent.spoken_templates import SpokenTemplates
from hub.stages import Area, Entity, Intent
from models.recogniser.automata import automata
from models.recogniser.jsgf import parse
from tests.fakes_house import FakeHouse
from tests.jsgf_matcher import JsgfMatcher


def light(name: str, **more: object) -> Entity:
    return Entity(f"light.{name.lower().replace(' ', '_')}", "light", name, **more)  # type: ignore[arg-type]


HOUSE = FakeHouse(
    [
        light("Bed Light", area="Bedroom", aliases=("Night Lamp",)),
        light("Secret Light", exposed=False),
        Entity("switch.tv", "switch", "TV"),
        Entity("button.party_time", "button", "Party Time"),
        Entity("cover.blinds", "cover", "Big Blinds", device_class="blind"),
    ],
    [Area("Bedroom", "Upstairs", ("sleeping room",))],
)


def onward(grammar: SpeechGrammar, said: str) -> bool:
    """Whether more may follow a whole command that means something."""
    automaton, state = automata(parse(grammar.jsgf))["command"], 0
    for word in said.split():
        state = automaton.arcs[state][word]
    assert state in automaton.final
    return state in automaton.onward


@pytest.fixture(scope="module")
def grammar() -> SpeechGrammar:
    return speech_grammar(HOUSE, "en")


@pytest.fixture(scope="module")
def heard(grammar: SpeechGrammar) -> JsgfMatcher:
    return JsgfMatcher(grammar.jsgf)


def test_a_wake_word_may_be_said_before_a_command_and_alone() -> None:
    """Alone it is no command (test_recogniser.py), but nearer to what was said than any command."""
    heard = JsgfMatcher(speech_grammar(HOUSE, "en", ["okay nabu", "alexa"]).jsgf)
    assert heard.accepts("alexa turn on the bed light")
    assert heard.accepts("okay nabu please turn on the bed light")
    assert heard.accepts("turn on the bed light")
    assert heard.accepts("alexa")
    assert heard.accepts("alexa alexa")
    assert not heard.accepts("turn on the bed light alexa")


@pytest.mark.parametrize(
    "sentence",
    [
        "turn on the bed light",
        "please turn the bed light on",
        "turn off the night lamp",
        "turn on the t v",
        "set bed light brightness to fifty percent",
        "turn on the lights in the sleeping room",
        "turn off the lights on the upstairs",
        "run party time script",
        "press the party time button",
        "open the blinds",
        "set a timer for one hour and eight minutes",
        "what time is it",
        "never mind",
    ],
)
def test_what_can_be_said_here_is_heard(heard: JsgfMatcher, sentence: str) -> None:
    assert heard.accepts(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "turn on the secret light",  # not exposed
        "set t v brightness to fifty percent",  # a switch has none
        "open the windows",  # there are none
        "lock the front door",
        "turn on",
        "set the temperature to twenty degrees",  # nothing here heats
    ],
)
def test_what_cannot_be_meant_here_is_not_heard(heard: JsgfMatcher, sentence: str) -> None:
    assert not heard.accepts(sentence)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("please stop my timer", True),
        ("stop my timer please", True),
        ("can you please stop my timer", True),
        ("stop my timer could you", True),
        ("i'd like to stop my timer", True),
        ("stop my timer for me", True),
        ("for me stop my timer", False),
        ("stop my timer i'd like to", False),
        ("stop my timer i want", False),
        ("stop my timer can you please", False),
    ],
)
def test_what_is_polite_stands_where_people_say_it(heard: JsgfMatcher, sentence: str, *, said: bool) -> None:
    """Elsewhere it would only be what noise before or after a command is taken for."""
    assert heard.accepts(sentence) is said
    if said:
        names = HouseNames(HOUSE.entities(), HOUSE.areas(), "en")
        understood = match(sentence, load_sentences("en"), names, "Bedroom")
        assert isinstance(understood, Intent)
        assert understood.name == "HassCancelTimer"


@pytest.mark.parametrize(("language", "polite"), [("en", "for{rare} me{rare}"), ("nl", "alsjeblieft{rare}")])
def test_polite_words_are_tagged_and_the_same_words_elsewhere_are_not(language: str, polite: str) -> None:
    *rules, command = speech_grammar(HOUSE, language).jsgf.splitlines()
    assert polite in command
    assert "{rare}" not in "".join(rules)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "nl"])
def test_every_polite_word_that_is_kept_from_a_place_is_one(language: str) -> None:
    """A word that the package does not have, or not so, would keep nothing from anywhere."""
    pack = get_speech_to_phrase_intents(language)
    assert pack is not None
    known = {normalize_text(words).lower() for words in pack["skip_words"]}
    polite = SpokenTemplates.of(language).polite
    assert {*polite.never_first, *polite.never_last} <= known
    assert known.isdisjoint(polite.also_first), "it is said there already"


def test_every_word_that_adds_nothing_is_in_the_grammar(grammar: SpeechGrammar) -> None:
    words = SpokenTemplates.of("en").adds_nothing
    assert words
    assert [word for word in words if f"{word}{{besides}}" not in grammar.jsgf] == []


@pytest.mark.parametrize("wake_phrases", [[], ["okay nabu"]])
@pytest.mark.parametrize("pin", [False, True])
def test_after_a_whole_command_nothing_is_waited_for(wake_phrases: list[str], *, pin: bool) -> None:
    """Whatever else may be said: wake words, answers. Politeness that may follow is nothing."""
    grammar = speech_grammar(HOUSE, "en", wake_phrases, always("en", pin=pin))
    assert not onward(grammar, "never mind")
    assert not onward(grammar, "turn on the bed light")
    assert not onward(grammar, "what time is it"), "right now"
    assert onward(grammar, "turn on the lights"), "in the bedroom"


@pytest.mark.parametrize(("other", "waits"), [("Desk Lamp", False), ("Bed Light", True), ("bed light", True)])
def test_a_room_is_waited_for_where_it_tells_devices_apart(other: str, *, waits: bool) -> None:
    house = FakeHouse([light("Bed Light"), Entity("light.b", "light", other)], [Area("Bedroom"), Area("Hall")])
    grammar = speech_grammar(house, "en")
    assert JsgfMatcher(grammar.jsgf).accepts("turn on the bed light in the hall")
    assert onward(grammar, "turn on the bed light") is waits


def test_nobody_is_polite_before_an_answer() -> None:
    """ "Can you no" is nothing that anybody says, but what "computer" was taken for."""
    heard = JsgfMatcher(speech_grammar(HOUSE, "en", ["alexa"], always("en", pin=True)).jsgf)
    for said in ("no", "yes please", "five minutes", "five minutes please", "one two three four", "alexa yes"):
        assert heard.accepts(said), said
    for said in ("can you no", "please five minutes", "could you one two three four"):
        assert not heard.accepts(said), said


def test_names_lead_back_to_their_written_form(grammar: SpeechGrammar) -> None:
    assert grammar.names["bed light"] == "Bed Light"
    assert grammar.names["night lamp"] == "Bed Light"
    assert grammar.names["t v"] == "TV"
    assert grammar.names["sleeping room"] == "Bedroom"


def test_every_word_is_listed_and_spoken(grammar: SpeechGrammar) -> None:
    assert {"bed", "t", "fifty", "what's"} <= grammar.words
    assert all(word == word.lower() and word.replace("'", "").isalpha() for word in grammar.words)


def test_an_empty_house_can_still_ask_the_time() -> None:
    heard = JsgfMatcher(speech_grammar(FakeHouse(), "en").jsgf)
    assert heard.accepts("what time is it")
    assert not heard.accepts("turn on the lights")


@pytest.mark.parametrize("language", ["de", "fr", "es", "nl"])
def test_other_languages_have_a_grammar(language: str) -> None:
    grammar = speech_grammar(HOUSE, language)
    assert JsgfMatcher(grammar.jsgf).arcs() > 300
    assert grammar.language == language


def test_a_region_has_the_grammar_of_its_language(grammar: SpeechGrammar) -> None:
    assert speech_grammar(HOUSE, "en-GB") == grammar


def test_a_language_without_templates_is_refused_by_name() -> None:
    with pytest.raises(IntentFailed, match=r"'xx'.*en") as refusal:
        speech_grammar(HOUSE, "xx")
    assert refusal.value.code == "language-unknown"


@pytest.mark.parametrize(
    ("domain", "sentence"),
    [
        ("humidifier", "turn on the thing in the bedroom"),
        ("siren", "turn the thing off"),
        ("valve", "open the thing"),
        ("valve", "set the thing to fifty percent"),
        ("vacuum", "start the thing"),
        ("vacuum", "return thing"),
        ("lawn_mower", "dock the thing"),
        ("number", "set thing to twenty"),
        ("alarm_control_panel", "disarm the thing"),
    ],
)
def test_what_only_some_houses_have_is_heard_there_and_understood(domain: str, sentence: str) -> None:
    thing, rooms = Entity(f"{domain}.x", domain, "Thing"), [Area("Bedroom", "Upstairs")]
    assert JsgfMatcher(speech_grammar(FakeHouse([thing], rooms), "en").jsgf).accepts(sentence)
    understood = match(sentence, load_sentences("en"), HouseNames([thing], rooms, "en"), "Bedroom")
    assert isinstance(understood, Intent)


def test_the_file_is_written_whole_and_read_again(grammar: SpeechGrammar, tmp_path: Path) -> None:
    path = tmp_path / "grammar.json"
    path.write_text("an older one")
    grammar.write(path)
    assert SpeechGrammar.read(path) == grammar
    assert [*tmp_path.iterdir()] == [path]
