"""Real sentences against real houses: the recordings' transcripts, the intents project's own tests, thousands of
devices. Figures are printed (pytest -s); floors only rise."""

from __future__ import annotations

import csv
import json
import statistics
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hassil.intents import Intents
from hassil.recognize import recognize_best
from home_assistant_intents import get_intents

from hub.engines.espeak import espeak
from hub.intent.grammar import SpeechGrammar, speech_grammar
from hub.intent.language import Sentences, load_sentences
from hub.intent.matching import match
from hub.intent.names import HouseNames
from hub.intent.spoken import spoken_forms
from hub.stages import Area, Entity, Intent
from models.recogniser.graph import compiled
from models.recogniser.phones import alphabet
from models.recogniser.pronounce import lexicon
from tests.fakes_house import FakeHouse
from tests.intents_project import SHARED, project_tests
from tests.jsgf_matcher import JsgfMatcher

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(not SHARED.is_dir(), reason="needs the recordings in ../shared"),
]

# The weather and media of names that a house without such devices cannot list.
NOT_HEARD = {"resume TV", "what's the New York weather", "what's the weather in New York"}

# Agreement with the intents project's tests of 2025-07 on every eighth sentence: the installed package has dropped
# most sentences about binary sensors since, so this is mostly its figure; losing to the package is the next test.
AGREED_FLOORS = {"en": 0.70, "de": 0.65, "es": 0.52, "fr": 0.80, "nl": 0.50}
EVERY = 8


def figure(text: str) -> None:
    """Shown with ``pytest -s``."""
    print(f"\n{text}")  # noqa: T201


