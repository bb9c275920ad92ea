"""``python -m tests.measure_fuzzy [every] --json``: what is understood of sentences that were misheard.

The intents project's sentences of 2025-07 (every n-th; 2 if not given), misheard at random (tests/mishearing.py), in
their own house; talk that means nothing (tests/talk.toml, and babble); the transcripts of ../shared/audio; and the
commands of another house. One half of the sentences is for choosing the thresholds, the other judges. Needs the extra
``train`` (wordfreq).
"""

from __future__ import annotations

import csv
import json
import random
import statistics
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.intent.language import load_sentences
from hub.intent.matching import match, reading
from hub.intent.names import HouseNames
from hub.intent.near.guessing import Guess, Guesser
from hub.intent.near.reading import ACT, ACT_MARGIN, certainty, guarded, intent_of
from hub.intent.near.repertoire import Repertoire
from hub.stages import Area, Entity, Intent
from tests.fakes_house import FakeHouse
from tests.intents_project import SHARED, project_tests
from tests.measure_understanding import LANGUAGES, room_of
from tests.mishearing import KINDS, Mishearing

SEED = 20261122
_VARIANTS = 3  # of one sentence
_BABBLE = 300  # sentences of a language
_ACTS = (0.80, 0.85, 0.88, 0.91, 0.94)
_MARGINS = (0.06, 0.10, 0.15, 0.20)
_LARGE = 1000  # devices

