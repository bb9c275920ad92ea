"""What is told stands in wording.toml in every language that we word, and docs/time.md says what is really said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.intent.wording import load_wordings

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| [^|]*\| ([^|]+) \|$", re.MULTILINE)
TOLD = re.compile(r'(?:Told|CannotKeep|Refused)\("([a-z_]+)"')


def sentences(language: str, key: str) -> list[str]:
    """As hub.intent.telling finds them: of the key, or of what it begins with."""
    while key:
        if found := load_wordings()[language].told(key):
            return found
        key = key.rpartition("_")[0]
    return []


def documented() -> Iterator[tuple[str, str]]:
    page = (ROOT / "docs" / "time.md").read_text("utf-8")
    for keys, said in ROW.findall(page[page.index("## What is told") :]):
        yield from ((key, re.sub(r" \*\(.*\)\*", "", said)) for key in re.findall(r"`(\w+)`", keys))


def told_in_code() -> set[str]:
    return {key for path in (ROOT / "hub").rglob("*.py") for key in TOLD.findall(path.read_text("utf-8"))}


def test_the_page_says_what_is_said_in_english() -> None:
    rows = list(documented())
    assert len(rows) > 50
    wrong = [(key, said) for key, said in rows if said not in sentences("en", key)]
    assert not wrong


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "nl"])
def test_everything_that_is_told_has_a_sentence(language: str) -> None:
    keys = {key for key, _ in documented()} | told_in_code()
    assert len(keys) > 60
    assert not [key for key in sorted(keys) if not sentences(language, key)]