def transcripts() -> list[dict[str, str]]:
    with (SHARED / "audio" / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t"))
    return [row for row in rows if row["file"].startswith("audio/commands/en/") and row["transcript"]]


@pytest.fixture(scope="module")
def house() -> FakeHouse:
    return FakeHouse.from_toml(SHARED / "audio" / "demo-home.toml")


@pytest.fixture(scope="module")
def english() -> Sentences:
    return load_sentences("en")


def ipa(accent: str, text: str) -> str:
    voice = espeak()
    voice.select(accent)
    return voice.phonemes(text)


def names_of(house: FakeHouse) -> HouseNames:
    return HouseNames(house.entities(), house.areas(), "en")


@pytest.mark.parametrize("area", ["Kitchen", None])
def test_the_recorded_commands_are_understood(house: FakeHouse, english: Sentences, area: str | None) -> None:
    names = names_of(house)
    missed = {
        r["transcript"] for r in transcripts() if not isinstance(match(r["transcript"], english, names, area), Intent)
    }
    assert not missed


def test_the_grammar_hears_the_recorded_commands(house: FakeHouse) -> None:
    grammar = speech_grammar(house, "en")
    heard = JsgfMatcher(grammar.jsgf)
    missed = {r["transcript"] for r in transcripts() if not heard.accepts(spoken_forms(r["transcript"], "en")[0])}
    figure(f"grammar of {len(house.entities())} devices: {heard.arcs()} word arcs, {len(grammar.words)} words")
    assert missed == NOT_HEARD
    assert heard.arcs() <= 1650, "a wider grammar hears worse: measure the recogniser before raising this"


def test_what_the_grammar_hears_is_understood(house: FakeHouse, english: Sentences) -> None:
    """Walks through the grammar: a sentence that can be heard must mean something."""
    heard = JsgfMatcher(speech_grammar(house, "en").jsgf)
    names = names_of(house)
    sentences = heard.samples(40)
    lost = [text for text in sentences if not isinstance(match(text, english, names, "Kitchen"), Intent)]
    assert len(sentences) > 1000
    assert lost == []


def test_what_the_french_grammar_hears_is_understood() -> None:
    """But for elisions that French writes ("de les" is "des"): the grammar of a closed house needs no better."""
    french = FakeHouse.from_toml(Path(__file__).with_name("demo-home-fr.toml"))
    sentences, names = load_sentences("fr"), HouseNames(french.entities(), french.areas(), "fr")
    said = JsgfMatcher(speech_grammar(french, "fr").jsgf).samples()
    understood = sum(isinstance(match(text, sentences, names, "Salon"), Intent) for text in said)
    figure(f"fr: {understood} of {len(said)} sentences that can be heard are understood")
    assert understood >= 0.98 * len(said)


def test_the_recogniser_compiles_the_grammar(house: FakeHouse) -> None:
    """Every word of it can be heard."""
    grammar, sounds = speech_grammar(house, "en"), alphabet("en")
    assert sounds is not None
    ways = lexicon(grammar.words, sounds, ipa)
    assert ways.keys() == grammar.words
    assert compiled(grammar.jsgf, ways).nodes > len(grammar.words)


def test_the_grammar_file_is_read_as_written(house: FakeHouse, tmp_path: Path) -> None:
    grammar = speech_grammar(house, "en")
    grammar.write(tmp_path / "grammar.json")
    assert SpeechGrammar.read(tmp_path / "grammar.json") == grammar
    fields = json.loads((tmp_path / "grammar.json").read_bytes())
    assert {"version", "language", "jsgf", "names", "wake_phrases"} == fields.keys()
    assert [entry.name for entry in tmp_path.iterdir()] == ["grammar.json"]


def shared_tests(language: str) -> tuple[list[Entity], list[Area], list[dict[str, Any]]]:
    entities, rooms, known = project_tests(language)
    return entities, rooms, known[::EVERY]


def room_of(test: dict[str, Any]) -> str | None:
    area = (test["context"] or {}).get("area")
    return area.get("value") if isinstance(area, dict) else area


def lowered(slots: Iterable[tuple[str, Any]]) -> set[tuple[str, str]]:
    return {(name, str(value).lower()) for name, value in slots}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("language", sorted(AGREED_FLOORS))
def test_the_intents_projects_own_sentences_agree(language: str) -> None:
    """Nothing that the package understands rightly is lost on the way through us, but for persons."""
    entities, areas, tests = shared_tests(language)
    sentences, names = load_sentences(language), HouseNames(entities, areas, language)
    package = Intents.from_dict(get_intents(language) or {})
    agreed, slots_agreed, lost = 0, 0, []
    for test in tests:
        text, room = test["sentence"], room_of(test)
        found = match(text, sentences, names, room)
        if isinstance(found, Intent) and found.name == test["intent"]:
            agreed += 1
            slots_agreed += lowered(test["slots"].items()) <= lowered(found.slots.items())
            continue
        plain = recognize_best(
            text,
            package,
            slot_lists=names.lists_for(text),
            intent_context={"area": room} if room else {},
            language=language,
            best_slot_name="name",
        )
        if plain is not None and plain.intent.name == test["intent"] and plain.intent_data.domains != {"person"}:
            lost.append(text)
    rate = agreed / len(tests)
    figure(f"{language}: intent {agreed}/{len(tests)} = {rate:.1%}, with slots {slots_agreed}/{len(tests)}")
    assert lost == []
    assert rate >= AGREED_FLOORS[language]


@pytest.mark.parametrize("devices", [25, 1000, 5000])
def test_a_house_of_thousands_is_understood(house: FakeHouse, english: Sentences, devices: int) -> None:
    """The same answers as in the small house; the time for them is printed."""
    rooms = [Area(f"Room {number}") for number in range(40)]
    more = [Entity(f"light.l{n}", "light", f"Lamp {n}", area=f"Room {n % 40}") for n in range(devices - 23)]
    began = time.perf_counter()
    big = HouseNames([*house.entities(), *more], [*house.areas(), *rooms], "en")
    built_ms = (time.perf_counter() - began) * 1000
    small = names_of(house)
    spent_ms = []
    for text in (row["transcript"] for row in transcripts()):
        began = time.perf_counter()
        found = match(text, english, big, "Kitchen")
        spent_ms.append((time.perf_counter() - began) * 1000)
        assert found == match(text, english, small, "Kitchen")
    figure(
        f"{devices} devices: median {statistics.median(spent_ms):.1f} ms, max {max(spent_ms):.0f} ms a sentence,"
        f" lists built in {built_ms:.0f} ms"
    )