Meaning = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence. truth: None = nothing was meant. exact: what fits exactly came to. loosely: without thresholds."""

    language: str
    half: int
    kind: str
    text: str
    truth: Meaning | None
    exact: str
    guess: Guess | None
    means: Meaning | None
    other: Meaning | None
    sure: str | None
    loosely: str | None
    ms: float


class Listener:
    """One language in one house."""

    def __init__(self, language: str, entities: Sequence[Entity], areas: Sequence[Area]) -> None:
        self.language, self.sentences = language, load_sentences(language)
        self.names = HouseNames(entities, areas, language)
        self.repertoire = Repertoire(self.sentences)
        self._guesser, self._guarded = Guesser(self.repertoire, self.names), guarded(entities)

    def truth(self, text: str, area: str | None) -> Meaning | None:
        found = reading(text, self.sentences, self.names, area)
        return None if found is None else _meaning(found)

    def row(self, half: int, kind: str, text: str, truth: Meaning | None, area: str | None) -> Row:
        exactly = match(text, self.sentences, self.names, area)
        if isinstance(exactly, Intent):
            exact = "right" if _meaning(exactly) == truth else "wrong"
            return Row(self.language, half, kind, text, truth, exact, None, None, None, None, None, 0.0)
        exact = "asked" if exactly.nearest_names else "nothing"
        began = time.process_time()
        guess = self._guesser.guess(text, here=area is not None)
        ms = (time.process_time() - began) * 1000
        if guess is None:
            return Row(self.language, half, kind, text, truth, exact, None, None, None, None, None, ms)
        means = _meaning(intent_of(guess.best, self.language, area))
        other = _meaning(intent_of(guess.other, self.language, area)) if guess.other else None
        sure = certainty(guess, self._guarded)
        loosely = certainty(guess, self._guarded, 0.0, 0.0)
        return Row(self.language, half, kind, text, truth, exact, guess, means, other, sure, loosely, ms)


def main() -> None:
    every = next((int(word) for word in sys.argv[1:] if word.isdigit()), 2)
    rows = [row for language in LANGUAGES for row in _rows(language, every)]
    halves = ([row for row in rows if row.half == half] for half in (0, 1))
    choosing, judging = halves
    figures = {
        "sentences": len(rows),
        "thresholds": {"act": ACT, "margin": ACT_MARGIN},
        "choosing": {
            "sentences": len(choosing),
            "grid": [_at(choosing, act, margin) for act in _ACTS for margin in _MARGINS],
        },
        "judging": {language: _table([row for row in judging if row.language == language]) for language in LANGUAGES},
        "judged": _table(judging),
        "by_kind": {kind: _table([row for row in judging if row.kind == kind]) for kind in _kinds(judging)},
        "ms": _times([row.ms for row in rows if row.ms]),
        "ms_1000_devices": {language: _large(language) for language in ("en", "de")},
    }
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    for row in judging:
        if _came_to(row) == "wrong, near":
            print("wrong:", row.language, row.kind, repr(row.text), row.truth, row.means, file=sys.stderr)


def _rows(language: str, every: int) -> Iterator[Row]:
    rng = random.Random(f"{SEED} {language}")
    entities, areas, tests = project_tests(language)
    listener = Listener(language, entities, areas)
    own = sorted(listener.repertoire.words - listener.repertoire.number_words)
    mishearing = Mishearing(language, own)
    rng.shuffle(tests)
    for number, test in enumerate(tests[::every]):
        area = room_of(test)
        truth = listener.truth(test["sentence"], area)
        for kind in rng.sample(KINDS, _VARIANTS) if truth else ():
            text = mishearing.misheard(test["sentence"], kind, rng)
            if text and text != test["sentence"]:
                yield listener.row(number % 2, kind, text, truth, area)
    babble = [mishearing.babble(rng, own) for _ in range(_BABBLE)]
    talk = tomllib.loads((Path(__file__).parent / "talk.toml").read_text("utf-8"))[language]
    for kind, texts in (("babble only", babble), ("talk", talk), ("another house", list(_of_another_house(language)))):
        for number, text in enumerate(texts):
            yield listener.row(number % 2, kind, text, listener.truth(text, None), None)
    if language == "en":
        yield from _recordings(rng, mishearing)


def _of_another_house(language: str) -> Iterator[str]:
    """Commands about things that this house does not have, in the words of its language."""
    things = {
        "en": ("aquarium", "sauna", "Christmas tree", "dishwasher", "barn", "attic heater"),
        "de": ("Aquarium", "Sauna", "Weihnachtsbaum", "Spülmaschine", "Scheune", "Dachboden"),
        "fr": ("l'aquarium", "le sauna", "le sapin", "le lave-vaisselle", "la grange", "le grenier"),
        "es": ("el acuario", "la sauna", "el árbol", "el lavavajillas", "el granero", "el desván"),
        "nl": ("het aquarium", "de sauna", "de kerstboom", "de vaatwasser", "de schuur", "de zolder"),
    }[language]
    frames = {
        "en": ("turn on the {}", "switch the {} off please", "set the {} to fifty percent", "open the {}"),
        "de": ("schalte {} ein", "mach bitte {} aus", "stelle {} auf fünfzig Prozent", "öffne {}"),
        "fr": ("allume {}", "éteins {} s'il te plaît", "règle {} à cinquante pour cent", "ouvre {}"),
        "es": ("enciende {}", "apaga {} por favor", "pon {} al cincuenta por ciento", "abre {}"),
        "nl": ("zet {} aan", "doe {} uit alsjeblieft", "zet {} op vijftig procent", "open {}"),
    }[language]
    yield from (frame.format(thing) for frame in frames for thing in things)


def _recordings(rng: random.Random, mishearing: Mishearing) -> Iterator[Row]:
    """What was really said to the demo house, misheard; and what was said to nobody."""
    with (SHARED / "audio" / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        said = [
            row for row in csv.DictReader(manifest, delimiter="\t") if row["transcript"] and row["language"] == "en"
        ]
    house = FakeHouse.from_toml(SHARED / "audio" / "demo-home.toml")
    listener = Listener("en", house.entities(), house.areas())
    for number, row in enumerate(said):
        text = row["transcript"]
        truth = listener.truth(text, "Kitchen")
        for kind in rng.sample(KINDS, _VARIANTS):
            heard = mishearing.misheard(text, kind, rng) if truth else text
            if heard:
                yield listener.row(number % 2, "recordings", heard, truth, "Kitchen")


def _came_to(row: Row) -> str:
    if row.exact in {"right", "wrong"}:
        return f"{row.exact}, exact"
    if row.sure == "near":
        return "right, near" if row.means == row.truth else "wrong, near"
    if row.sure == "asked":
        return "asked, with it" if row.truth and row.truth in {row.means, row.other} else "asked, without it"
    return "asked for a name" if row.exact == "asked" else "nothing"


def _table(rows: Sequence[Row]) -> dict[str, Any]:
    found = Counter(_came_to(row) for row in rows)
    wrong = found["wrong, near"]
    reached = sum(row.exact not in {"right", "wrong"} for row in rows)
    return {
        "sentences": len(rows),
        "exact only": dict(Counter(row.exact for row in rows)),
        "with near ones": dict(sorted(found.items())),
        "wrong near, percent of all": round(100 * wrong / max(1, len(rows)), 2),
        "wrong near, percent of what fits nothing": round(100 * wrong / max(1, reached), 2),
    }


def _at(rows: Sequence[Row], act: float, margin: float) -> dict[str, Any]:
    done = [
        row.means == row.truth
        for row in rows
        if row.guess and row.loosely == "near" and row.guess.best.score >= act and row.guess.margin >= margin
    ]
    return {"act": act, "margin": margin, "right": sum(done), "wrong": len(done) - sum(done)}


def _kinds(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row.kind for row in rows))


def _large(language: str) -> dict[str, float]:
    """A house of a thousand devices, each heard with one word wrong."""
    rooms = [Area(f"{first} {second}") for first in _FIRST for second in _SECOND]
    entities = [
        Entity(f"light.l{number}", "light", f"{rooms[number % len(rooms)].name} {_THINGS[number % 7]} {number // 70}")
        for number in range(_LARGE)
    ]
    began = time.process_time()
    listener = Listener(language, entities, rooms)
    ready_ms = (time.process_time() - began) * 1000
    verb = {"en": "turn on the {} pleas", "de": "schalte {} einn"}[language]
    rows = [listener.row(0, "large", verb.format(entity.name), None, None) for entity in entities[::10]]
    return {**_times([row.ms for row in rows if row.ms]), "ready_ms": round(ready_ms, 1)}


_FIRST = ("North", "South", "Upper", "Lower", "Old", "New", "Small")
_SECOND = ("Kitchen", "Bedroom", "Hall", "Office", "Bathroom", "Cellar", "Attic", "Nursery", "Pantry", "Studio")
_THINGS = ("Ceiling Light", "Lamp", "Spot", "Strip", "Lantern", "Reading Light", "Chandelier")


def _times(spent_ms: Sequence[float]) -> dict[str, float]:
    return {
        "median_ms": round(statistics.median(spent_ms), 1),
        "p95_ms": round(sorted(spent_ms)[int(0.95 * len(spent_ms))], 1),
        "max_ms": round(max(spent_ms), 1),
    }


def _meaning(intent: Intent) -> Meaning:
    """ "The light" of a name is no other meaning than the name."""
    slots = {
        slot: str(tuple(value) if isinstance(value, list) else value).lower() for slot, value in intent.slots.items()
    }
    if "name" in slots:
        slots.pop("domain", None)
    return intent.name, tuple(sorted(slots.items()))


if __name__ == "__main__":
    main()
