"""What people say of time, in five languages, is understood as the tables beside this file say."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.intent.moments import MomentReader

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # a Tuesday
TABLES = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted(Path(__file__).parent.glob("*.toml"))}
SENTENCES = [
    (language, intent, said, slots)
    for language, table in TABLES.items()
    for intent, sentences in table.items()
    for said, slots in sentences.items()
]
LEAST = {"en": 150, "de": 150, "fr": 60, "es": 60, "nl": 60}


@pytest.fixture(scope="module")
def reader() -> MomentReader:
    return MomentReader(TABLES)


@pytest.mark.parametrize(
    ("language", "intent", "said", "slots"), SENTENCES, ids=[f"{entry[0]}-{entry[2]}" for entry in SENTENCES]
)
def test_a_sentence_means(reader: MomentReader, language: str, intent: str, said: str, slots: dict[str, Any]) -> None:
    understood = reader.read(said, language, NOW)
    found = (understood.name, dict(understood.slots)) if understood else ("none", {})
    assert found == (intent, slots)


def test_every_language_has_its_table() -> None:
    counts = {language: sum(map(len, table.values())) for language, table in TABLES.items()}
    assert all(counts[language] >= least for language, least in LEAST.items()), counts
