"""Phrases are rendered one after another, without haste, and never in anybody's way."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.cli.up import DEMO_HOUSE
from hub.errors import TtsFailed
from hub.intent.replies import TemplateReplier
from hub.tts.ahead import say_ahead
from tests.fakes_house import FakeHouse
from tests.fakes_stages import FakeSynthesizer

PHRASES = ["Turned on the light.", "Done.", "Okay."]


class Rests:
    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


class Spoken(FakeSynthesizer):
    def __init__(self, fails_at: str = "") -> None:
        super().__init__()
        self.said: list[str] = []
        self.fails_at = fails_at

    async def synthesize(self, text: str, *, language: str):  # type: ignore[no-untyped-def, override]
        if text == self.fails_at:
            raise TtsFailed("tts-lost", "gone")
        self.said.append(text)
        async for block in super().synthesize(text, language=language):
            yield block


async def test_each_is_said_once_with_a_rest_before_it():
    voice, rests = Spoken(), Rests()
    await say_ahead(voice, PHRASES, "en", sleep=rests)
    assert voice.said == PHRASES
    assert len(rests.seconds) == 3
    assert min(rests.seconds) > 0


async def test_a_voice_that_fails_is_left_alone():
    voice = Spoken(fails_at="Done.")
    await say_ahead(voice, PHRASES, "en", sleep=Rests())
    assert voice.said == PHRASES[:1]


@pytest.mark.parametrize(
    ("language", "some"), [("en", "Turned off the light."), ("en", "Sorry, I did not catch that."), ("de", "Licht")]
)
def test_what_is_always_the_same_is_known(language: str, some: str):
    house = FakeHouse.from_toml(Path(DEMO_HOUSE))
    phrases = TemplateReplier(house, lambda: datetime.now(UTC)).constant(language)
    assert any(some in phrase for phrase in phrases)
    assert not any(mark in phrase for phrase in phrases for mark in "{}")
    assert 5 < len(phrases) == len(set(phrases)) < 200
