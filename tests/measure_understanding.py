"""``python -m tests.measure_understanding [every]``: how much of what people say is understood, by language, as JSON.

The intents project's tests of 2025-07 (../shared/sentences; every n-th sentence, 4 if not given) against their own
house, and the transcripts of the English recordings against the demo house. Times are CPU of one sentence in the
worker, best of two.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from hub.intent.language import load_sentences
from hub.intent.matching import match
from hub.intent.names import HouseNames
from hub.stages import Area, Entity, Intent, NotUnderstood
from tests.fakes_house import FakeHouse
from tests.intents_project import SHARED, project_tests

LANGUAGES = ("en", "de", "fr", "es", "nl")

Read = Callable[[str, str | None], Intent | NotUnderstood]


def main() -> None:
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    figures: dict[str, Any] = {language: _intents_tests(language, every) for language in LANGUAGES}
    figures["recordings"] = _recordings()
    print(json.dumps(figures, indent=1))


def reader(language: str, entities: Sequence[Entity], areas: Sequence[Area]) -> Read:
    sentences, names = load_sentences(language), HouseNames(entities, areas, language)
    return lambda text, area: match(text, sentences, names, area)


def room_of(test: dict[str, Any]) -> str | None:
    area = (test["context"] or {}).get("area")
    return area.get("value") if isinstance(area, dict) else area


def _intents_tests(language: str, every: int) -> dict[str, Any]:
    entities, areas, tests = project_tests(language)
    read = reader(language, entities, areas)
    intents = 0
    slots = 0
    spent_ms = []
    for test in tests[::every]:
        found, ms = _timed(read, test["sentence"], room_of(test))
        spent_ms.append(ms)
        if isinstance(found, Intent) and found.name == test["intent"]:
            intents += 1
            slots += _lowered(test["slots"]) <= _lowered(found.slots)
    said = len(spent_ms)
    return {"sentences": said, "intent": round(intents / said, 3), "slots": round(slots / said, 3), **_times(spent_ms)}


def _recordings() -> dict[str, Any]:
    with (SHARED / "audio" / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t"))
    texts = [row["transcript"] for row in rows if row["file"].startswith("audio/commands/en/") and row["transcript"]]
    house = FakeHouse.from_toml(SHARED / "audio" / "demo-home.toml")
    read = reader("en", house.entities(), house.areas())
    results = [_timed(read, text, "Kitchen") for text in texts]
    understood = sum(isinstance(found, Intent) for found, _ in results)
    return {"sentences": len(texts), "understood": understood, **_times([ms for _, ms in results])}


def _timed(read: Read, text: str, area: str | None) -> tuple[Intent | NotUnderstood, float]:
    spent = []
    for _ in range(2):
        began = time.process_time()
        found = read(text, area)
        spent.append((time.process_time() - began) * 1000)
    return found, min(spent)


def _times(spent_ms: Sequence[float]) -> dict[str, float]:
    return {
        "median_ms": round(statistics.median(spent_ms), 1),
        "p95_ms": round(sorted(spent_ms)[int(0.95 * len(spent_ms))], 1),
    }


def _lowered(slots: Any) -> set[tuple[str, str]]:
    return {(name, str(value).lower()) for name, value in slots.items()}


if __name__ == "__main__":
    main()
